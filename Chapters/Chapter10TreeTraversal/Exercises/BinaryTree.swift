import CProcessor
import Exercises

/// A binary tree in one array: a node is an index, and its links are the indices of its children.
///
/// A tree of objects, each with two references, needs an allocation and a reference count a node, and releasing a chain
/// of a million of them calls a million nested `deinit`s unless somebody prevents it (see ``LinkedNode``). An array is
/// released at once, whatever its links say, is copied as a value, and two of them can be compared bit by bit. The links
/// stand by themselves, apart from the values, which no traversal looks at: 8 bytes a node, so that eight nodes fill a
/// cache line, and a walk through a million nodes takes half as long as with the values between them.
///
/// From outside this module a value of this type is always a tree: every link leads to a node, every node but the root
/// has one parent, the root has none, and every node can be reached from it. So traversals check nothing. Inside this
/// module links may be set freely, and exercise 10.6 does so.
public struct BinaryTree: Equatable, Sendable {
  /// The two links of a node. −1 stands for no child; half the width of an `Int` is enough for any index.
  fileprivate struct Links: Equatable, Sendable {
    var left: Int32 = -1
    var right: Int32 = -1
  }

  /// A value with up to two children.
  public struct Node: Equatable, Sendable {
    public var value: Int
    fileprivate var links = Links()

    init(_ value: Int, left: Int? = nil, right: Int? = nil) {
      self.value = value
      self.left = left
      self.right = right
    }

    fileprivate init(value: Int, links: Links) {
      self.value = value
      self.links = links
    }

    /// The index of the left child; nil if there is none.
    public internal(set) var left: Int? {
      get { links.left < 0 ? nil : Int(links.left) }
      set { links.left = newValue.map { Int32($0) } ?? -1 }
    }

    /// The index of the right child; nil if there is none.
    public internal(set) var right: Int? {
      get { links.right < 0 ? nil : Int(links.right) }
      set { links.right = newValue.map { Int32($0) } ?? -1 }
    }
  }

  /// The nodes of a tree, as a collection that copies nothing.
  public struct Nodes: RandomAccessCollection, Sendable {
    fileprivate let tree: BinaryTree
    public var startIndex: Int { 0 }
    public var endIndex: Int { tree.count }
    public subscript(index: Int) -> Node { tree[index] }
  }

  private var values: [Int] = []
  private var links: [Links] = []
  /// The index of the root; nil if the tree is empty.
  public internal(set) var root: Int?

  /// An empty tree.
  public init() {}

  /// The number of nodes.
  public var count: Int { values.count }

  /// All nodes, in the order in which they were added.
  public var nodes: Nodes { Nodes(tree: self) }

  /// The node with this index.
  public internal(set) subscript(index: Int) -> Node {
    get {
      // There are as many values as links: one check is enough, and none is made for a value that nobody asks for.
      let links = links[index]
      prefetch(below: links)
      return Node(value: values.withUnsafeBufferPointer { $0[index] }, links: links)
    }
    set {
      values[index] = newValue.value
      links[index] = newValue.links
    }
  }

  /// Asks memory for the links that a walk reads soon: the left child's, and those of the right child's left child; the
  /// right child's own come along, because they say which that is.
  ///
  /// A walk through a large tree waits for memory most of the time, one node after the other, since only a node's links
  /// say where it goes on. What is asked for here arrives while it is busy on the left. A prefetch reads nothing, so that
  /// its address may be that of no node.
  private func prefetch(below node: Links) {
    links.withUnsafeBufferPointer { links in
      // A number in place of a branch: whether there is a right child is a coin toss.
      let right = Int(UInt32(bitPattern: node.right)) < links.count ? Int(node.right) : 0
      processor_prefetch(links.baseAddress! + Int(node.left))
      processor_prefetch(links.baseAddress! + Int(links[right].left))
    }
  }

  /// The values of these nodes, in their order.
  public func values(of order: [Int]) -> [Int] { order.map { values[$0] } }

  /// Appends a node, and returns its index. It is no tree until every node but one is somebody's child; for code of
  /// this module that builds from the leaves to the root, or links later.
  mutating func append(_ value: Int, left: Int? = nil, right: Int? = nil) -> Int {
    values.append(value)
    links.append(Node(value, left: left, right: right).links)
    return values.count - 1
  }
}

// MARK: - Making trees

extension BinaryTree {
  /// The tree of these nodes.
  ///
  /// - Parameters:
  ///   - values: one a node.
  ///   - left, right: the index of each node's child, nil for none.
  ///   - root: nil for the empty tree alone.
  /// - Throws: `InvalidArgument` if the lists differ in length, a link leads nowhere, a node has two parents, the root
  ///   has one, or a node cannot be reached from the root (as on a cycle).
  /// - Complexity: O(n).
  public init(values: [Int], left: [Int?], right: [Int?], root: Int? = 0) throws {
    let count = values.count
    try InvalidArgument.require(
      left.count == count && right.count == count,
      "\(count) values need as many links of each kind, but there are \(left.count) left and \(right.count) right ones")
    try InvalidArgument.require(count < Int(Int32.max), "a tree has fewer than 2³¹ nodes, not \(count)")
    guard count > 0 else { return }
    guard let root, values.indices.contains(root) else {
      throw InvalidArgument("the root must be from 0 to \(count - 1), but is \(root.map { "\($0)" } ?? "nil")")
    }
    var hasParent = [Bool](repeating: false, count: count)
    hasParent[root] = true
    for (name, links) in [("left", left), ("right", right)] {
      for (node, child) in links.enumerated() {
        guard let child else { continue }
        try InvalidArgument.require(
          values.indices.contains(child), "the \(name) link of node \(node) leads to \(child), which does not exist")
        try InvalidArgument.require(
          !hasParent[child],
          child == root ? "the root, \(root), is a child of node \(node)" : "node \(child) has more than one parent")
        hasParent[child] = true
      }
    }
    self.values = values
    links = values.indices.map { Node(values[$0], left: left[$0], right: right[$0]).links }
    self.root = root
    // Every node has one parent at most: what is not reached hangs on a cycle, or on a second root.
    let reached = reachable()
    try InvalidArgument.require(reached == count, "\(count - reached) of the nodes cannot be reached from the root")
  }

  /// How many nodes hang together with the root. Nodes are struck off as they are found, so that no order is laid down.
  private func reachable() -> Int {
    guard let root else { return 0 }
    var found = [root]
    var next = 0
    while next < found.count {
      let node = self[found[next]]
      found += [node.left, node.right].compactMap(\.self)
      next += 1
    }
    return found.count
  }

  /// The tree of LeetCode's notation: values level by level, nil where a child is missing, and nothing for the children
  /// of what is missing. `[1, nil, 2, 3]` has the root 1, its right child 2, and 2's left child 3. Nodes are numbered
  /// in this order.
  ///
  /// - Throws: `InvalidArgument` if the root is nil and anything follows, or values are left over.
  public init(levelOrder values: [Int?]) throws {
    guard let first = values.first else { return }
    guard let first else {
      try InvalidArgument.require(values.count == 1, "there is no root, but \(values.count - 1) more entries")
      return
    }
    root = append(first)
    var parent = 0
    for (place, value) in values.dropFirst().enumerated() {
      try InvalidArgument.require(
        parent < count, "\(values.count - 1 - place) entries are left over: every node has its two children")
      let child = value.map { append($0) }
      if place % 2 == 0 { self[parent].left = child } else { self[parent].right = child }
      if place % 2 == 1 { parent += 1 }
    }
  }

  /// The complete tree of n nodes: every level full but the last, which is filled from the left. Node i has the
  /// children 2i + 1 and 2i + 2, as in a heap, and the value i.
  public static func complete(count: Int) throws -> BinaryTree {
    try InvalidArgument.require(count >= 0, "a number of nodes is not negative, but count is \(count)")
    return try BinaryTree(
      values: Array(0..<count), left: (0..<count).map { 2 * $0 + 1 < count ? 2 * $0 + 1 : nil },
      right: (0..<count).map { 2 * $0 + 2 < count ? 2 * $0 + 2 : nil })
  }

  /// Which way a chain turns.
  public enum ChainShape: Sendable, CaseIterable {
    case left, right, zigzag
  }

  /// The tree of n nodes that is as deep as it can be: node i has the one child i + 1, and the value i.
  public static func chain(count: Int, _ shape: ChainShape) throws -> BinaryTree {
    try InvalidArgument.require(
      count >= 0 && count < Int(Int32.max), "a number of nodes is from 0 to 2³¹ − 2, but count is \(count)")
    // Written out, and not checked as other trees are: chains are made to be a million nodes long.
    var tree = BinaryTree()
    tree.values.reserveCapacity(count)
    tree.links.reserveCapacity(count)
    for node in 0..<count {
      let child = node + 1 < count ? node + 1 : nil
      let turnsLeft = shape == .left || shape == .zigzag && node % 2 == 0
      _ = tree.append(node, left: turnsLeft ? child : nil, right: turnsLeft ? nil : child)
    }
    tree.root = count == 0 ? nil : 0
    return tree
  }

  /// A random binary tree: each of the Catalan(n) shapes is equally probable. Its values are its indices.
  ///
  /// A full binary tree grows by one leaf at a time: choose one of its nodes, put a new inner node in its place, and
  /// let the old subtree and a new leaf be its children, in either order (Rémy 1985). In the end the leaves fall off.
  /// The height is about 2√(πn), far from log₂ n.
  ///
  /// - Complexity: O(n) random numbers.
  public static func random(count: Int, using rng: inout some RandomNumberGenerator) throws -> BinaryTree {
    try InvalidArgument.require(count >= 0, "a number of nodes is not negative, but count is \(count)")
    // Nodes 1, 3, 5, … are inner ones, 0, 2, 4, … are leaves.
    var children = [[Int]](repeating: [0, 0], count: 2 * count + 1)
    var place: [(parent: Int, side: Int)?] = Array(repeating: nil, count: 2 * count + 1)
    var top = 0
    for step in 0..<count {
      let (inner, leaf) = (2 * step + 1, 2 * step + 2)
      let chosen = Int.random(in: 0..<inner, using: &rng)
      let side = Int.random(in: 0..<2, using: &rng)
      if let above = place[chosen] { children[above.parent][above.side] = inner } else { top = inner }
      place[inner] = place[chosen]
      children[inner][side] = chosen
      children[inner][1 - side] = leaf
      place[chosen] = (inner, side)
      place[leaf] = (inner, 1 - side)
    }
    func link(_ node: Int, _ side: Int) -> Int? {
      let child = children[2 * node + 1][side]
      return child % 2 == 1 ? child / 2 : nil
    }
    return try BinaryTree(
      values: Array(0..<count), left: (0..<count).map { link($0, 0) }, right: (0..<count).map { link($0, 1) },
      root: count == 0 ? nil : top / 2)
  }
}
