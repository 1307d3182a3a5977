// Exercise 9.2: Kruskal
//
// The lightest edge first, then the next, and whatever would close a cycle stays out. Nothing simpler could be tried, and it
// is right.

import Exercises

/// The minimum spanning forest of a graph (Kruskal 1956): a minimum spanning tree of each component.
///
/// The edges are looked at in the order of ``Graph/edgeOrder()``; an edge between two different trees is taken and makes them
/// one. When a single tree is left no other edge can be taken.
///
/// Components are kept by ``ComponentLabels``, which is given, or by your ``DisjointSets``.
///
/// - Returns: the edges in the order in which they are taken, the lightest first.
/// - Complexity: O(m) to sort (see ``Graph/edgeOrder()``), two looks for each edge, and O(n log n) to unite.
public func kruskal(_ graph: Graph) throws -> SpanningForest {
  throw unsolved("9.2")
}
