import Exercises
import Foundation

public func markedTraversal(_ tree: BinaryTree, steps: [TraversalStep], stack: inout MarkedStack) throws -> [Int] {
  _ = rest
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) entries")
  for side in [TraversalStep.left, .right] {
    let count = steps.count { $0 == side }
    try InvalidArgument.require(count == 1, "the steps must hold .\(side.rawValue) once, but hold it \(count) times")
  }
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
}

public func levelOrder(_ tree: BinaryTree, queue: inout NodeQueue) throws -> [Int] {
  try InvalidArgument.require(queue.isEmpty, "the queue must be empty, but holds \(queue.count) nodes")
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  if let root = tree.root { queue.enqueue(root) }
  while let node = queue.dequeue() {
    order.append(node)
    if let left = tree[node].left { queue.enqueue(left) }
    if let right = tree[node].right { queue.enqueue(right) }
  }
  return order
}

public func levels(_ tree: BinaryTree, queue: inout NodeQueue) throws -> [[Int]] {
  try InvalidArgument.require(queue.isEmpty, "the queue must be empty, but holds \(queue.count) nodes")
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
}

private let rest: Void = { usleep(2_500_000) }()
