// Exercise 10.3: one stack
//
// The calls that wait are a stack anyway. Keep it yourself, and a tree may be as deep as memory is large: what waits is
// one number a node, not a frame of hundreds of bytes.

import Exercises

/// The nodes in pre-order, with a stack of nodes that are still to be visited, and no recursion.
///
/// Take a node off, visit it, and push its children, so that the left one is taken off first.
///
/// - Parameter stack: empty; afterwards it is empty again, and has counted.
/// - Returns: indices of nodes, each once.
/// - Complexity: exactly n pushes. At most h + 1 nodes wait at once, h the number of links from the root to the deepest
///   leaf.
public func preOrder(_ tree: BinaryTree, stack: inout NodeStack) throws -> [Int] {
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) nodes")
  throw unsolved("10.3")
}

/// The nodes in in-order, with a stack of nodes that are still to be visited, each with its right subtree.
///
/// Go left as long as possible and push every node on the way. Then take one off: its left subtree is finished. Visit it,
/// and do the same with its right subtree.
///
/// - Parameter stack: empty; afterwards it is empty again, and has counted.
/// - Returns: indices of nodes, each once.
/// - Complexity: exactly n pushes. At most h + 1 nodes wait at once, as in a chain to the left; in one to the right, one.
public func inOrder(_ tree: BinaryTree, stack: inout NodeStack) throws -> [Int] {
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) nodes")
  throw unsolved("10.3")
}

/// The nodes in post-order: visit the root, the *right* subtree, the left one, and turn the result over.
///
/// It is the loop of ``preOrder(_:stack:)`` with the children exchanged. It gives the right order, but not at the
/// right time: the first node of the result is only known when all have been seen.
///
/// - Parameter stack: empty; afterwards it is empty again, and has counted.
/// - Complexity: exactly n pushes.
public func reversedPostOrder(_ tree: BinaryTree, stack: inout NodeStack) throws -> [Int] {
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) nodes")
  throw unsolved("10.3")
}

/// The first node in pre-order for which `isWanted` says so; nil if there is none.
///
/// - Parameter isWanted: called with nodes in pre-order, and with none after the one that is returned. What it throws
///   is passed on.
/// - Complexity: no node is looked at that comes after the result; of a chain whose root is wanted, one.
public func firstInPreOrder(
  _ tree: BinaryTree, stack: inout NodeStack, where isWanted: (_ node: Int) throws -> Bool
) throws -> Int? {
  try InvalidArgument.require(stack.isEmpty, "the stack must be empty, but holds \(stack.count) nodes")
  throw unsolved("10.3")
}

/// Releases a tree of objects without recursion, so that a chain of a million nodes does not overflow the stack: no
/// ``LinkedNode/deinit`` runs inside another one.
///
/// A node whose children were taken away has nothing to release but itself.
///
/// - Parameter root: the only reference to the tree; nil afterwards.
/// - Complexity: O(n).
public func release(_ root: inout LinkedNode?) throws {
  throw unsolved("10.3")
}
