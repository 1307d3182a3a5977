import Chapter10TreeTraversal

/// Where the nodes of a drawing stand: x in units of the least distance between neighbours, one level a unit of y.
struct TreeLayout {
  var x: [Double]
  var level: [Int]

  /// From the leftmost to the rightmost node.
  var width: Double { (x.max() ?? 0) - (x.min() ?? 0) }
  var depth: Int { level.max() ?? 0 }

  /// Every node in a column of its own, in in-order (Knuth 1971).
  static func columns(_ tree: BinaryTree) throws -> TreeLayout {
    var x = [Double](repeating: 0, count: tree.count)
    for (column, node) in try tree.order(.inOrder).enumerated() { x[node] = Double(column) }
    return TreeLayout(x: x, level: try tree.levels())
  }

  /// A tidy drawing (Reingold and Tilford 1981): equal subtrees are drawn alike, a parent stands midway over two
  /// children, and two subtrees stand as near to each other as they can.
  ///
  /// In post-order each subtree is laid out for itself, and known by its outline alone: how far it reaches to the left
  /// and right at each level. Two outlines are pushed together until they are one unit apart at the level where they
  /// come closest.
  static func tidy(_ tree: BinaryTree) throws -> TreeLayout {
    struct Outline {
      var left: [Double]
      var right: [Double]

      func moved(by offset: Double) -> Outline {
        Outline(left: left.map { $0 + offset }, right: right.map { $0 + offset })
      }
    }
    var outlines = [Outline?](repeating: nil, count: tree.count)
    var offset = [Double](repeating: 0, count: tree.count)
    for node in try tree.order(.postOrder) {
      var below = Outline(left: [], right: [])
      switch (tree[node].left, tree[node].right) {
      case (let left?, let right?):
        guard let a = outlines[left], let b = outlines[right] else { break }
        let gap = zip(a.right, b.left).map { 1 + $0 - $1 }.max() ?? 1
        (offset[left], offset[right]) = (-gap / 2, gap / 2)
        let (movedA, movedB) = (a.moved(by: -gap / 2), b.moved(by: gap / 2))
        below = Outline(
          left: movedA.left + movedB.left.dropFirst(movedA.left.count),
          right: movedB.right + movedA.right.dropFirst(movedB.right.count))
        (outlines[left], outlines[right]) = (nil, nil)
      case (let only?, nil), (nil, let only?):
        offset[only] = tree[node].left == nil ? 0.5 : -0.5
        below = outlines[only]?.moved(by: offset[only]) ?? below
        outlines[only] = nil
      case (nil, nil): break
      }
      outlines[node] = Outline(left: [0] + below.left, right: [0] + below.right)
    }
    var x = [Double](repeating: 0, count: tree.count)
    for node in try tree.order(.preOrder) {
      for child in [tree[node].left, tree[node].right] { if let child { x[child] = x[node] + offset[child] } }
    }
    let least = x.min() ?? 0
    return TreeLayout(x: x.map { $0 - least }, level: try tree.levels())
  }
}
