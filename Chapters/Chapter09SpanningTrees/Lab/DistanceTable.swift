import Chapter09SpanningTrees
import Tensors

/// The Euclidean distances of all pairs of points.
struct DistanceTable {
  let count: Int
  private let squares: [Float]

  /// ‖a − b‖² = ‖a‖² + ‖b‖² − 2a·b by one matrix product, with the points' mean at the origin, or else large numbers would
  /// cancel.
  ///
  /// - Parameter points: [n, d].
  init(_ points: Tensor) {
    count = points.dim(0)
    let centred = points - points.mean(axis: 0, keepDims: true)
    let norms = (centred * centred).sum(axis: 1, keepDims: true)
    squares = (norms + norms.transposed() - 2 * matmul(centred, centred, transposeB: true)).scalars
  }

  subscript(_ i: Int, _ j: Int) -> Double { Double(max(0, squares[i * count + j])).squareRoot() }

  /// The minimum spanning tree of some of the points, numbered as they are given.
  func spanningTree(of chosen: [Int]) throws -> [Edge] {
    try completeSpanningTree(count: chosen.count) { self[chosen[$0], chosen[$1]] }
  }
}
