// Exercise 9.4: Borůvka
//
// The oldest of the three, of 1926, and the one for many workers: every tree looks for its lightest way out at the same time.

import Exercises

/// The minimum spanning forest of a graph, round by round (Borůvka 1926).
///
/// In a round each tree chooses, of all edges that lead out of it, the one that comes first in the order of
/// ``Graph/precedes(_:_:)``; then all chosen edges are taken. An edge may be chosen from both sides, and is taken once.
///
/// Trees that only compared weights could choose a cycle: three vertices, three edges of weight 1, and each takes the one to its
/// right. In an order without equals that cannot happen.
///
/// - Returns: for each round the places of the edges taken in it, in rising order. A round that takes nothing is not listed.
/// - Complexity: each tree that has a way out is united with another, so that after r rounds a tree of a connected graph has at
///   least 2^r vertices: at most ⌊log₂ n⌋ rounds of O(m) each.
public func boruvka(_ graph: Graph) throws -> [[Int]] {
  throw unsolved("9.4")
}
