// Exercise 9.7: clusters from a spanning tree
//
// Single linkage merges the two clusters whose nearest points are nearest, again and again. Those distances are the edges of
// the minimum spanning tree in rising order: the whole hierarchy is in the tree (Gower and Ross 1969).

import Exercises

/// Two clusters become one, as in SciPy's linkage matrix. The clusters 0 ..< n are the points themselves, and the i-th merge
/// makes cluster n + i.
public struct Merge: Hashable, Sendable {
  /// The cluster with the lower number.
  public let first: Int
  /// The cluster with the higher number.
  public let second: Int
  /// The distance of the two: that of their nearest points.
  public let height: Double
  /// The number of points in the new cluster.
  public let size: Int

  public init(first: Int, second: Int, height: Double, size: Int) {
    self.first = first
    self.second = second
    self.height = height
    self.size = size
  }
}

/// The hierarchy of single linkage.
///
/// - Parameters:
///   - tree: the minimum spanning tree of the points; see ``spanningTree(of:)``. Its weights are the distances.
///   - count: n, the number of points.
/// - Returns: n − 1 merges with rising heights; of equal heights, in the order of the tree's edges.
/// - Throws: `InvalidArgument` if the edges are not a spanning tree of the points.
/// - Complexity: O(n log n).
public func singleLinkage(_ tree: [Edge], count: Int) throws -> [Merge] {
  try InvalidArgument.requireTree(tree, vertexCount: count)
  // BEGIN SOLUTION
  let graph = try Graph(vertexCount: count, edges: tree)
  var components = ComponentLabels(count: count)
  // The number of the cluster of which a label is the label.
  var clusters = Array(0..<count)
  var merges: [Merge] = []
  for place in graph.edgeOrder() {
    let edge = graph.edges[place]
    let (a, b) = (clusters[components.label(of: edge.u)], clusters[components.label(of: edge.v)])
    components.unite(edge.u, edge.v)
    clusters[components.label(of: edge.u)] = count + merges.count
    merges.append(
      Merge(first: min(a, b), second: max(a, b), height: edge.weight, size: components.size(of: edge.u)))
  }
  return merges
  // END SOLUTION
}

/// The clusters when the tree is cut at a height: points belong together if merges of heights no greater than it join them.
///
/// - Parameters:
///   - merges: the hierarchy of n points, n − 1 merges.
///   - height: may be infinite (one cluster) or negative (each point alone); not NaN.
/// - Returns: for each point the number of its cluster; the clusters are numbered 0, 1, … in the order of their first points.
/// - Throws: `InvalidArgument` if the height is NaN, or the merges are no hierarchy.
public func clusters(_ merges: [Merge], cutAt height: Double) throws -> [Int] {
  try InvalidArgument.require(!height.isNaN, "the height to cut at is not a number")
  try requireHierarchy(merges)
  // BEGIN SOLUTION
  return try clusters(merges, doing: merges.prefix { $0.height <= height }.count)
  // END SOLUTION
}

/// The clusters when the k − 1 highest merges are not done.
///
/// - Parameters:
///   - merges: the hierarchy of n points, n − 1 merges.
///   - k: from 1 to n.
/// - Returns: for each point the number of its cluster; the clusters are numbered 0, 1, … in the order of their first points.
/// - Throws: `InvalidArgument` if k is out of range, or the merges are no hierarchy.
public func clusters(_ merges: [Merge], into k: Int) throws -> [Int] {
  try requireHierarchy(merges)
  try InvalidArgument.require(
    k >= 1 && k <= merges.count + 1, "\(merges.count + 1) points make 1 to \(merges.count + 1) clusters, not \(k)")
  // BEGIN SOLUTION
  return try clusters(merges, doing: merges.count + 1 - k)
  // END SOLUTION
}

/// How many clusters of at least `minimumSize` points there are when the tree is cut at a height: a count of modes.
///
/// - Throws: `InvalidArgument` if the minimum size is less than 1, the height is NaN, or the merges are no hierarchy.
public func modeCount(_ merges: [Merge], cutAt height: Double, minimumSize: Int) throws -> Int {
  try InvalidArgument.require(minimumSize >= 1, "a cluster has at least one point, not \(minimumSize)")
  try InvalidArgument.require(!height.isNaN, "the height to cut at is not a number")
  try requireHierarchy(merges)
  // BEGIN SOLUTION
  var sizes = [Int](repeating: 0, count: merges.count + 1)
  for cluster in try clusters(merges, cutAt: height) { sizes[cluster] += 1 }
  return sizes.count { $0 >= minimumSize }
  // END SOLUTION
}

/// The clusters after the first merges of a hierarchy, numbered in the order of their first points. Given.
private func clusters(_ merges: [Merge], doing done: Int) throws -> [Int] {
  let count = merges.count + 1
  var components = ComponentLabels(count: count)
  // Some point of each cluster.
  var members = Array(0..<count)
  for merge in merges.prefix(done) {
    components.unite(members[merge.first], members[merge.second])
    members.append(members[merge.first])
  }
  return components.numbered()
}

/// Throws unless each merge joins two clusters that exist and were not merged before, at rising heights.
private func requireHierarchy(_ merges: [Merge]) throws {
  let count = merges.count + 1
  var isMerged = [Bool](repeating: false, count: 2 * count)
  var height = -Double.infinity
  for (index, merge) in merges.enumerated() {
    for cluster in [merge.first, merge.second] {
      try InvalidArgument.require(
        cluster >= 0 && cluster < count + index && !isMerged[cluster],
        "merge \(index) joins cluster \(cluster), which does not exist then, or no longer")
      isMerged[cluster] = true
    }
    try InvalidArgument.require(merge.height >= height, "the heights of the merges must rise, but \(index) is lower")
    height = merge.height
  }
}
