import Chapter10TreeTraversal
import ExerciseTesting

final class Exercise10_7_RebuildingTrees: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    let none = try rebuild(preOrder: [], inOrder: [])
    expectEqual(none, BinaryTree(), "no values, the empty tree")
    let noneBack = try rebuild(inOrder: [], postOrder: [])
    expectEqual(noneBack, BinaryTree(), "no values, the empty tree")
    let text = try serialize(BinaryTree())
    expectEqual(text, "#", "the empty tree is one missing child")
    let read = try deserialize("#")
    expectEqual(read, BinaryTree(), "and back")
    let tour = try eulerTour(BinaryTree())
    expectEqual(tour, EulerTour(nodes: [], depths: [], first: []), "there is nothing to walk around")
    let table = try sparseTable([])
    expectEqual(table, [], "no rows for no numbers")

    for (first, second) in [
      ([1, 2], [1]), ([1, 1], [1, 1]), ([1, 2, 1], [1, 2, 2]), ([1, 2, 3], [1, 2, 4]), ([1, 2, 3], [3, 1, 2]),
    ] {
      try expectRefusal("pre-order \(first) and in-order \(second)") {
        _ = try rebuild(preOrder: first, inOrder: second)
      }
    }
    for (first, second) in [([1, 2], [1]), ([1, 1], [1, 1]), ([1, 2, 3], [1, 2, 4]), ([3, 1, 2], [2, 3, 1])] {
      try expectRefusal("in-order \(first) and post-order \(second)") {
        _ = try rebuild(inOrder: first, postOrder: second)
      }
    }
    for wrong in [
      "", "1", "1,#", "1,#,#,#", "#,#", "1,x,#", "1,,#", "1 ,#,#", "+1,#,#", "01,#,#", "1,#,#,", "1,2,#,#",
      "9223372036854775808,#,#", "-0,#,#",
    ] {
      try expectRefusal("the text \"\(wrong)\"") { _ = try deserialize(wrong) }
    }
    let worked = try plainTour(workedTree())
    let workedTable = [Array(worked.depths.indices)]
    for (a, b) in [(-1, 0), (0, 7)] {
      try expectRefusal("the nodes \(a) and \(b) of seven") {
        _ = try lowestCommonAncestor(a, b, tour: worked, table: workedTable)
      }
    }
    try expectRefusal("a table of another tour") { _ = try lowestCommonAncestor(0, 1, tour: worked, table: [[0, 1]]) }
  }

  func test2_ByHand() throws {
    let tree = try rebuild(preOrder: [5, 2, 1, 4, 3, 7, 6], inOrder: [1, 2, 3, 4, 5, 6, 7])
    let worked = try BinaryTree(
      values: [5, 2, 1, 4, 3, 7, 6], left: [1, 2, nil, 4, nil, 6, nil], right: [5, 3, nil, nil, nil, nil, nil])
    expectEqual(tree, worked, "the worked tree from pre- and in-order, nodes numbered in pre-order")
    let back = try rebuild(inOrder: [1, 2, 3, 4, 5, 6, 7], postOrder: [1, 3, 4, 2, 6, 7, 5])
    expectEqual(
      back.found(back.plainOrder(.preOrder)), [5, 2, 1, 4, 3, 7, 6], "the worked tree from in- and post-order")
    expectEqual(back.nodes.map(\.value), [5, 7, 6, 2, 4, 3, 1], "nodes numbered in post-order from its end")
    let text = try serialize(worked)
    expectEqual(
      text, "5,2,1,#,#,4,3,#,#,#,7,6,#,#,#", "pre-order, with # where a child is missing: 7 values and 8 marks")
    let read = try deserialize("5,2,1,#,#,4,3,#,#,#,7,6,#,#,#")
    expectEqual(read, worked, "and back, nodes numbered in pre-order")
    let right = try deserialize("1,#,2,#,#")
    expectEqual(right, try BinaryTree(levelOrder: [1, nil, 2]), "the first # is the missing *left* child")

    let tour = try eulerTour(worked)
    expectEqual(
      worked.found(tour.nodes), [5, 2, 1, 2, 4, 3, 4, 2, 5, 7, 6, 7, 5],
      "a node is passed when it is reached, and again after each of its subtrees: 2n − 1 places")
    expectEqual(tour.depths, [0, 1, 2, 1, 2, 3, 2, 1, 0, 1, 2, 1, 0], "links below the root")
    expectEqual(tour.first, [0, 1, 2, 4, 5, 9, 10], "where each node is passed first")
    let table = try sparseTable([3, 1, 4, 1, 5])
    expectEqual(
      table, [[0, 1, 2, 3, 4], [1, 1, 3, 3], [1, 1]], "rows of 1, 2 and 4 neighbours; of equal numbers the first place")
  }

  func test3_EveryTree() throws {
    for count in 0...8 {
      for shape in TreeShape.all(count) {
        let tree = try shape.tree()
        let pre = tree.values(of: tree.plainOrder(.preOrder))
        let post = tree.values(of: tree.plainOrder(.postOrder))
        let sorted = Array(0..<count)
        let numbered = try tree.renumbered { _ in tree.plainOrder(.preOrder) }
        let built = try rebuild(preOrder: pre, inOrder: sorted)
        expectEqual(built, numbered, "from pre-order \(pre) and in-order \(sorted)")
        let back = try rebuild(inOrder: sorted, postOrder: post)
        expectEqual(
          back, try tree.renumbered { _ in tree.plainOrder(.postOrder).reversed() },
          "from in-order \(sorted) and post-order \(post)")
        let text = try serialize(tree)
        let read = try deserialize(text)
        expectEqual(read, numbered, "\(text), read back")
        expectEqual(text.split(separator: ",").count, 2 * count + 1, "n values and n + 1 marks")
        let tour = try eulerTour(tree)
        expectEqual(tour, plainTour(tree), "the walk around one of all trees of \(count) nodes")
      }
    }
  }

  func test4_OneTreeOrNone() throws {
    // Of the n! in-orders that can stand beside one pre-order Catalan(n) are those of a tree.
    for (count, catalan) in [(1, 1), (2, 2), (3, 5), (4, 14), (5, 42), (6, 132)] {
      let list = Array(0..<count)
      let possible = Set(
        try TreeShape.all(count).map { shape in
          let tree = try shape.tree()
          // The tree's nodes named in pre-order, listed in in-order.
          var name = [Int](repeating: 0, count: count)
          for (place, node) in tree.plainOrder(.preOrder).enumerated() { name[node] = place }
          return tree.plainOrder(.inOrder).map { name[$0] }
        })
      expectEqual(possible.count, catalan, "the test's own list of all trees of \(count) nodes")
      var accepted = 0
      for order in permutations(of: list) {
        if possible.contains(order) {
          let tree = try rebuild(preOrder: list, inOrder: order)
          expectEqual(tree.values(of: tree.plainOrder(.inOrder)), order, "the in-order of what was rebuilt from it")
          let mirror = try rebuild(inOrder: order.reversed(), postOrder: list.reversed())
          expectEqual(mirror.found(mirror.plainOrder(.inOrder)), order.reversed(), "the mirrored tree, from its orders")
          accepted += 1
        } else {
          try expectRefusal("pre-order \(list) and in-order \(order), which belong to no tree,") {
            _ = try rebuild(preOrder: list, inOrder: order)
          }
          try expectRefusal(
            "in-order \(Array(order.reversed())) and post-order \(Array(list.reversed())), which belong to no tree,"
          ) {
            _ = try rebuild(inOrder: order.reversed(), postOrder: list.reversed())
          }
        }
      }
      expectEqual(accepted, catalan, "Catalan(\(count)) of the \(count)! pairs are traversals of a tree")
    }
  }

  func test5_AllKinds() throws {
    var rng = stream("trees")
    for round in 0..<240 {
      let kind = TreeKind.allCases[round % TreeKind.allCases.count]
      let tree = try kind.tree(rng.integer(below: 60), using: &rng)
      let text = try serialize(tree)
      let read = try deserialize(text)
      expectEqual(read, try tree.renumbered { _ in tree.plainOrder(.preOrder) }, "\(kind), written and read back")
      let named = try tree.with(values: rng.shuffled(0..<tree.count).map { 37 * $0 - 900 })
      let (pre, inside) = (named.values(of: named.plainOrder(.preOrder)), named.values(of: named.plainOrder(.inOrder)))
      let built = try rebuild(preOrder: pre, inOrder: inside)
      expectEqual(built.found(built.plainOrder(.postOrder)), named.values(of: named.plainOrder(.postOrder)), "\(kind)")
      let back = try rebuild(inOrder: inside, postOrder: named.values(of: named.plainOrder(.postOrder)))
      expectEqual(back.found(back.plainOrder(.preOrder)), pre, "\(kind)")
      let numbers = (0..<rng.integer(below: 40)).map { _ in rng.integer(below: 6) }
      let table = try sparseTable(numbers)
      expectEqual(table, plainTable(numbers), "the places of the least of every 1, 2, 4, … neighbours of \(numbers)")
    }
    for value in [Int.min, Int.max, -1, 0] {
      let text = try serialize(try BinaryTree(levelOrder: [value]))
      expectEqual(text, "\(value),#,#", "extreme values are written as Swift prints them")
      let read = try deserialize(text)
      expectEqual(read.nodes.map(\.value), [value], "and read back")
    }
  }

  func test6_CommonAncestors() throws {
    struct Content: Decodable {
      struct Case: Decodable, KnownTree {
        let left, right, tour: [Int]
        let lowest: [[Int]]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("ancestors", from: .module)
    for known in content.cases {
      let tree = try known.tree()
      let tour = try eulerTour(tree)
      expectEqual(tour.nodes, known.tour, "the walk around the tree as networkx makes it")
      // The table is the test's own, so that a wrong one does not spoil this rung.
      let plain = plainTour(tree)
      let table = plainTable(plain.depths)
      for a in 0..<tree.count {
        for b in 0..<tree.count {
          let lowest = try lowestCommonAncestor(a, b, tour: plain, table: table)
          expectEqual(lowest, known.lowest[a][b], "networkx's lowest common ancestor of \(a) and \(b)")
        }
      }
    }
    // From node 3 to node 5 the tour has nine places; the table says that the least of them is at place 8.
    let worked = try workedTree()
    var misled = plainTour(worked)
    let workedTable = plainTable(misled.depths)
    for place in misled.depths.indices where place != 8 { misled.depths[place] = -1 }
    let top = try lowestCommonAncestor(3, 5, tour: misled, table: workedTable)
    expectEqual(top, 0, "two entries of the table and one comparison: don't walk along the tour")
    var rng = stream("trees")
    for kind in TreeKind.allCases {
      let tree = try kind.tree(40, using: &rng)
      let tour = plainTour(tree)
      let table = plainTable(tour.depths)
      let parents = tree.plainParents()
      for _ in 0..<60 {
        let (a, b) = (rng.integer(below: 40), rng.integer(below: 40))
        let above = Set(tree.plainWayUp(from: b, parents: parents))
        let want = tree.plainWayUp(from: a, parents: parents).first { above.contains($0) } ?? -1
        let lowest = try lowestCommonAncestor(a, b, tour: tour, table: table)
        expectEqual(lowest, want, "\(kind): the first node on the way up from \(a) that is also above \(b)")
      }
    }
  }

  func test7_Deep() throws {
    let count = 200_000
    let chain = try BinaryTree.chain(count: count, .zigzag)
    let pre = Array(0..<count)
    let inside = stride(from: 1, to: count, by: 2) + stride(from: 0, to: count, by: 2).reversed()
    let built = try rebuild(preOrder: pre, inOrder: inside)
    expect(built == chain, "a chain of 200,000 nodes, from pre- and in-order")
    let back = try rebuild(inOrder: inside, postOrder: pre.reversed())
    expect(back == chain, "a chain of 200,000 nodes, from in- and post-order")
    let text = try serialize(chain)
    let read = try deserialize(text)
    expect(read == chain, "a chain of 200,000 nodes, written and read back")
    let tour = try eulerTour(chain)
    expectEqual(tour.nodes.count, 2 * count - 1, "the walk around a chain of 200,000 nodes")
    expectEqual(tour.depths.max(), count - 1, "the last node lies 199,999 links below the root")
  }

  // MARK: - The tests' own, by definition

  private func plainTour(_ tree: BinaryTree) -> EulerTour {
    var tour = EulerTour(nodes: [], depths: [], first: Array(repeating: -1, count: tree.count))
    func pass(_ node: Int, _ depth: Int) {
      tour.nodes.append(node)
      tour.depths.append(depth)
    }
    func walk(_ node: Int, _ depth: Int) {
      tour.first[node] = tour.nodes.count
      pass(node, depth)
      for child in [tree[node].left, tree[node].right] {
        guard let child else { continue }
        walk(child, depth + 1)
        pass(node, depth)
      }
    }
    if let root = tree.root { walk(root, 0) }
    return tour
  }

  private func plainTable(_ numbers: [Int]) -> [[Int]] {
    var rows: [[Int]] = []
    var width = 1
    while width <= numbers.count {
      rows.append(
        (0...numbers.count - width).map { start in
          (start..<start + width).min { (numbers[$0], $0) < (numbers[$1], $1) } ?? -1
        })
      width *= 2
    }
    return rows
  }

  private func permutations(of list: [Int]) -> [[Int]] {
    guard let first = list.first else { return [[]] }
    return permutations(of: Array(list.dropFirst())).flatMap { rest in
      (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
    }
  }
}
