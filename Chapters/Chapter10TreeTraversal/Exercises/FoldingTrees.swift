// Exercise 10.2: recursion, the general template
//
// The same recursion with everything that a question about a tree may need: a parameter that is handed down (the sum so
// far), a value that is handed up (a depth), a condition to go on, and a way to stop at once. Nothing is kept outside
// the call, so that two calls never know of each other.

import Exercises

/// The value of a tree, computed from the leaves to the root:
///
///     fold(∅) = empty        fold(node) = combine(node's value, fold(left), fold(right))
///
/// - Parameter combine: called once a node, after it was called for both subtrees; what it throws is passed on.
/// - Complexity: n calls of `combine`.
public func fold<Result>(
  _ tree: BinaryTree, empty: Result, combine: (_ value: Int, _ left: Result, _ right: Result) throws -> Result
) throws -> Result {
  throw unsolved("10.2")
}

/// The number of nodes.
public func size(_ tree: BinaryTree) throws -> Int {
  throw unsolved("10.2")
}

/// The number of nodes on the longest way from the root down to a leaf; 0 for the empty tree.
public func depth(_ tree: BinaryTree) throws -> Int {
  throw unsolved("10.2")
}

/// The number of *links* on the longest way between any two nodes, which need not lead through the root; 0 for the
/// empty tree and for a single node.
public func diameter(_ tree: BinaryTree) throws -> Int {
  throw unsolved("10.2")
}

/// The greatest sum of values on a way between any two nodes (or at one node alone), along links, no node twice. Nil
/// for the empty tree.
///
/// If all values are negative, it is the greatest of them: a way has at least one node.
///
/// - Throws: `InvalidArgument` if Σ|value| does not fit into an `Int`.
public func maxPathSum(_ tree: BinaryTree) throws -> Int? {
  try tree.requireSums()
  throw unsolved("10.2")
}

/// Whether at *every* node the depths of the two subtrees differ by at most one (Adelson-Velsky and Landis 1962).
///
/// The recursion returns a subtree's depth, or that it is out of balance; in that case nothing else is looked at. The
/// left subtree is looked at first.
///
/// - Parameter visit: called with each node whose subtrees are looked at, when it is entered.
/// - Complexity: each node is entered at most once.
public func isBalanced(_ tree: BinaryTree, visit: (_ node: Int) -> Void = { _ in }) throws -> Bool {
  throw unsolved("10.2")
}

/// Whether the values on some way from the root to a *leaf* add up to `target`. The empty tree has no leaf, and so no
/// way.
///
/// The sum so far is handed down; the search goes left first, and stops at the first leaf that fits.
///
/// - Parameter visit: called with each node that is entered.
/// - Throws: `InvalidArgument` if Σ|value| does not fit into an `Int`.
public func hasPath(
  _ tree: BinaryTree, withSum target: Int, visit: (_ node: Int) -> Void = { _ in }
) throws -> Bool {
  try tree.requireSums()
  throw unsolved("10.2")
}

/// The way from the root to the first node in pre-order that holds a value: the indices of its nodes, the root's first
/// and the found one's last. Nil if no node holds it.
///
/// - Parameter visit: called with each node that is entered; none is entered after the value was found.
public func path(in tree: BinaryTree, to value: Int, visit: (_ node: Int) -> Void = { _ in }) throws -> [Int]? {
  throw unsolved("10.2")
}
