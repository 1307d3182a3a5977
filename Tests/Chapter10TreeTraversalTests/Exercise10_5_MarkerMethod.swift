import Chapter10TreeTraversal
import ExerciseTesting

final class Exercise10_5_MarkerMethod: ExerciseTestCase {
  /// All six orders of the three steps.
  private let sixOrders: [[TraversalStep]] = [
    [.node, .left, .right], [.left, .node, .right], [.left, .right, .node],
    [.node, .right, .left], [.right, .node, .left], [.right, .left, .node],
  ]

  func test1_EmptyAndRefusals() throws {
    for steps in sixOrders {
      var stack = MarkedStack()
      let none = try markedTraversal(BinaryTree(), steps: steps, stack: &stack)
      expectEqual(none, [], "the empty tree has no nodes")
      let one = try markedTraversal(try BinaryTree(levelOrder: [7]), steps: steps, stack: &stack)
      expectEqual(one, [0], "one node")
      expect(stack.isEmpty, "the stack must be empty afterwards")
    }
    var queue = NodeQueue()
    let none = try levelOrder(BinaryTree(), queue: &queue)
    expectEqual(none, [], "the empty tree has no nodes")
    let noLevels = try levels(BinaryTree(), queue: &queue)
    expectEqual(noLevels, [], "the empty tree has no levels, not one that is empty")
    let one = try levels(try BinaryTree(levelOrder: [7]), queue: &queue)
    expectEqual(one, [[0]], "one level of one node")
    expect(queue.isEmpty, "the queue must be empty afterwards")

    let tree = try workedTree()
    for steps in [[], [.left, .node], [.node, .right], [.left, .left, .node, .right], [.left, .right, .right]]
      as [[TraversalStep]]
    {
      var stack = MarkedStack()
      try expectRefusal("the steps \(steps.map(\.rawValue))") {
        _ = try markedTraversal(tree, steps: steps, stack: &stack)
      }
    }
    var usedStack = MarkedStack()
    usedStack.push(0, isMarked: true)
    try expectRefusal("a stack that is not empty") {
      _ = try markedTraversal(tree, steps: [.node, .left, .right], stack: &usedStack)
    }
    var usedQueue = NodeQueue()
    usedQueue.enqueue(0)
    try expectRefusal("a queue that is not empty") { _ = try levelOrder(tree, queue: &usedQueue) }
    try expectRefusal("a queue that is not empty") { _ = try levels(tree, queue: &usedQueue) }
  }

  func test2_ByHand() throws {
    let tree = try workedTree()
    for (steps, values) in zip(
      sixOrders,
      [
        [5, 2, 1, 4, 3, 7, 6], [1, 2, 3, 4, 5, 6, 7], [1, 3, 4, 2, 6, 7, 5],
        [5, 7, 6, 2, 4, 3, 1], [7, 6, 5, 4, 3, 2, 1], [6, 7, 3, 4, 1, 2, 5],
      ])
    {
      var stack = MarkedStack()
      let nodes = try markedTraversal(tree, steps: steps, stack: &stack)
      expectEqual(
        tree.found(nodes), values,
        "the worked tree, \(steps.map(\.rawValue)): the last step is pushed first, for the stack turns things round")
      expectEqual(stack.pushes, 14, "each node is pushed once for its subtree and once for itself")
    }
    var stack = MarkedStack()
    let around = try markedTraversal(
      try BinaryTree(levelOrder: [2, 1, 3]), steps: [.node, .left, .node, .right, .node], stack: &stack)
    expectEqual(around, [0, 1, 1, 1, 0, 2, 2, 2, 0], "three visits a node are the walk around the tree")
    var quiet = MarkedStack()
    let silent = try markedTraversal(tree, steps: [.left, .right], stack: &quiet)
    expectEqual(silent, [], "without .node nobody is visited")
    expectEqual(quiet.pushes, 7, "but everybody is walked past")

    var queue = NodeQueue()
    let level = try levelOrder(tree, queue: &queue)
    expectEqual(tree.found(level), [5, 2, 7, 1, 4, 6, 3], "level by level, each from left to right")
    expectEqual(queue.enqueued, 7, "each node waits once")
    expectEqual(queue.peak, 3, "1, 4 and 6 wait together")
    let rows = try levels(tree, queue: &queue)
    expectEqual(rows.map(tree.found), [[5], [2, 7], [1, 4, 6], [3]], "the levels")
  }

  func test3_EveryTree() throws {
    for count in 1...8 {
      for (number, shape) in TreeShape.all(count).enumerated() {
        let tree = try shape.tree()
        for (place, steps) in sixOrders.enumerated() where count < 7 || place == number % 6 {
          var stack = MarkedStack()
          let nodes = try markedTraversal(tree, steps: steps, stack: &stack)
          expectEqual(nodes, tree.plainOrder(steps), "\(steps.map(\.rawValue)), one of all trees of \(count) nodes")
          expectEqual(stack.pushes, 2 * count, "two pushes a node")
        }
        let plain = tree.plainLevels()
        var queue = NodeQueue()
        let level = try levelOrder(tree, queue: &queue)
        expectEqual(level, plain.flatMap { $0 }, "level order of one of all trees of \(count) nodes")
        expectEqual(queue.enqueued, count, "each node waits once")
        expect(
          queue.peak <= (count + 1) / 2, "\(queue.peak) of \(count) nodes waited at once, at most half of them need")
        var other = NodeQueue()
        let rows = try levels(tree, queue: &other)
        expectEqual(rows, plain, "the levels of one of all trees of \(count) nodes")
        expectEqual(other.enqueued, count, "each node waits once")
      }
    }
  }

  func test4_AnySteps() throws {
    var rng = stream("steps")
    for round in 0..<400 {
      let kind = TreeKind.allCases[round % TreeKind.allCases.count]
      let tree = try kind.tree(rng.integer(below: 50), using: &rng)
      let visits = rng.integer(below: 4)
      let bag: [TraversalStep] = [.left, .right] + Array(repeating: .node, count: visits)
      let steps = rng.shuffled(0..<bag.count).map { bag[$0] }
      var stack = MarkedStack()
      let nodes = try markedTraversal(tree, steps: steps, stack: &stack)
      expectEqual(nodes, tree.plainOrder(steps), "\(kind), steps \(steps.map(\.rawValue))")
      expectEqual(stack.pushes, tree.count * (1 + visits), "n(1 + v) pushes: one for the subtree, and one a visit")
      var queue = NodeQueue()
      let rows = try levels(tree, queue: &queue)
      expectEqual(rows, tree.plainLevels(), "levels, \(kind)")
    }
  }

  func test5_AgainstPython() throws {
    struct Content: Decodable {
      struct Case: Decodable, KnownTree {
        let keys, left, right, postorder, levelorder: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("traversals", from: .module)
    for known in content.cases {
      let tree = try known.tree(values: known.keys)
      var stack = MarkedStack()
      let post = try markedTraversal(tree, steps: TraversalOrder.postOrder.steps, stack: &stack)
      expectEqual(tree.found(post), known.postorder, "binarytree's postorder")
      var queue = NodeQueue()
      let level = try levelOrder(tree, queue: &queue)
      expectEqual(tree.found(level), known.levelorder, "binarytree's levelorder")
    }
  }

  func test6_Space() throws {
    for levelCount in 2...10 {
      let count = 1 << levelCount - 1
      let full = try BinaryTree.complete(count: count)
      for (order, most) in [
        (TraversalOrder.preOrder, levelCount + 1), (.inOrder, 2 * levelCount - 1), (.postOrder, 2 * levelCount - 1),
      ] {
        var stack = MarkedStack()
        _ = try markedTraversal(full, steps: order.steps, stack: &stack)
        expectEqual(stack.peak, most, "entries at once in a full tree of \(levelCount) levels, \(order.rawValue)")
      }
      var queue = NodeQueue()
      let nodes = try levelOrder(full, queue: &queue)
      expectEqual(nodes, Array(0..<count), "level order of a complete tree is its array, as in a heap")
      expectEqual(queue.peak, (count + 1) / 2, "a full tree's last level waits all at once: the queue's worst case")
    }
    var rng = stream("trees")
    for round in 0..<160 {
      let kind = TreeKind.allCases[round % TreeKind.allCases.count]
      let tree = try kind.tree(1 + rng.integer(below: 80), using: &rng)
      let levelCount = tree.levelCount
      for order in TraversalOrder.allCases {
        var stack = MarkedStack()
        _ = try markedTraversal(tree, steps: order.steps, stack: &stack)
        let most = order == .preOrder ? levelCount + 1 : 2 * levelCount - 1
        expect(stack.peak <= most, "\(stack.peak) entries at once in a tree of \(levelCount) levels, \(order.rawValue)")
      }
      var queue = NodeQueue()
      _ = try levelOrder(tree, queue: &queue)
      expect(queue.peak <= (tree.count + 1) / 2, "\(queue.peak) of \(tree.count) nodes waited at once")
    }
  }

  func test7_AMillionDeep() throws {
    let count = 1_000_000
    let chain = try BinaryTree.chain(count: count, .zigzag)
    var stack = MarkedStack()
    let post = try markedTraversal(chain, steps: TraversalOrder.postOrder.steps, stack: &stack)
    expect(post == Array((0..<count).reversed()), "post-order of a chain goes up it")
    expectEqual(stack.pushes, 2 * count, "two pushes a node")
    var queue = NodeQueue()
    let level = try levelOrder(chain, queue: &queue)
    expect(level == Array(0..<count), "level order of a chain goes down it")
    expectEqual(queue.peak, 1, "in a chain one node waits at a time")
  }
}
