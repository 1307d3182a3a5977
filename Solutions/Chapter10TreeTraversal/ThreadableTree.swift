/// A tree whose links may be changed for a while, and which counts how often they are read and written.
public struct ThreadableTree: Sendable {
  /// The tree with its links as they are now. While threads are in it, it is none.
  public private(set) var tree: BinaryTree
  /// How often a link was read.
  public private(set) var reads = 0
  /// How often a link was written.
  public private(set) var writes = 0

  private let readLimit: Int

  /// - Parameter readLimit: after so many reads every link is read as nil, so that a walk which goes round in a circle ends.
  public init(_ tree: BinaryTree, readLimit: Int = .max) {
    self.tree = tree
    self.readLimit = readLimit
  }

  public var root: Int? { tree.root }

  public mutating func left(of node: Int) -> Int? {
    reads += 1
    return reads > readLimit ? nil : tree[node].left
  }

  public mutating func right(of node: Int) -> Int? {
    reads += 1
    return reads > readLimit ? nil : tree[node].right
  }

  mutating func setRight(of node: Int, to target: Int?) {
    writes += 1
    tree[node].right = target
  }
}

/// The nodes in in-order, by ``morrisInOrder(_:visit:)``.
///
/// - Parameter tree: as it was, afterwards.
public func morrisInOrder(_ tree: inout BinaryTree) throws -> [Int] {
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  // The nodes are moved, not copied: nobody else may hold them when a link is set.
  var links = ThreadableTree(tree)
  tree = BinaryTree()
  defer { tree = links.tree }
  try morrisInOrder(&links) { node, _ in
    order.append(node)
    return true
  }
  return order
}
