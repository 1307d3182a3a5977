// Exercise 10.7: a tree from its traversals, a tree as a text, and ancestors
//
// One order alone says little about a tree. Two say everything, if one of them is in-order; and so does one, if it also
// says where nothing is. The walk around the tree answers at once where two nodes meet.

import Exercises

/// The tree with this pre-order and this in-order of its values.
///
/// - Parameters: the same values, each once, in two orders.
/// - Returns: the tree; node i is the i-th of the pre-order.
/// - Throws: `InvalidArgument` if the lists differ in length, a value comes twice, a value is in one list only, or no
///   tree has these two traversals (as for 1, 2, 3 and 3, 1, 2).
/// - Complexity: O(n), also for a chain: no searching for a value, no copies of parts, no recursion.
public func rebuild(preOrder: [Int], inOrder: [Int]) throws -> BinaryTree {
  try requireSameValues(preOrder, inOrder, names: ("pre-order", "in-order"))
  throw unsolved("10.7")
}

/// The tree with this in-order and this post-order of its values.
///
/// - Parameters: the same values, each once, in two orders.
/// - Returns: the tree; node i is the i-th of the post-order *from its end*, so that node 0 is the root.
/// - Throws: `InvalidArgument` as ``rebuild(preOrder:inOrder:)``.
/// - Complexity: O(n), also for a chain.
public func rebuild(inOrder: [Int], postOrder: [Int]) throws -> BinaryTree {
  try requireSameValues(postOrder, inOrder, names: ("post-order", "in-order"))
  throw unsolved("10.7")
}

/// The tree as a text: pre-order, with `#` where a child is missing, commas between.
///
///         1
///        / \          1,2,#,4,#,#,3,#,#
///       2   3
///        \
///         4
///
/// - Returns: 2n + 1 entries; `#` for the empty tree.
/// - Complexity: O(n), no recursion.
public func serialize(_ tree: BinaryTree) throws -> String {
  throw unsolved("10.7")
}

/// The tree that ``serialize(_:)`` made this text from; node i is the i-th of the pre-order.
///
/// - Throws: `InvalidArgument` if the text is none of a tree: an entry that is neither `#` nor a number as Swift prints
///   it, a number that does not fit into an `Int`, too few entries, or too many.
/// - Complexity: O(n), no recursion.
public func deserialize(_ text: String) throws -> BinaryTree {
  throw unsolved("10.7")
}

/// The walk around the tree from the root: a node is passed when it is reached, and again after each of its subtrees.
///
/// - Returns: the walk, 2n − 1 nodes; nothing for the empty tree.
/// - Complexity: O(n), no recursion.
public func eulerTour(_ tree: BinaryTree) throws -> EulerTour {
  throw unsolved("10.7")
}

/// Where the least of any 2ᵏ neighbouring numbers stands (Bender and Farach-Colton 2000).
///
/// - Returns: rows k = 0, 1, … as long as 2ᵏ ≤ n. `rows[k][i]` is the place of the least of `numbers[i ..< i + 2ᵏ]`,
///   the first such place if there are several. No rows for no numbers.
/// - Complexity: O(n log n): each row from the one before, with one comparison an entry.
public func sparseTable(_ numbers: [Int]) throws -> [[Int]] {
  throw unsolved("10.7")
}

/// The lowest node that has both a and b at or below it.
///
/// On the walk around the tree from a to b it is the highest that is passed. Two overlapping pieces of 2ᵏ entries cover
/// the way between any two places.
///
/// - Parameters:
///   - tour: what ``eulerTour(_:)`` returns.
///   - table: what ``sparseTable(_:)`` returns for the tour's depths.
/// - Throws: `InvalidArgument` if there is no such node, or the table does not fit the tour.
/// - Complexity: two entries of the table, one comparison; and O(log n) to see whether the table fits.
public func lowestCommonAncestor(_ a: Int, _ b: Int, tour: EulerTour, table: [[Int]]) throws -> Int {
  try InvalidArgument.requireIndex(a, below: tour.first.count, "a node")
  try InvalidArgument.requireIndex(b, below: tour.first.count, "a node")
  try InvalidArgument.require(
    table.first?.count == tour.depths.count && tour.depths.count == tour.nodes.count,
    "the table is not that of the tour's \(tour.depths.count) depths")
  for (row, entries) in table.enumerated() {
    try InvalidArgument.require(
      row < Int.bitWidth - 1 && entries.count == tour.depths.count + 1 - (1 << row),
      "row \(row) of the table needs an entry for each run of 2ᵏ depths, k = \(row), but has \(entries.count)")
  }
  let rows = Int.bitWidth - tour.depths.count.leadingZeroBitCount
  try InvalidArgument.require(
    table.count == rows, "\(tour.depths.count) depths need a table of \(rows) rows, not \(table.count)")
  throw unsolved("10.7")
}
