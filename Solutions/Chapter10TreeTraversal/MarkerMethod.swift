// Exercise 10.5: the marker method, and level order
//
// A stack entry may mean two things: "traverse this subtree" or "visit this node, now". A mark tells them apart. Then
// every order is the same program: only the order of the pushes differs.

import Exercises

/// The nodes in the order that `steps` describes.
///
/// An unmarked entry stands for a whole subtree. Taken off, it is replaced by its parts, the last step first: its right
/// and left subtrees unmarked, and the node itself marked. A marked entry is visited when it is taken off.
///
/// - Parameters:
///   - steps: `.left` and `.right` once each, in either order, and `.node` anywhere between, as often as wanted: three
///     times makes the walk around the tree, never makes nothing.
///   - stack: empty; afterwards it is empty again, and has counted.
/// - Throws: `InvalidArgument` if `.left` or `.right` is missing or comes twice.
/// - Complexity: exactly n(1 + v) pushes, v the number of `.node`s: one unmarked and v marked a node.
public func markedTraversal(_ tree: BinaryTree, steps: [TraversalStep], stack: inout MarkedStack) throws -> [Int] {
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) entries")
  for side in [TraversalStep.left, .right] {
    let count = steps.count { $0 == side }
    try InvalidArgument.require(count == 1, "the steps must hold .\(side.rawValue) once, but hold it \(count) times")
  }
  // BEGIN SOLUTION
  var order: [Int] = []
  order.reserveCapacity(tree.count * (steps.count - 2))
  if let root = tree.root { stack.push(root, isMarked: false) }
  while let entry = stack.pop() {
    if entry.isMarked {
      order.append(entry.node)
      continue
    }
    for step in steps.reversed() {
      switch step {
      case .node: stack.push(entry.node, isMarked: true)
      case .left: if let left = tree[entry.node].left { stack.push(left, isMarked: false) }
      case .right: if let right = tree[entry.node].right { stack.push(right, isMarked: false) }
      }
    }
  }
  return order
  // END SOLUTION
}

/// The nodes level by level, from the root down, each level from left to right.
///
/// - Parameter queue: empty; afterwards it is empty again, and has counted.
/// - Complexity: every node is put into the queue exactly once, and at most two neighbouring levels wait in it.
public func levelOrder(_ tree: BinaryTree, queue: inout NodeQueue) throws -> [Int] {
  try InvalidArgument.require(queue.isEmpty, "the queue must be empty, but holds \(queue.count) nodes")
  // BEGIN SOLUTION
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  if let root = tree.root { queue.enqueue(root) }
  while let node = queue.dequeue() {
    order.append(node)
    let here = tree[node]
    queue.enqueue(here.left)
    queue.enqueue(here.right)
  }
  return order
  // END SOLUTION
}

/// The nodes of each level from left to right, the root's level first.
///
/// When a level begins, the queue holds exactly this level: its length says where the level ends.
///
/// - Parameter queue: empty; afterwards it is empty again, and has counted.
public func levels(_ tree: BinaryTree, queue: inout NodeQueue) throws -> [[Int]] {
  try InvalidArgument.require(queue.isEmpty, "the queue must be empty, but holds \(queue.count) nodes")
  // BEGIN SOLUTION
  var levels: [[Int]] = []
  if let root = tree.root { queue.enqueue(root) }
  while !queue.isEmpty {
    var level: [Int] = []
    for _ in 0..<queue.count {
      guard let node = queue.dequeue() else { break }
      level.append(node)
      if let left = tree[node].left { queue.enqueue(left) }
      if let right = tree[node].right { queue.enqueue(right) }
    }
    levels.append(level)
  }
  return levels
  // END SOLUTION
}
