// Exercise 9.3: Prim
//
// One tree that grows: of all edges that lead out of it, the lightest. A queue knows which that is.

import Exercises

/// The minimum spanning forest of a graph (Jarník 1930, Prim 1957, Dijkstra 1959).
///
/// The tree begins at the vertex with the lowest number. Each vertex beside it waits in the queue with the lightest edge by
/// which the tree could reach it; the vertex whose edge comes first is reached next, and offers its own edges to its neighbours.
/// When nobody waits any more the component is finished, and a new tree begins at the lowest vertex that was not reached.
///
/// A vertex waits with the weight of *one edge*, not with the length of a path: that would be Dijkstra's algorithm for
/// shortest paths, which makes another tree. The neighbours of a vertex are in ``Adjacency``.
///
/// - Parameter queue: an empty queue for all vertices of the graph; it counts its comparisons.
/// - Returns: the edges in the order in which they are taken.
/// - Throws: `InvalidArgument` if the queue is not empty or too small.
/// - Complexity: each vertex comes out of the queue once, and each edge is offered at most once: O((n + m) log n) comparisons.
public func prim(_ graph: Graph, with queue: inout VertexQueue) throws -> SpanningForest {
  try InvalidArgument.require(queue.isEmpty, "the queue must be empty at the start")
  try InvalidArgument.require(
    queue.capacity >= graph.vertexCount,
    "the queue has room for \(queue.capacity) vertices, but the graph has \(graph.vertexCount)")
  // BEGIN SOLUTION
  let adjacency = Adjacency(graph)
  var forest = SpanningForest(vertexCount: graph.vertexCount)
  var isReached = [Bool](repeating: false, count: graph.vertexCount)
  for start in 0..<graph.vertexCount where !isReached[start] {
    try queue.offer(start, weight: 0, edge: -1)
    while let entry = queue.popFirst() {
      isReached[entry.vertex] = true
      if entry.edge >= 0 { forest.edges.append(entry.edge) }
      // Who is first now is often the next: its neighbours, far away in memory, can come meanwhile.
      if let next = queue.first { adjacency.expect(next.vertex) }
      for place in adjacency.range(of: entry.vertex) {
        let neighbour = adjacency.neighbours[place]
        if isReached[neighbour.vertex] { continue }
        try queue.offer(neighbour.vertex, weight: neighbour.weight, edge: neighbour.edge)
      }
      // Now it is certain who is next: what was not asked for yet comes while the queue fills the gap at its root.
      if let next = queue.first { adjacency.expect(next.vertex) }
    }
  }
  return forest
  // END SOLUTION
}

/// The minimum spanning forest of a graph, by ``prim(_:with:)``.
public func prim(_ graph: Graph) throws -> SpanningForest {
  var queue = try VertexQueue(capacity: graph.vertexCount)
  return try prim(graph, with: &queue)
}
