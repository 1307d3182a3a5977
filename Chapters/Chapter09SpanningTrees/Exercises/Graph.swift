import Exercises

/// An edge {u, v} of an undirected graph, with a weight.
///
/// u = v is a self-loop. Two edges may join the same vertices: they are parallel, and different edges.
public struct Edge: Hashable, Sendable, CustomStringConvertible {
  // 32 bits a vertex: an edge is 16 bytes long, and four of them share a line of the processor's cache.
  private let first: Int32
  private let second: Int32
  public let weight: Double

  public var u: Int { Int(first) }
  public var v: Int { Int(second) }

  public init(_ u: Int, _ v: Int, _ weight: Double) {
    first = Int32(clamping: u)
    second = Int32(clamping: v)
    self.weight = weight
  }

  public var isLoop: Bool { first == second }
  public var description: String { "{\(u), \(v)} of weight \(weight)" }
}

/// An undirected graph with weights: the vertices 0 ..< vertexCount, and edges in a list. Self-loops and parallel edges are
/// allowed, and an edge is known by its place in the list.
///
/// The algorithms of this chapter take a `Graph` and so need not look for nonsense: its `init` has done so.
public struct Graph: Sendable {
  public let vertexCount: Int
  public let edges: [Edge]

  /// - Throws: `InvalidArgument` if the number of vertices is negative or 2³¹ or more, an edge ends at a vertex that does not
  ///   exist, or a weight is NaN or infinite.
  public init(vertexCount: Int, edges: [Edge]) throws {
    try InvalidArgument.requireCount(vertexCount, "the number of vertices")
    try InvalidArgument.require(
      vertexCount < Int32.max && edges.count < Int32.max, "a graph has fewer than 2³¹ − 1 vertices and edges")
    for (place, edge) in edges.enumerated() {
      try InvalidArgument.requireVertex(edge.u, below: vertexCount, "an end of edge \(place)")
      try InvalidArgument.requireVertex(edge.v, below: vertexCount, "an end of edge \(place)")
      try InvalidArgument.require(
        edge.weight.isFinite, "a weight is finite, but that of edge \(place) is \(edge.weight)")
    }
    self.vertexCount = vertexCount
    self.edges = edges
  }

  /// Whether the edge at place i comes before the one at place j: it is lighter, or as heavy and earlier in the list.
  ///
  /// No two edges are equal in this order, also not parallel ones of the same weight. So each graph has *one* minimum
  /// spanning forest in this order, and every algorithm must find that one.
  public func precedes(_ i: Int, _ j: Int) -> Bool {
    let (a, b) = (edges[i].weight, edges[j].weight)
    return a < b || (a == b && i < j)
  }

  /// The graph of a grid of width × height cells, numbered row by row: cell (x, y) is y·width + x. Each cell is joined with
  /// its right and its lower neighbour and, if `hasDiagonals`, with the two below it diagonally.
  ///
  /// - Parameter weight: the weight of the edge between two cells.
  /// - Throws: `InvalidArgument` if a side is negative; whatever `weight` throws.
  public static func grid(
    width: Int, height: Int, hasDiagonals: Bool = false, weight: (_ a: Int, _ b: Int) throws -> Double = { _, _ in 1 }
  ) throws -> Graph {
    try InvalidArgument.requireCount(width, "the width of a grid")
    try InvalidArgument.requireCount(height, "the height of a grid")
    let steps = hasDiagonals ? [(1, 0), (0, 1), (1, 1), (-1, 1)] : [(1, 0), (0, 1)]
    var edges: [Edge] = []
    edges.reserveCapacity(steps.count * width * height)
    for y in 0..<height {
      for x in 0..<width {
        for (dx, dy) in steps where x + dx >= 0 && x + dx < width && y + dy < height {
          let (a, b) = (y * width + x, (y + dy) * width + x + dx)
          edges.append(Edge(a, b, try weight(a, b)))
        }
      }
    }
    return try Graph(vertexCount: width * height, edges: edges)
  }
}
