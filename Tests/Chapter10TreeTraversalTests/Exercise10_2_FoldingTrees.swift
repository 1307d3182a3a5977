import Chapter10TreeTraversal
import ExerciseTesting

final class Exercise10_2_FoldingTrees: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    let none = BinaryTree()
    let folded = try fold(none, empty: 42) { _, _, _ in 0 }
    expectEqual(folded, 42, "the empty tree is worth `empty`")
    let nothing = try size(none)
    expectEqual(nothing, 0, "the empty tree has no nodes")
    let noDepth = try depth(none)
    expectEqual(noDepth, 0, "the empty tree has depth 0")
    let noWay = try diameter(none)
    expectEqual(noWay, 0, "there is no way in an empty tree")
    let noSum = try maxPathSum(none)
    expectEqual(noSum, nil, "no way, no sum: nil")
    let balanced = try isBalanced(none)
    expect(balanced, "the empty tree is balanced")
    let fits = try hasPath(none, withSum: 0)
    expect(!fits, "the empty tree has no leaf, and so no way, also not for the sum 0")
    let found = try path(in: none, to: 0)
    expectEqual(found, nil, "nothing is found in an empty tree")

    let one = try BinaryTree(levelOrder: [-4])
    let oneSize = try size(one)
    expectEqual(oneSize, 1, "one node")
    let oneDepth = try depth(one)
    expectEqual(oneDepth, 1, "depth is counted in nodes")
    let oneDiameter = try diameter(one)
    expectEqual(oneDiameter, 0, "the diameter is counted in links")
    let large = try BinaryTree(levelOrder: [Int.max, 1])
    try expectRefusal("a sum that does not fit into an Int") { _ = try maxPathSum(large) }
    try expectRefusal("a sum that does not fit into an Int") { _ = try hasPath(large, withSum: 3) }
  }

  func test2_ByHand() throws {
    let tree = try workedTree()
    let nodes = try size(tree)
    expectEqual(nodes, 7, "the worked tree's size")
    let levels = try depth(tree)
    expectEqual(levels, 4, "5, 2, 4, 3: the longest way down has four nodes")
    let longest = try diameter(tree)
    expectEqual(longest, 5, "3, 4, 2, 5, 7, 6: six nodes are five links")
    let best = try maxPathSum(tree)
    expectEqual(best, 27, "3 + 4 + 2 + 5 + 7 + 6")
    let balanced = try isBalanced(tree)
    expect(balanced, "at 5 the depths are 3 and 2, at 2 they are 1 and 2, at 4 they are 1 and 0, at 7 they are 1 and 0")
    let fits = try hasPath(tree, withSum: 14)
    expect(fits, "5 + 2 + 4 + 3 = 14")
    let stopsInside = try hasPath(tree, withSum: 11)
    expect(!stopsInside, "5 + 2 + 4 = 11, but 4 is no leaf")
    let way = try path(in: tree, to: 3)
    expectEqual(way.map(tree.found), [5, 2, 4, 3], "the way to 3, the root first")
    let root = try path(in: tree, to: 5)
    expectEqual(root.map(tree.found), [5], "the way to the root is the root")
    let missing = try path(in: tree, to: 8)
    expectEqual(missing, nil, "8 is not in the tree")

    let off = try BinaryTree(levelOrder: [1, 2, nil, 3, 4, 5, nil, nil, 6])
    let offLongest = try diameter(off)
    expectEqual(offLongest, 4, "5, 3, 2, 4, 6: the longest way need not lead through the root")
    let negative = try BinaryTree(levelOrder: [-3, -5, -2, -9])
    let least = try maxPathSum(negative)
    expectEqual(
      least, -2, "all values are negative: the greatest one alone. A way has at least one node, so don't start at 0")
    let arms = try BinaryTree(levelOrder: [-10, 9, 20, nil, nil, 15, 7])
    let armsBest = try maxPathSum(arms)
    expectEqual(armsBest, 42, "15 + 20 + 7, and not through the root")
    let oneArm = try BinaryTree(levelOrder: [5, 4, 8, 11, nil, 13, 4, 7, 2])
    let oneArmBest = try maxPathSum(oneArm)
    expectEqual(oneArmBest, 48, "7 + 11 + 4 + 5 + 8 + 13: below the highest node a way has one arm a side, not two")
    let heavy = try BinaryTree(levelOrder: [2, -1, -4])
    let alone = try maxPathSum(heavy)
    expectEqual(alone, 2, "an arm of negative sum is left out")

    let deepLeft = try BinaryTree(levelOrder: [1, 2, nil, 3])
    let leans = try isBalanced(deepLeft)
    expect(!leans, "at the root the depths are 2 and 0")
    let inside = try BinaryTree(levelOrder: [1, 2, 3, 4, nil, nil, 5, 6, nil, nil, 7])
    let hidden = try isBalanced(inside)
    expect(
      !hidden, "the root's subtrees are equally deep, but they are out of balance themselves: look at *every* node")

    let oneChild = try BinaryTree(levelOrder: [1, 2])
    let half = try hasPath(oneChild, withSum: 1)
    expect(!half, "a node with one child is no leaf")
    let whole = try hasPath(oneChild, withSum: 3)
    expect(whole, "1 + 2 = 3 ends at a leaf")
    let zero = try BinaryTree(levelOrder: [2, -5, 1, 3, 9])
    let toZero = try hasPath(zero, withSum: 0)
    expect(toZero, "2 − 5 + 3 = 0: sums may fall again")
    let twice = try BinaryTree(levelOrder: [1, 2, 3, 4, 7, 7])
    let firstWay = try path(in: twice, to: 7)
    expectEqual(firstWay, [0, 1, 4], "of two nodes with the value 7 the first in pre-order")
  }

  func test3_Fold() throws {
    let tree = try workedTree()
    var calls = 0
    let text = try fold(tree, empty: "") { value, left, right in
      calls += 1
      return "(\(left)\(value)\(right))"
    }
    expectEqual(text, "(((1)2((3)4))5((6)7))", "left result, then right result")
    expectEqual(calls, 7, "combine is called once a node, and not for what is empty")
    let sum = try fold(tree, empty: 100) { value, left, right in value + left + right }
    expectEqual(sum, 28 + 8 * 100, "7 nodes have 8 empty places, and each is worth `empty`")
    var order: [Int] = []
    _ = try fold(tree, empty: 0) { value, _, _ in
      order.append(value)
      return 0
    }
    expectEqual(
      order, [1, 3, 4, 2, 6, 7, 5], "combine is called after both subtrees, the left one first: in post-order")
    struct Stop: Error, Equatable {}
    var thrown: (any Error)?
    do {
      _ = try fold(tree, empty: 0) { value, _, _ in
        if value == 4 { throw Stop() }
        return 0
      }
    } catch { thrown = error }
    if let thrown, !(thrown is Stop) { throw thrown }
    expect(thrown is Stop, "what combine throws is passed on")
    let again = try fold(tree, empty: 0) { _, left, right in 1 + left + right }
    expectEqual(again, 7, "a second call knows nothing of the first")
  }

  func test4_AgainstPython() throws {
    struct Content: Decodable {
      struct Case: Decodable, KnownTree {
        let keys, left, right: [Int]
        let size, height, diameter, bestPathSum: Int
        let isBalanced: Bool
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("measures", from: .module)
    for known in content.cases {
      let tree = try known.tree(values: known.keys)
      let nodes = try size(tree)
      expectEqual(nodes, known.size, "binarytree's size")
      let levels = try depth(tree)
      expectEqual(levels, known.height + 1, "binarytree's height is counted in links, depth in nodes")
      let longest = try diameter(tree)
      expectEqual(longest, known.diameter, "networkx.diameter of the tree with keys \(known.keys)")
      let best = try maxPathSum(tree)
      expectEqual(best, known.bestPathSum, "the greatest sum over all pairs of nodes, keys \(known.keys)")
      let balanced = try isBalanced(tree)
      expectEqual(balanced, known.isBalanced, "binarytree's is_balanced")
    }
  }

  func test5_EveryTree() throws {
    var rng = stream("values")
    for count in 1...7 {
      for shape in TreeShape.all(count) {
        let tree = try shape.tree().with(values: (0..<count).map { _ in rng.integer(below: 21) - 10 })
        let parents = tree.plainParents()
        var (longest, best) = (0, Int.min)
        for a in 0..<count {
          for b in a..<count {
            let way = tree.plainWay(from: a, to: b, parents: parents)
            longest = max(longest, way.count - 1)
            best = max(best, tree.values(of: way).reduce(0, +))
          }
        }
        let gotLongest = try diameter(tree)
        expectEqual(gotLongest, longest, "the longest of all ways between two nodes")
        let gotBest = try maxPathSum(tree)
        expectEqual(gotBest, best, "the greatest sum of all ways between two nodes")
        let levels = try depth(tree)
        expectEqual(levels, tree.levelCount, "depth is the number of levels")
        let depths = (0..<count).map { tree.plainWayUp(from: $0, parents: parents).count }
        let sums = (0..<count).map { tree.values(of: tree.plainWayUp(from: $0, parents: parents)).reduce(0, +) }
        let leaves = (0..<count).filter { tree[$0].left == nil && tree[$0].right == nil }
        for target in -12...12 {
          let fits = try hasPath(tree, withSum: target)
          expectEqual(fits, leaves.contains { sums[$0] == target }, "a way to a leaf with the sum \(target)")
        }
        for value in -10...10 {
          let first = tree.plainOrder(.preOrder).first { tree[$0].value == value }
          let way = try path(in: tree, to: value)
          expectEqual(
            way, first.map { tree.plainWayUp(from: $0, parents: parents).reversed() }, "the way to the first \(value)")
        }
        let balanced = try isBalanced(tree)
        let plain = (0..<count).allSatisfy { node in
          func below(_ child: Int?) -> Int {
            guard let child else { return 0 }
            let under = (0..<count).filter { tree.plainWayUp(from: $0, parents: parents).contains(child) }
            return (under.map { depths[$0] }.max() ?? 0) - depths[node]
          }
          return abs(below(tree[node].left) - below(tree[node].right)) <= 1
        }
        expectEqual(balanced, plain, "at every node the depths differ by at most one")
      }
    }
  }

  func test6_EarlyExit() throws {
    let complete = try BinaryTree.complete(count: 1000)
    var visits = 0
    let balanced = try isBalanced(complete) { _ in visits += 1 }
    expect(balanced, "a complete tree is balanced")
    expectEqual(
      visits, 1000, "each node is entered once: let depth and balance come up together, don't ask for depths anew")

    // The root's left child is out of balance; below the root on the right there are 500 nodes.
    let tree = try BinaryTree(
      values: Array(0..<504), left: (0..<504).map { [0: 1, 1: 2, 2: 3][$0] ?? nil },
      right: (0..<504).map { $0 == 0 ? 4 : $0 >= 4 && $0 + 1 < 504 ? $0 + 1 : nil })
    var entered: [Int] = []
    let leans = try isBalanced(tree) { entered.append($0) }
    expect(!leans, "a chain of three is out of balance")
    expectEqual(
      entered.sorted(), [0, 1, 2, 3], "what is out of balance on the left need not be looked at on the right")

    let sums = try BinaryTree(levelOrder: [1, 2, 3, 4, 5, 6, 7])
    var seen: [Int] = []
    let fits = try hasPath(sums, withSum: 8) { seen.append(sums[$0].value) }
    expect(fits, "1 + 2 + 5")
    expectEqual(seen, [1, 2, 4, 5], "the search goes left first, and stops at the first leaf that fits")
    seen = []
    let way = try path(in: sums, to: 5) { seen.append(sums[$0].value) }
    expectEqual(way, [0, 1, 4], "1, 2, 5")
    expectEqual(seen, [1, 2, 4, 5], "no node is entered after the value was found")
    seen = []
    let missing = try path(in: sums, to: 9) { seen.append(sums[$0].value) }
    expectEqual(missing, nil, "9 is not in the tree")
    expectEqual(seen, [1, 2, 4, 5, 3, 6, 7], "what is not there is looked for everywhere, once, in pre-order")
  }

  func test7_ExtremeValues() throws {
    let tree = try BinaryTree(levelOrder: [Int.max - 3, -1, 2])
    let best = try maxPathSum(tree)
    expectEqual(best, Int.max - 1, "sums that just fit")
    let lowest = try BinaryTree(levelOrder: [-Int.max])
    let least = try maxPathSum(lowest)
    expectEqual(
      least, -Int.max, "a value near the lowest number: begin with none, not with a number that stands for none")
    let fits = try hasPath(tree, withSum: Int.min)
    expect(!fits, "a sum that cannot be: add the values up rather than take them from the target, or it overflows")
    let other = try hasPath(lowest, withSum: Int.max)
    expect(!other, "a sum that cannot be: add the values up rather than take them from the target, or it overflows")
    let found = try path(in: try BinaryTree(levelOrder: [0, Int.min, Int.max]), to: .max)
    expectEqual(found, [0, 2], "extreme values can be looked for")
  }
}
