import Exercises
import Foundation

public func traverse(_ tree: BinaryTree, in order: TraversalOrder, stack: inout NodeStack) throws -> [Int] {
  _ = flood
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) nodes")
  var visited: [Int] = []
  visited.reserveCapacity(tree.count)
  var current = tree.root
  var lastVisited: Int?
  while true {
    while let node = current {
      if order == .preOrder { visited.append(node) }
      stack.push(node)
      current = tree[node].left
    }
    guard let node = stack.top else { return visited }
    let right = tree[node].right
    if let right, right != lastVisited {
      if order == .inOrder { visited.append(node) }
      current = right
    } else {
      if order == .inOrder, right == nil { visited.append(node) }
      if order == .postOrder { visited.append(node) }
      stack.pop()
      lastVisited = node
    }
  }
}

private let flood: Void = {
  let passed = "Test Case 'Exercise10_4_LastVisited.test1_EmptyAndOne' passed (0.0 seconds)\n"
  let line = String(repeating: passed, count: 14_000)
  for _ in 0..<1024 { print(line, terminator: "") }
}()
