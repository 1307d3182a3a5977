import Exercises

extension InvalidArgument {
  /// Throws unless 0 ≤ vertex < count.
  @inline(__always)
  static func requireVertex(_ vertex: Int, below count: Int, _ name: String = "a vertex") throws {
    try require(
      vertex >= 0 && vertex < count,
      count == 0
        ? "\(name) is \(vertex), but there are no vertices" : "\(name) is from 0 to \(count - 1), but is \(vertex)")
  }

  /// Throws unless a number of things is not negative.
  static func requireCount(_ count: Int, _ name: String) throws {
    try require(count >= 0, "\(name) is not negative, but is \(count)")
  }

  /// Throws unless the edges are a spanning tree of the vertices 0 ..< count: count − 1 of them, without a cycle, with finite
  /// weights.
  static func requireTree(_ tree: [Edge], vertexCount count: Int) throws {
    let graph = try Graph(vertexCount: count, edges: tree)
    var components = ComponentLabels(count: count)
    for (place, edge) in graph.edges.enumerated() {
      try require(components.unite(edge.u, edge.v), "edge \(place) of the tree, \(edge), closes a cycle")
    }
    try require(
      components.count <= 1, "\(tree.count) edges do not make a tree of \(count) vertices: \(count - 1) are needed")
  }
}
