// Exercise 9.9: random spanning trees
//
// A perfect maze is a spanning tree of a grid: from each place to each other there is one way. How many mazes are there, and
// how is one of them drawn so that each is equally likely?

import Exercises
import Foundation

/// A spanning tree at random, each equally likely (Wilson 1996).
///
/// The tree begins as the root alone. From the lowest vertex that is not in it yet a random walk runs until it meets the tree,
/// at each vertex along one of its edges at random (parallel edges are different ones). Where the walk crosses itself the loop
/// is forgotten: if each vertex notes only along which edge it was *last* left, the notes lead from the start to the tree
/// without loops. That way is added to the tree.
///
/// The weights play no part.
///
/// - Parameters:
///   - graph: connected.
///   - root: where the tree begins; it does not change the law.
///   - generator: gives one number a step of the walk, by `Int.random(in:using:)` on the places of the vertex's neighbours in
///     ``Adjacency``.
/// - Returns: the edges in the order in which they are added: for each walk from its start to the tree.
/// - Throws: `InvalidArgument` if the graph is not connected, or there is no such root.
/// - Complexity: the expected number of steps is the mean time that a random walk needs from one vertex to another and back.
public func wilson(
  _ graph: Graph, root: Int = 0, using generator: inout some RandomNumberGenerator
) throws -> SpanningForest {
  try InvalidArgument.requireVertex(root, below: graph.vertexCount, "the root")
  try InvalidArgument.require(graph.isConnected, "the walk would never end: the graph is not connected")
  throw unsolved("9.9")
}

/// A spanning forest at random, as most programs make their mazes: Kruskal's algorithm on the edges in a random order.
///
/// It is *not* uniform. Of the 15 spanning trees of a grid of 2 × 3, six come with probability 5/84 and nine with 1/14.
///
/// - Parameter generator: shuffles the edges' places 0 ..< m once, by `shuffled(using:)`.
/// - Returns: the edges in the order in which they are taken.
public func randomKruskal(_ graph: Graph, using generator: inout some RandomNumberGenerator) throws -> SpanningForest {
  throw unsolved("9.9")
}

/// The natural logarithm of the number of spanning trees (Kirchhoff 1847): of the determinant of the Laplacian without its last
/// row and column,
///
///     L_uu = the number of edges at u        L_uv = −(the number of edges between u and v)
///
/// Parallel edges make different trees; self-loops are in none. The reduced Laplacian of a connected graph is symmetric and
/// positive definite, so elimination needs no exchange of rows: the determinant is the product of the pivots, and its logarithm
/// the sum of theirs, which does not overflow.
///
/// - Returns: −∞ if the graph is not connected; 0 for a single vertex.
/// - Throws: `InvalidArgument` if the graph has no vertex.
/// - Complexity: O(n³).
public func logSpanningTreeCount(_ graph: Graph) throws -> Double {
  try InvalidArgument.require(graph.vertexCount > 0, "a graph without vertices has no spanning tree to count")
  if !graph.isConnected { return -.infinity }
  throw unsolved("9.9")
}

extension Graph {
  /// Whether there is a way from each vertex to each other. A graph without vertices is connected, too.
  public var isConnected: Bool {
    var components = ComponentLabels(count: vertexCount)
    for edge in edges { components.unite(edge.u, edge.v) }
    return components.count <= 1
  }
}
