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
  // BEGIN SOLUTION
  func value(_ node: Int?) throws -> Result {
    guard let node else { return empty }
    let left = try value(tree[node].left)
    let right = try value(tree[node].right)
    return try combine(tree[node].value, left, right)
  }
  return try value(tree.root)
  // END SOLUTION
}

/// The number of nodes.
public func size(_ tree: BinaryTree) throws -> Int {
  // BEGIN SOLUTION
  return try fold(tree, empty: 0) { _, left, right in 1 + left + right }
  // END SOLUTION
}

/// The number of nodes on the longest way from the root down to a leaf; 0 for the empty tree.
public func depth(_ tree: BinaryTree) throws -> Int {
  // BEGIN SOLUTION
  return try fold(tree, empty: 0) { _, left, right in 1 + max(left, right) }
  // END SOLUTION
}

/// The number of *links* on the longest way between any two nodes, which need not lead through the root; 0 for the
/// empty tree and for a single node.
public func diameter(_ tree: BinaryTree) throws -> Int {
  // BEGIN SOLUTION
  // The longest way through a node goes down into both its subtrees: as many links as both are deep.
  let whole = try fold(tree, empty: (depth: 0, longest: 0)) { _, left, right in
    (
      depth: 1 + max(left.depth, right.depth),
      longest: max(left.longest, right.longest, left.depth + right.depth)
    )
  }
  return whole.longest
  // END SOLUTION
}

/// The greatest sum of values on a way between any two nodes (or at one node alone), along links, no node twice. Nil
/// for the empty tree.
///
/// If all values are negative, it is the greatest of them: a way has at least one node.
///
/// - Throws: `InvalidArgument` if Σ|value| does not fit into an `Int`.
public func maxPathSum(_ tree: BinaryTree) throws -> Int? {
  try tree.requireSums()
  // BEGIN SOLUTION
  // `down` is the best way that starts at the node and goes down, `best` the best way anywhere below.
  let whole = try fold(tree, empty: (down: 0, best: Int?.none)) { value, left, right in
    let (leftArm, rightArm) = (max(0, left.down), max(0, right.down))
    return (
      down: value + max(leftArm, rightArm),
      best: [left.best, right.best].compactMap(\.self).reduce(value + leftArm + rightArm, max)
    )
  }
  return whole.best
  // END SOLUTION
}

/// Whether at *every* node the depths of the two subtrees differ by at most one (Adelson-Velsky and Landis 1962).
///
/// The recursion returns a subtree's depth, or that it is out of balance; in that case nothing else is looked at. The
/// left subtree is looked at first.
///
/// - Parameter visit: called with each node whose subtrees are looked at, when it is entered.
/// - Complexity: each node is entered at most once.
public func isBalanced(_ tree: BinaryTree, visit: (_ node: Int) -> Void = { _ in }) throws -> Bool {
  // BEGIN SOLUTION
  /// The depth of a balanced subtree; nil for one that is not.
  func balancedDepth(_ node: Int?) -> Int? {
    guard let node else { return 0 }
    visit(node)
    guard let left = balancedDepth(tree[node].left), let right = balancedDepth(tree[node].right),
      abs(left - right) <= 1
    else { return nil }
    return 1 + max(left, right)
  }
  return balancedDepth(tree.root) != nil
  // END SOLUTION
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
  // BEGIN SOLUTION
  func search(_ node: Int?, sumAbove: Int) -> Bool {
    guard let node else { return false }
    visit(node)
    let (left, right) = (tree[node].left, tree[node].right)
    let sum = sumAbove + tree[node].value
    if left == nil, right == nil { return sum == target }
    return search(left, sumAbove: sum) || search(right, sumAbove: sum)
  }
  return search(tree.root, sumAbove: 0)
  // END SOLUTION
}

/// The way from the root to the first node in pre-order that holds a value: the indices of its nodes, the root's first
/// and the found one's last. Nil if no node holds it.
///
/// - Parameter visit: called with each node that is entered; none is entered after the value was found.
public func path(in tree: BinaryTree, to value: Int, visit: (_ node: Int) -> Void = { _ in }) throws -> [Int]? {
  // BEGIN SOLUTION
  var way: [Int] = []
  func search(_ node: Int?) -> Bool {
    guard let node else { return false }
    visit(node)
    way.append(node)
    if tree[node].value == value || search(tree[node].left) || search(tree[node].right) { return true }
    way.removeLast()
    return false
  }
  return search(tree.root) ? way : nil
  // END SOLUTION
}
