// Exercise 9.8: segments of a picture
//
// Kruskal's algorithm, but a component may refuse. It does so when the edge is too heavy beside what the component is used to:
// a boundary in a smooth region is a small step, in a rough one it must be a large one.

import Exercises

/// The segmentation of Felzenszwalb and Huttenlocher (2004, algorithm 1) on a graph.
///
/// Edges are looked at in rising order. An edge of weight w between different components C₁ and C₂ makes them one if
///
///     w ≤ MInt(C₁, C₂) = min( Int(C₁) + k/|C₁|, Int(C₂) + k/|C₂| )
///
/// where Int(C) is the heaviest edge of the minimum spanning tree of C, 0 for a single vertex, and |C| the number of vertices.
/// As edges come in rising order, Int of a new component is the weight of the edge that made it.
///
/// Then, once more in rising order, each edge between two components of which one has fewer than `minimumSize` vertices makes
/// them one.
///
/// - Parameters:
///   - graph: the weights are differences, not negative.
///   - scale: k, not negative: a greater one favours larger segments.
///   - minimumSize: not negative; 0 and 1 mean that the second part does nothing.
/// - Returns: for each vertex the number of its segment; the segments are numbered 0, 1, … in the order of their first vertices.
/// - Throws: `InvalidArgument` if a weight or the minimum size is negative, or the scale is negative or not finite.
/// - Complexity: that of Kruskal's algorithm.
public func segment(_ graph: Graph, scale: Double, minimumSize: Int = 0) throws -> [Int] {
  try InvalidArgument.require(scale >= 0 && scale.isFinite, "the scale is finite and not negative, but is \(scale)")
  try InvalidArgument.requireCount(minimumSize, "the minimum size of a segment")
  if let wrong = graph.edges.first(where: { $0.weight < 0 }) {
    throw InvalidArgument("a difference is not negative, but there is an edge \(wrong)")
  }
  // BEGIN SOLUTION
  var components = ComponentLabels(count: graph.vertexCount)
  var internalDifferences = [Double](repeating: 0, count: graph.vertexCount)
  func limit(_ vertex: Int) -> Double {
    internalDifferences[components.label(of: vertex)] + scale / Double(components.size(of: vertex))
  }
  let order = graph.edgeOrder()
  for place in order {
    let edge = graph.edges[place]
    if components.areConnected(edge.u, edge.v) { continue }
    if edge.weight <= min(limit(edge.u), limit(edge.v)) {
      components.unite(edge.u, edge.v)
      internalDifferences[components.label(of: edge.u)] = edge.weight
    }
  }
  for place in order {
    let edge = graph.edges[place]
    if min(components.size(of: edge.u), components.size(of: edge.v)) < minimumSize {
      components.unite(edge.u, edge.v)
    }
  }
  return components.numbered()
  // END SOLUTION
}

/// The segments of a picture: ``segment(_:scale:minimumSize:)`` on the graph of its pixels, each with up to eight neighbours.
public func felzenszwalb(_ picture: Raster, scale: Double, minimumSize: Int = 0) throws -> [Int] {
  try segment(try picture.graph(), scale: scale, minimumSize: minimumSize)
}
