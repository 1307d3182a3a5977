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
  // BEGIN SOLUTION
  var forest = SpanningForest(vertexCount: graph.vertexCount)
  var components = ComponentLabels(count: graph.vertexCount)
  let order = graph.edgeOrder()
  // All edges are fetched before any is tried: the memory then works on many at a time.
  let edges = order.map { graph.edges[$0] }
  for (place, edge) in zip(order, edges) {
    if components.count == 1 { break }
    if components.unite(edge.u, edge.v) { forest.edges.append(place) }
  }
  return forest
  // END SOLUTION
}
