// Exercise 10.1: recursion, plain
//
// A tree is empty, or a node with two trees. A function that says what to do with each of the two cases, and calls
// itself for the two trees, is as short as the definition. What it needs in memory is not seen: the calls that wait.

import Exercises

/// The nodes in pre-order: the root, then the left subtree, then the right one, each in pre-order.
///
/// - Returns: indices of nodes, each once; empty for the empty tree.
/// - Complexity: O(n) time; as many calls wait at once as the tree is deep.
public func recursivePreOrder(_ tree: BinaryTree) throws -> [Int] {
  // BEGIN SOLUTION
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  func visit(_ node: Int?) {
    guard let node else { return }
    order.append(node)
    visit(tree[node].left)
    visit(tree[node].right)
  }
  visit(tree.root)
  return order
  // END SOLUTION
}

/// The nodes in in-order: the left subtree in in-order, then the root, then the right one in in-order.
///
/// The values of a search tree come out sorted.
///
/// - Returns: indices of nodes, each once; empty for the empty tree.
/// - Complexity: O(n) time; as many calls wait at once as the tree is deep.
public func recursiveInOrder(_ tree: BinaryTree) throws -> [Int] {
  // BEGIN SOLUTION
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  func visit(_ node: Int?) {
    guard let node else { return }
    visit(tree[node].left)
    order.append(node)
    visit(tree[node].right)
  }
  visit(tree.root)
  return order
  // END SOLUTION
}

/// The nodes in post-order: both subtrees in post-order, first the left one, then the root.
///
/// - Returns: indices of nodes, each once; empty for the empty tree.
/// - Complexity: O(n) time; as many calls wait at once as the tree is deep.
public func recursivePostOrder(_ tree: BinaryTree) throws -> [Int] {
  // BEGIN SOLUTION
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  func visit(_ node: Int?) {
    guard let node else { return }
    visit(tree[node].left)
    visit(tree[node].right)
    order.append(node)
  }
  visit(tree.root)
  return order
  // END SOLUTION
}
