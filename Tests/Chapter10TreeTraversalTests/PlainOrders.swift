import Chapter10TreeTraversal

/// Traversals as the lesson defines them, by joining lists: slow and plain, to compare with.
extension BinaryTree {
  /// pre(v, L, R) = v · pre(L) · pre(R), and so on.
  func plainOrder(_ order: TraversalOrder) -> [Int] { plainOrder(order.steps) }

  /// The same for any list of steps.
  func plainOrder(_ steps: [TraversalStep]) -> [Int] {
    func list(_ node: Int?) -> [Int] {
      guard let node else { return [] }
      return steps.flatMap { step in
        switch step {
        case .node: [node]
        case .left: list(self[node].left)
        case .right: list(self[node].right)
        }
      }
    }
    return list(root)
  }

  /// The nodes of each level: the children of the level above.
  func plainLevels() -> [[Int]] {
    var levels: [[Int]] = []
    var level = [root].compactMap(\.self)
    while !level.isEmpty {
      levels.append(level)
      level = level.flatMap { [self[$0].left, self[$0].right].compactMap(\.self) }
    }
    return levels
  }

  /// How many nodes lie on the longest way from the root down.
  var levelCount: Int { plainLevels().count }

  /// The most nodes on a way from the root down from which the way goes left, and its end: how many wait at once in
  /// ``inOrder(_:stack:)``.
  var leftLevelCount: Int {
    func most(_ node: Int?) -> Int {
      guard let node else { return 0 }
      return max(1 + most(self[node].left), most(self[node].right))
    }
    return most(root)
  }

  /// The parent of each node; nil for the root.
  func plainParents() -> [Int?] {
    var parents = [Int?](repeating: nil, count: count)
    for node in nodes.indices {
      for child in [self[node].left, self[node].right] { if let child { parents[child] = node } }
    }
    return parents
  }

  /// The nodes from a node up to the root, both included.
  func plainWayUp(from node: Int, parents: [Int?]) -> [Int] {
    var way = [node]
    while let parent = parents[way[way.count - 1]] { way.append(parent) }
    return way
  }

  /// The way between two nodes, both included: up from each until the ways meet.
  func plainWay(from a: Int, to b: Int, parents: [Int?]) -> [Int] {
    let (up, down) = (plainWayUp(from: a, parents: parents), plainWayUp(from: b, parents: parents))
    let above = Set(down)
    let rise = up.prefix { !above.contains($0) }
    let top = up[rise.count]
    return Array(rise) + [top] + down.prefix { $0 != top }.reversed()
  }

  /// How many nodes are left children, and how many are right ones.
  var childCounts: (left: Int, right: Int) {
    (nodes.count { $0.left != nil }, nodes.count { $0.right != nil })
  }
}
