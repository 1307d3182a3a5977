import Exercises

/// The minimum spanning tree of a complete graph, where every pair of vertices is an edge.
///
/// Prim's algorithm without a queue: each vertex outside notes its lightest edge into the tree; the lightest of those is taken,
/// and the notes are brought up to date. With n(n − 1)/2 edges nothing is faster, as each must be looked at.
///
/// - Parameter weight: the weight of the edge {u, v}, u < v; asked once for each pair.
/// - Returns: n − 1 edges, from vertex 0 outwards, each from the tree (u) to the new vertex (v); none if n < 2. Of equally
///   light edges the one to the vertex with the lowest number is taken.
/// - Throws: `InvalidArgument` if the count is negative or a weight is NaN; whatever `weight` throws.
public func completeSpanningTree(count: Int, weight: (_ u: Int, _ v: Int) throws -> Double) throws -> [Edge] {
  try InvalidArgument.requireCount(count, "the number of vertices")
  guard count > 1 else { return [] }
  var outside = Array(1..<count)
  var nearest = [Int](repeating: 0, count: count)
  var distances = [Double](repeating: .infinity, count: count)
  var tree: [Edge] = []
  var newest = 0
  while !outside.isEmpty {
    var best = 0
    for place in outside.indices {
      let vertex = outside[place]
      let distance = try weight(min(newest, vertex), max(newest, vertex))
      try InvalidArgument.require(!distance.isNaN, "the weight of {\(newest), \(vertex)} is not a number")
      if distance < distances[vertex] {
        distances[vertex] = distance
        nearest[vertex] = newest
      }
      let leader = outside[best]
      let isEqual = distances[vertex] == distances[leader]
      if distances[vertex] < distances[leader] || (isEqual && vertex < leader) { best = place }
    }
    newest = outside[best]
    outside.swapAt(best, outside.count - 1)
    outside.removeLast()
    tree.append(Edge(nearest[newest], newest, distances[newest]))
  }
  return tree
}

/// The Euclidean minimum spanning tree of points: weights are distances.
///
/// - Parameter points: all with the same number of coordinates.
/// - Throws: `InvalidArgument` if the points have different numbers of coordinates, or one is NaN or infinite.
/// - Complexity: O(n² d).
public func spanningTree(of points: [[Double]]) throws -> [Edge] {
  let dimensions = points.first?.count ?? 0
  for (index, point) in points.enumerated() {
    try InvalidArgument.require(
      point.count == dimensions, "point \(index) has \(point.count) coordinates, but point 0 has \(dimensions)")
    try InvalidArgument.require(point.allSatisfy(\.isFinite), "a coordinate of point \(index) is not a finite number")
  }
  return try completeSpanningTree(count: points.count) { distance(points[$0], points[$1]) }
}

/// ‖a − b‖
private func distance(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices {
    let difference = a[index] - b[index]
    sum += difference * difference
  }
  return sum.squareRoot()
}
