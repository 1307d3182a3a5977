import Chapter10TreeTraversal

/// The shape of a binary tree, by its definition: nothing, or a node with two shapes.
indirect enum TreeShape: Sendable {
  case empty
  case node(TreeShape, TreeShape)

  /// All shapes of so many nodes: 1, 1, 2, 5, 14, 42, 132, 429, 1430 for 0, 1, … 8.
  static func all(_ count: Int) -> [TreeShape] { table[count] }

  private static let table: [[TreeShape]] = {
    var table: [[TreeShape]] = [[.empty]]
    for count in 1...8 {
      table.append(
        (0..<count).flatMap { left in
          table[left].flatMap { a in table[count - 1 - left].map { b in .node(a, b) } }
        })
    }
    return table
  }()

  /// A tree of this shape. Its values rise from left to right, so that it is a search tree; its nodes are numbered in a
  /// way that is no traversal's: the odd values first, then the even ones from the greatest on.
  func tree() throws -> BinaryTree {
    var left: [Int?] = []
    var right: [Int?] = []
    func build(_ shape: TreeShape) -> Int? {
      guard case .node(let a, let b) = shape else { return nil }
      let leftChild = build(a)
      let value = left.count
      left.append(leftChild)
      right.append(nil)
      right[value] = build(b)
      return value
    }
    let root = build(self)
    return try BinaryTree(values: Array(left.indices), left: left, right: right, root: root).renumbered { places in
      places.filter { $0 % 2 == 1 } + places.filter { $0 % 2 == 0 }.reversed()
    }
  }
}

extension BinaryTree {
  /// The same tree with its nodes at other places of the array.
  ///
  /// - Parameter order: given 0 ..< n, the old numbers in their new order.
  func renumbered(_ order: (Range<Int>) -> [Int]) throws -> BinaryTree {
    let old = order(0..<count)
    var new = [Int](repeating: 0, count: count)
    for (place, node) in old.enumerated() { new[node] = place }
    return try BinaryTree(
      values: old.map { self[$0].value }, left: old.map { self[$0].left.map { new[$0] } },
      right: old.map { self[$0].right.map { new[$0] } }, root: root.map { new[$0] })
  }

  /// The same tree with other values, one a node.
  func with(values: [Int]) throws -> BinaryTree {
    try BinaryTree(values: values, left: nodes.map(\.left), right: nodes.map(\.right), root: root)
  }

  /// Left and right exchanged everywhere.
  func mirrored() throws -> BinaryTree {
    try BinaryTree(values: nodes.map(\.value), left: nodes.map(\.right), right: nodes.map(\.left), root: root)
  }
}
