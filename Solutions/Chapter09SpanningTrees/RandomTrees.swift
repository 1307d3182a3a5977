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
  // BEGIN SOLUTION
  let adjacency = Adjacency(graph)
  var forest = SpanningForest(vertexCount: graph.vertexCount)
  var isInTree = [Bool](repeating: false, count: graph.vertexCount)
  isInTree[root] = true
  // The place of the neighbour to which each vertex was last left.
  var exits = [Int](repeating: 0, count: graph.vertexCount)
  for start in 0..<graph.vertexCount {
    var vertex = start
    while !isInTree[vertex] {
      exits[vertex] = Int.random(in: adjacency.range(of: vertex), using: &generator)
      vertex = adjacency.neighbours[exits[vertex]].vertex
    }
    vertex = start
    while !isInTree[vertex] {
      isInTree[vertex] = true
      forest.edges.append(adjacency.neighbours[exits[vertex]].edge)
      vertex = adjacency.neighbours[exits[vertex]].vertex
    }
  }
  return forest
  // END SOLUTION
}

/// A spanning forest at random, as most programs make their mazes: Kruskal's algorithm on the edges in a random order.
///
/// It is *not* uniform. Of the 15 spanning trees of a grid of 2 × 3, six come with probability 5/84 and nine with 1/14.
///
/// - Parameter generator: shuffles the edges' places 0 ..< m once, by `shuffled(using:)`.
/// - Returns: the edges in the order in which they are taken.
public func randomKruskal(_ graph: Graph, using generator: inout some RandomNumberGenerator) throws -> SpanningForest {
  // BEGIN SOLUTION
  var forest = SpanningForest(vertexCount: graph.vertexCount)
  var components = ComponentLabels(count: graph.vertexCount)
  for place in graph.edges.indices.shuffled(using: &generator) {
    if components.unite(graph.edges[place].u, graph.edges[place].v) { forest.edges.append(place) }
  }
  return forest
  // END SOLUTION
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
  // BEGIN SOLUTION
  let size = graph.vertexCount - 1
  var matrix = [Double](repeating: 0, count: size * size)
  for edge in graph.edges where !edge.isLoop {
    let (u, v) = (edge.u, edge.v)
    if u < size { matrix[u * size + u] += 1 }
    if v < size { matrix[v * size + v] += 1 }
    if u < size, v < size {
      matrix[u * size + v] -= 1
      matrix[v * size + u] -= 1
    }
  }
  var sum = 0.0
  for k in 0..<size {
    let pivot = matrix[k * size + k]
    sum += log(pivot)
    for row in k + 1..<max(size, k + 1) where matrix[row * size + k] != 0 {
      let factor = matrix[row * size + k] / pivot
      for column in k..<size { matrix[row * size + column] -= factor * matrix[k * size + column] }
    }
  }
  return sum
  // END SOLUTION
}

extension Graph {
  /// Whether there is a way from each vertex to each other. A graph without vertices is connected, too.
  public var isConnected: Bool {
    var components = ComponentLabels(count: vertexCount)
    for edge in edges { components.unite(edge.u, edge.v) }
    return components.count <= 1
  }
}
