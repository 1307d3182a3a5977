import Chapter10TreeTraversal

/// A tree in a fixture: −1 stands for no child, and the root is at place 0.
protocol KnownTree {
  var left: [Int] { get }
  var right: [Int] { get }
}

extension KnownTree {
  /// The tree with these values, or with each node's place as its value.
  func tree(values: [Int]? = nil) throws -> BinaryTree {
    try BinaryTree(
      values: values ?? Array(left.indices), left: left.map { $0 < 0 ? nil : $0 },
      right: right.map { $0 < 0 ? nil : $0 })
  }
}

/// The lesson's worked tree: 5 above 2 and 7, then 1, 4 and 6, and 3 below 4 on its left.
func workedTree() throws -> BinaryTree { try BinaryTree(levelOrder: [5, 2, 7, 1, 4, 6, nil, nil, nil, 3]) }

extension BinaryTree {
  /// The values of these nodes; `noSuchNode` for a number that is no node's, so that a wrong traversal fails and does not
  /// end the process.
  func found(_ nodes: [Int]) -> [Int] {
    nodes.map { self.nodes.indices.contains($0) ? self[$0].value : BinaryTree.noSuchNode }
  }

  static var noSuchNode: Int { -987_654_321 }
}
