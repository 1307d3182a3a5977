import Exercises

/// A spanning forest of a graph: a spanning tree of each of its components.
public struct SpanningForest: Hashable, Sendable {
  public let vertexCount: Int
  /// The places of the forest's edges in the graph's list, in the order in which they were taken.
  public var edges: [Int]

  public init(vertexCount: Int, edges: [Int] = []) {
    self.vertexCount = vertexCount
    self.edges = edges
  }

  /// The number of trees, if the edges close no cycle. A vertex without an edge is a tree, too.
  public var treeCount: Int { vertexCount - edges.count }

  /// The sum of the weights.
  public func weight(in graph: Graph) -> Double { edges.reduce(0) { $0 + graph.edges[$1].weight } }

  /// Throws unless the forest has as many vertices as the graph, and its edges are edges of the graph.
  func require(isOf graph: Graph) throws {
    try InvalidArgument.require(
      vertexCount == graph.vertexCount,
      "the forest has \(vertexCount) vertices, but the graph has \(graph.vertexCount)")
    for place in edges {
      try InvalidArgument.require(
        graph.edges.indices.contains(place), "the graph has no edge \(place), it has \(graph.edges.count)")
    }
  }
}
