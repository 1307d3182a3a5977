// Exercise 10.4: one stack for all three orders
//
// Recursion passes a node three times: on the way down, between its subtrees, and on the way up. A stack that holds the
// way from the root to where we are can do the same, if it remembers where it comes from.

import Exercises

/// The nodes in pre-, in- or post-order, with a stack that holds the way from the root down to the present node.
///
/// Go left as long as possible and push every node on the way (its first passing). Then look at the top of the stack
/// without taking it off. If it has a right subtree from which we do not just come, we come from its left (its second
/// passing), and go there. If not, the node is finished (its third passing), and is taken off. A node without a right
/// subtree has its second and its third passing at once.
///
/// - Parameter stack: empty; afterwards it is empty again, and has counted.
/// - Returns: indices of nodes, each once.
/// - Complexity: exactly n pushes, and exactly as many nodes at once as the tree is deep (counted in nodes).
public func traverse(_ tree: BinaryTree, in order: TraversalOrder, stack: inout NodeStack) throws -> [Int] {
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) nodes")
  // BEGIN SOLUTION
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
      // Without a right subtree we come from the left, otherwise from the right, where in-order had its turn.
      if order == .inOrder, right == nil { visited.append(node) }
      if order == .postOrder { visited.append(node) }
      stack.pop()
      lastVisited = node
    }
  }
  // END SOLUTION
}
