import Chapter10TreeTraversal
import ExerciseTesting

final class Exercise10_3_OneStack: ExerciseTestCase {
  func test1_EmptyAndOne() throws {
    for tree in [BinaryTree(), try BinaryTree(levelOrder: [7])] {
      var stack = NodeStack()
      let pre = try preOrder(tree, stack: &stack)
      expectEqual(pre, Array(0..<tree.count), "the indices of all nodes of a tree of \(tree.count)")
      let middle = try inOrder(tree, stack: &stack)
      expectEqual(middle, Array(0..<tree.count), "the indices of all nodes of a tree of \(tree.count)")
      let post = try reversedPostOrder(tree, stack: &stack)
      expectEqual(post, Array(0..<tree.count), "the indices of all nodes of a tree of \(tree.count)")
      expect(stack.isEmpty, "the stack must be empty afterwards")
      let none = try firstInPreOrder(tree, stack: &stack) { _ in false }
      expectEqual(none, nil, "nothing is wanted")
    }
    var used = NodeStack()
    used.push(3)
    let tree = try workedTree()
    try expectRefusal("a stack that is not empty") { _ = try preOrder(tree, stack: &used) }
    try expectRefusal("a stack that is not empty") { _ = try inOrder(tree, stack: &used) }
    try expectRefusal("a stack that is not empty") { _ = try reversedPostOrder(tree, stack: &used) }
    try expectRefusal("a stack that is not empty") { _ = try firstInPreOrder(tree, stack: &used) { _ in true } }
    var nothing: LinkedNode?
    try release(&nothing)
    expect(nothing == nil, "there is nothing to release")
  }

  func test2_ByHand() throws {
    var stack = NodeStack()
    let tree = try workedTree()
    let pre = try preOrder(tree, stack: &stack)
    expectEqual(
      tree.found(pre), [5, 2, 1, 4, 3, 7, 6], "pre-order of the worked tree: what is pushed last is taken off first")
    expectEqual(stack.pushes, 7, "each node is pushed once")
    expectEqual(stack.peak, 3, "5 | 7 2 | 7 4 1 | 7 4 | 7 3 | 7 | 6: at most three wait")
    let post = try reversedPostOrder(tree, stack: &stack)
    expectEqual(
      tree.found(post), [1, 3, 4, 2, 6, 7, 5],
      "post-order of the worked tree: root, right, left, and that backwards")
    expectEqual(stack.pushes, 14, "each node is pushed once more")
    var other = NodeStack()
    let middle = try inOrder(tree, stack: &other)
    expectEqual(tree.found(middle), [1, 2, 3, 4, 5, 6, 7], "in-order of the worked tree")
    expectEqual(other.pushes, 7, "each node is pushed once")
    expectEqual(other.peak, 3, "5 2 1 | 5 2 | 5 4 3 | 5 4 | 5 | 7 6 | 7: at most three wait")
  }

  func test3_EveryTree() throws {
    for count in 1...8 {
      for shape in TreeShape.all(count) {
        let tree = try shape.tree()
        var stack = NodeStack()
        let pre = try preOrder(tree, stack: &stack)
        expectEqual(pre, tree.plainOrder(.preOrder), "pre-order of one of all trees of \(count) nodes")
        expectEqual(stack.pushes, count, "each node is pushed once, and nothing else")
        let levels = tree.levelCount
        expect(
          stack.peak <= levels,
          "\(stack.peak) nodes waited at once in a tree of \(levels) levels, at most \(levels) need")
        expect(stack.isEmpty, "the stack must be empty afterwards")
        var third = NodeStack()
        let middle = try inOrder(tree, stack: &third)
        expectEqual(middle, tree.plainOrder(.inOrder), "in-order of one of all trees of \(count) nodes")
        expectEqual(third.pushes, count, "each node is pushed once, and nothing else")
        expectEqual(third.peak, tree.leftLevelCount, "a node waits while its left subtree is walked, and no longer")
        var other = NodeStack()
        let post = try reversedPostOrder(tree, stack: &other)
        expectEqual(post, tree.plainOrder(.postOrder), "post-order of one of all trees of \(count) nodes")
        expectEqual(other.pushes, count, "each node is pushed once, and nothing else")
        expect(other.peak <= levels, "\(other.peak) nodes waited at once in a tree of \(levels) levels")
      }
    }
  }

  func test4_AllKinds() throws {
    var rng = stream("trees")
    for round in 0..<400 {
      let kind = TreeKind.allCases[round % TreeKind.allCases.count]
      let tree = try kind.tree(rng.integer(below: 70), using: &rng)
      var stack = NodeStack()
      let pre = try preOrder(tree, stack: &stack)
      expectEqual(pre, tree.plainOrder(.preOrder), "pre-order, \(kind)")
      let post = try reversedPostOrder(tree, stack: &stack)
      expectEqual(post, tree.plainOrder(.postOrder), "post-order, \(kind)")
      let middle = try inOrder(tree, stack: &stack)
      expectEqual(middle, tree.plainOrder(.inOrder), "in-order, \(kind)")
      expectEqual(stack.pushes, 3 * tree.count, "\(kind): each node is pushed once for each order")
    }
  }

  func test5_EarlyExit() throws {
    struct Stop: Error {}
    let tree = try workedTree()
    for (wanted, looks) in [(5, 1), (2, 2), (1, 3), (4, 4), (3, 5), (7, 6), (6, 7)] {
      var stack = NodeStack()
      var seen: [Int] = []
      let found = try firstInPreOrder(tree, stack: &stack) { node in
        seen.append(tree[node].value)
        return tree[node].value == wanted
      }
      expectEqual(found.map { tree[$0].value }, wanted, "the first node for which the answer is yes")
      expectEqual(
        seen, Array([5, 2, 1, 4, 3, 7, 6].prefix(looks)), "no node is asked about after the one that is wanted")
    }
    let chain = try BinaryTree.chain(count: 5000, .left)
    var stack = NodeStack()
    let root = try firstInPreOrder(chain, stack: &stack) { _ in true }
    expectEqual(root, 0, "the root is wanted")
    expectEqual(stack.pushes, 1, "for the root of a chain one push is enough: don't list the nodes first")
    var all = NodeStack()
    var asked = 0
    let none = try firstInPreOrder(chain, stack: &all) { _ in
      asked += 1
      return false
    }
    expectEqual(none, nil, "no node is wanted")
    expectEqual(asked, 5000, "then all are asked about, each once")
    var thrown: (any Error)?
    var throwing = NodeStack()
    do { _ = try firstInPreOrder(tree, stack: &throwing) { _ in throw Stop() } } catch { thrown = error }
    if let thrown, !(thrown is Stop) { throw thrown }
    expect(thrown is Stop, "what isWanted throws is passed on")
  }

  func test6_AMillionDeep() throws {
    let count = 1_000_000
    let chain = try BinaryTree.chain(count: count, .zigzag)
    var stack = NodeStack()
    let pre = try preOrder(chain, stack: &stack)
    expect(pre == Array(0..<count), "pre-order of a chain goes down it")
    expectEqual(stack.peak, 1, "in a chain one node waits at a time")
    var other = NodeStack()
    let post = try reversedPostOrder(chain, stack: &other)
    expect(post == Array((0..<count).reversed()), "post-order of a chain goes up it")
    for (shape, peak) in [(BinaryTree.ChainShape.left, count), (.right, 1)] {
      let chain = try BinaryTree.chain(count: count, shape)
      var third = NodeStack()
      let middle = try inOrder(chain, stack: &third)
      let down = Array(0..<count)
      expect(middle == (shape == .left ? down.reversed() : down), "in-order of a chain to the \(shape)")
      expectEqual(third.peak, peak, "in a chain to the \(shape)")
    }
  }

  func test7_Release() throws {
    for (name, left, right) in [("left", true, false), ("right", false, true), ("full", true, true)] {
      let meter = ReleaseMeter()
      func grown(_ levels: Int) -> LinkedNode? {
        guard levels > 0 else { return nil }
        return LinkedNode(
          levels, left: left ? grown(levels - 1) : nil, right: right ? grown(levels - 1) : nil, meter: meter)
      }
      let levels = left && right ? 8 : 200
      var root = grown(levels)
      try release(&root)
      expect(root == nil, "nobody holds the root afterwards")
      expectEqual(meter.released, left && right ? 255 : 200, "\(name): every node is released")
      expectEqual(
        meter.deepest, 1,
        "\(name): \(meter.deepest) deinits ran one inside another: take a node's children away before it goes")
      if meter.deepest != 1 || meter.released == 0 { return }
    }
    let meter = ReleaseMeter()
    var chain: LinkedNode?
    for value in 0..<300_000 {
      chain =
        value % 2 == 0 ? LinkedNode(value, left: chain, meter: meter) : LinkedNode(value, right: chain, meter: meter)
    }
    try release(&chain)
    expectEqual(
      meter.released, 300_000, "a chain of 300,000 objects is released, where nested deinits would end the program")
    expectEqual(meter.deepest, 1, "no deinit runs inside another")
  }
}
