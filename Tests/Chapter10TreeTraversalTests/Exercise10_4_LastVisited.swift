import Chapter10TreeTraversal
import ExerciseTesting

final class Exercise10_4_LastVisited: ExerciseTestCase {
  func test1_EmptyAndOne() throws {
    for order in TraversalOrder.allCases {
      var stack = NodeStack()
      let none = try traverse(BinaryTree(), in: order, stack: &stack)
      expectEqual(none, [], "the empty tree has no nodes, in \(order.rawValue)")
      let one = try traverse(try BinaryTree(levelOrder: [7]), in: order, stack: &stack)
      expectEqual(one, [0], "one node, in \(order.rawValue)")
      expect(stack.isEmpty, "the stack must be empty afterwards")
      var used = NodeStack()
      used.push(0)
      try expectRefusal("a stack that is not empty") { _ = try traverse(BinaryTree(), in: order, stack: &used) }
    }
  }

  func test2_ByHand() throws {
    let tree = try workedTree()
    for (order, values) in [
      (TraversalOrder.preOrder, [5, 2, 1, 4, 3, 7, 6]), (.inOrder, [1, 2, 3, 4, 5, 6, 7]),
      (.postOrder, [1, 3, 4, 2, 6, 7, 5]),
    ] {
      var stack = NodeStack()
      let nodes = try traverse(tree, in: order, stack: &stack)
      expectEqual(tree.found(nodes), values, "the worked tree in \(order.rawValue)")
      expectEqual(stack.pushes, 7, "each node is pushed once")
      expectEqual(stack.peak, 4, "the way from 5 to 3 has four nodes")
    }
    for (name, list) in [("left", [1, 2] as [Int?]), ("right", [1, nil, 2])] {
      let pair = try BinaryTree(levelOrder: list)
      for order in TraversalOrder.allCases {
        var stack = NodeStack()
        let nodes = try traverse(pair, in: order, stack: &stack)
        expectEqual(nodes, pair.plainOrder(order), "a root with a \(name) child only, in \(order.rawValue)")
      }
    }
  }

  func test3_EveryTree() throws {
    for count in 1...8 {
      for shape in TreeShape.all(count) {
        let tree = try shape.tree()
        let levels = tree.levelCount
        for order in TraversalOrder.allCases {
          var stack = NodeStack()
          let nodes = try traverse(tree, in: order, stack: &stack)
          expectEqual(nodes, tree.plainOrder(order), "\(order.rawValue) of one of all trees of \(count) nodes")
          expectEqual(stack.pushes, count, "each node is pushed exactly once")
          expectEqual(
            stack.peak, levels, "the stack holds the way from the root: as many nodes at once as there are levels")
        }
      }
    }
  }

  func test4_EqualValues() throws {
    for list in [[7, 7, 7] as [Int?], [7, 7, 7, 7, 7, 7, 7], [0, 0, nil, 0, 0], [1, 2, 2, nil, 3, 3]] {
      let tree = try BinaryTree(levelOrder: list)
      for order in TraversalOrder.allCases {
        var stack = NodeStack()
        let nodes = try traverse(tree, in: order, stack: &stack)
        expectEqual(
          nodes, tree.plainOrder(order),
          "\(order.rawValue) where values are equal: compare nodes with nodes, not their values")
      }
    }
    var rng = stream("trees")
    for round in 0..<300 {
      let kind = TreeKind.allCases[round % TreeKind.allCases.count]
      let tree = try kind.tree(rng.integer(below: 70), using: &rng)
      for order in TraversalOrder.allCases {
        var stack = NodeStack()
        let nodes = try traverse(tree, in: order, stack: &stack)
        expectEqual(nodes, tree.plainOrder(order), "\(order.rawValue), \(kind)")
        expectEqual(stack.peak, tree.levelCount, "\(kind): the stack's peak is the number of levels")
      }
    }
  }

  func test5_AgainstPython() throws {
    struct Content: Decodable {
      struct Case: Decodable, KnownTree {
        let keys, left, right, preorder, inorder, postorder: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("traversals", from: .module)
    for known in content.cases {
      let tree = try known.tree(values: known.keys)
      for (order, values) in [
        (TraversalOrder.preOrder, known.preorder), (.inOrder, known.inorder), (.postOrder, known.postorder),
      ] {
        var stack = NodeStack()
        let nodes = try traverse(tree, in: order, stack: &stack)
        expectEqual(tree.found(nodes), values, "binarytree's \(order.rawValue)")
      }
    }
  }

  func test6_AMillionDeep() throws {
    for (order, shape, count) in [
      (TraversalOrder.postOrder, BinaryTree.ChainShape.zigzag, 1_000_000), (.inOrder, .left, 100_000),
      (.preOrder, .right, 100_000),
    ] {
      let chain = try BinaryTree.chain(count: count, shape)
      var stack = NodeStack()
      let nodes = try traverse(chain, in: order, stack: &stack)
      let down = Array(0..<count)
      expect(nodes == (order == .preOrder ? down : down.reversed()), "a chain of \(count) nodes, \(order.rawValue)")
      expectEqual(stack.peak, count, "the way to the last node has \(count) nodes")
      expectEqual(stack.pushes, count, "each is pushed once")
    }
  }
}
