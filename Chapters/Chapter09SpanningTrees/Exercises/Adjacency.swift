import CProcessor

/// For each vertex of a graph its neighbours, all in one array (compressed sparse rows).
///
/// Self-loops are left out; each of several parallel edges is listed. Made in O(n + m).
///
/// ```swift
/// for place in adjacency.range(of: vertex) {
///   let neighbour = adjacency.neighbours[place]   // .vertex, .edge, .weight
/// }
/// ```
public struct Adjacency: Sendable {
  /// The other end of an edge.
  public struct Neighbour: Sendable {
    private let vertex32: Int32
    private let edge32: Int32
    public let weight: Double
    /// The vertex at the other end.
    public var vertex: Int { Int(vertex32) }
    /// The edge's place in the graph's list.
    public var edge: Int { Int(edge32) }

    init(vertex: Int, edge: Int, weight: Double) {
      vertex32 = Int32(truncatingIfNeeded: vertex)
      edge32 = Int32(truncatingIfNeeded: edge)
      self.weight = weight
    }
  }

  /// The neighbours of vertex 0, then those of vertex 1, …
  public let neighbours: [Neighbour]
  /// Where the neighbours of each vertex begin; one number more than there are vertices.
  private let starts: [Int32]

  public init(_ graph: Graph) {
    var starts = [Int32](repeating: 0, count: graph.vertexCount + 1)
    for edge in graph.edges where !edge.isLoop {
      starts[edge.u] += 1
      starts[edge.v] += 1
    }
    // The end of each vertex's part; filling from behind turns ends into starts.
    var sum: Int32 = 0
    for vertex in starts.indices {
      sum += starts[vertex]
      starts[vertex] = sum
    }
    let nobody = Neighbour(vertex: 0, edge: 0, weight: 0)
    var neighbours = [Neighbour](repeating: nobody, count: Int(sum))
    for place in stride(from: graph.edges.count - 1, through: 0, by: -1) {
      let edge = graph.edges[place]
      if edge.isLoop { continue }
      starts[edge.u] -= 1
      neighbours[Int(starts[edge.u])] = Neighbour(vertex: edge.v, edge: place, weight: edge.weight)
      starts[edge.v] -= 1
      neighbours[Int(starts[edge.v])] = Neighbour(vertex: edge.u, edge: place, weight: edge.weight)
    }
    self.neighbours = neighbours
    self.starts = starts
  }

  /// Asks memory for a vertex's first neighbours, so that they are there when they are wanted. Nothing is read but where
  /// they begin.
  func expect(_ vertex: Int) {
    let start = Int(starts[vertex])
    neighbours.withUnsafeBufferPointer { neighbours in
      guard let first = neighbours.baseAddress else { return }
      // Four neighbours a cache line.
      for line in 0..<3 { processor_prefetch(first + (start + 4 * line)) }
    }
  }

  /// The places of a vertex's neighbours in ``neighbours``.
  public func range(of vertex: Int) -> Range<Int> { Int(starts[vertex])..<Int(starts[vertex + 1]) }
}
