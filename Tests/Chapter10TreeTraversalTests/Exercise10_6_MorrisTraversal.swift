import Chapter10TreeTraversal
import ExerciseTesting

final class Exercise10_6_MorrisTraversal: ExerciseTestCase {
  private struct Stop: Error {}

  /// How often the tree's links may be read: the documented 7n, and something for the empty tree.
  private func readBound(_ tree: BinaryTree) -> Int { 7 * tree.count + 1 }

  /// What a walk visited, and its links afterwards. It is stopped when it has visited 2n nodes, or read far too many
  /// links.
  private func walk(
    _ tree: BinaryTree, upTo limit: Int? = nil
  ) throws -> (nodes: [Int], links: ThreadableTree) {
    var links = ThreadableTree(tree, readLimit: 40 * tree.count + 40)
    var nodes: [Int] = []
    try morrisInOrder(&links) { node, _ in
      nodes.append(node)
      return nodes.count < (limit ?? 2 * tree.count + 2)
    }
    return (nodes, links)
  }

  func test1_EmptyAndOne() throws {
    let (none, links) = try walk(BinaryTree())
    expectEqual(none, [], "the empty tree has no nodes")
    expectEqual(links.writes, 0, "nothing to write")
    let (one, oneLinks) = try walk(try BinaryTree(levelOrder: [7]))
    expectEqual(one, [0], "one node")
    expectEqual(oneLinks.writes, 0, "no left subtree, no thread")
    var tree = try BinaryTree(levelOrder: [2, 1])
    let (two, twoLinks) = try walk(tree)
    expectEqual(two, [1, 0], "the left child, then the root")
    expect(twoLinks.tree == tree, "the tree must be what it was, bit for bit: is every thread taken out?")
    guard two == [1, 0], twoLinks.tree == tree else { return }
    let order = try morrisInOrder(&tree)
    expectEqual(order, [1, 0], "the same without counting")
    expectEqual(tree, twoLinks.tree, "the same without counting")
  }

  func test2_ByHand() throws {
    let tree = try workedTree()
    var links = ThreadableTree(tree, readLimit: 500)
    var values: [Int] = []
    var threads: [[Int]] = []
    try morrisInOrder(&links) { node, now in
      values.append(now[node].value)
      threads.append(tree.nodes.indices.filter { now[$0].right != tree[$0].right }.map { tree[$0].value }.sorted())
      return values.count < 20
    }
    expectEqual(values, [1, 2, 3, 4, 5, 6, 7], "the worked tree in in-order")
    expectEqual(
      threads, [[1, 4], [4], [3, 4], [4], [], [6], []],
      "the nodes with a thread when 1, 2, … 7 are visited: a thread is taken out before its node is visited"
    )
    expectEqual(links.tree, tree, "afterwards the tree is what it was, bit for bit")
    expectEqual(links.writes, 8, "four nodes have a left child: four threads, each set once and taken out once")
    let right = try BinaryTree(levelOrder: [1, nil, 2, nil, 3])
    let (nodes, rightLinks) = try walk(right)
    expectEqual(right.found(nodes), [1, 2, 3], "a chain to the right")
    expectEqual(rightLinks.writes, 0, "without left children there are no threads")
  }

  func test3_EveryTree() throws {
    for count in 1...8 {
      for shape in TreeShape.all(count) {
        let tree = try shape.tree()
        let (nodes, links) = try walk(tree)
        expectEqual(tree.found(nodes), Array(0..<count), "in-order of one of all search trees of \(count) nodes")
        expect(links.tree == tree, "afterwards the tree must be what it was, bit for bit: is every thread taken out?")
        expectEqual(links.writes, 2 * tree.childCounts.left, "two writes for each node that has a left child")
        expect(links.reads <= readBound(tree), "\(links.reads) links read, but at most 7n = \(7 * count) are needed")
      }
    }
  }

  func test4_EarlyExit() throws {
    for count in 1...6 {
      for shape in TreeShape.all(count) {
        let tree = try shape.tree()
        for limit in 1...count {
          let (nodes, links) = try walk(tree, upTo: limit)
          expectEqual(tree.found(nodes), Array(0..<limit), "after visit returned false nothing more is visited")
          expect(links.tree == tree, "stopped after \(limit) of \(count): the threads that are left must be taken out")
          expect(links.reads <= readBound(tree), "\(links.reads) links read, but at most 7n = \(7 * count) are needed")

          var failing = ThreadableTree(tree, readLimit: 40 * count)
          var visits = 0
          var thrown: (any Error)?
          do {
            try morrisInOrder(&failing) { _, _ in
              visits += 1
              if visits == limit { throw Stop() }
              return visits < 20
            }
          } catch { thrown = error }
          if let thrown, !(thrown is Stop) { throw thrown }
          expect(thrown is Stop, "what visit throws must be passed on")
          expectEqual(visits, limit, "after visit threw nothing more is visited")
          expect(
            failing.tree == tree,
            "visit threw at node \(limit) of \(count): the threads that are left must be taken out")
        }
      }
    }
    // The root, a leaf to its left, and to its right 50 nodes that each would need a thread.
    let tree = try BinaryTree(
      values: Array(0..<52), left: (0..<52).map { $0 == 0 ? 1 : $0 >= 2 && $0 < 51 ? $0 + 1 : nil },
      right: (0..<52).map { $0 == 0 ? 2 : nil })
    let (nodes, links) = try walk(tree, upTo: 1)
    expectEqual(nodes, [1], "stopped at the first node")
    expectEqual(links.writes, 2, "after the stop no new thread is laid: the one that is there is taken out")
  }

  func test5_AllKinds() throws {
    var rng = stream("trees")
    for round in 0..<300 {
      let kind = TreeKind.allCases[round % TreeKind.allCases.count]
      let tree = try kind.tree(rng.integer(below: 70), using: &rng)
      let (nodes, links) = try walk(tree)
      expectEqual(nodes, tree.plainOrder(.inOrder), "in-order, \(kind), also where values are equal")
      expect(links.tree == tree, "\(kind): afterwards the tree must be what it was, bit for bit")
      expectEqual(links.writes, 2 * tree.childCounts.left, "\(kind): two writes for each node that has a left child")
      expect(
        links.reads <= readBound(tree),
        "\(kind): \(links.reads) links read of \(tree.count) nodes, at most 7n are needed")
      let stop = 1 + rng.integer(below: tree.count + 1)
      let (some, stopped) = try walk(tree, upTo: stop)
      expectEqual(some, Array(tree.plainOrder(.inOrder).prefix(stop)), "\(kind), stopped after \(stop)")
      expect(stopped.tree == tree, "\(kind), stopped after \(stop): the tree must be what it was")
    }
  }

  func test6_AMillionDeep() throws {
    for (shape, count) in [(BinaryTree.ChainShape.left, 1_000_000), (.zigzag, 100_000)] {
      let chain = try BinaryTree.chain(count: count, shape)
      var links = ThreadableTree(chain, readLimit: 40 * count)
      var visits = 0
      var (first, last) = (-1, -1)
      try morrisInOrder(&links) { node, _ in
        if visits == 0 { first = node }
        last = node
        visits += 1
        return true
      }
      expectEqual(visits, count, "each node once")
      expectEqual(first, shape == .left ? count - 1 : 1, "the first node in in-order")
      expectEqual(last, 0, "the root comes last: it has no right subtree")
      expect(links.tree == chain, "afterwards the chain must be what it was, bit for bit")
      expect(links.reads <= 7 * count, "\(links.reads) links read, but at most 7n are needed")
    }
  }
}
