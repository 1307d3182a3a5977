import Exercises

/// The matrix product AB of matrices given by their rows.
///
/// Throws `InvalidArgument` unless A has as many columns as B has rows.
public func matrixProduct(_ a: [[Double]], _ b: [[Double]]) throws -> [[Double]] {
  let columns = b.first?.count ?? 0
  try InvalidArgument.require(
    a.allSatisfy { $0.count == b.count } && b.allSatisfy { $0.count == columns },
    "rows of \(a.map(\.count)) entries can't be multiplied with \(b.count) rows of \(b.map(\.count))")
  return a.map { row in
    (0..<columns).map { j in
      zip(row, b).reduce(0) { $0 + $1.0 * $1.1[j] }
    }
  }
}

/// The trace of a matrix: the sum of its diagonal.
///
/// Throws `InvalidArgument` unless the matrix is square.
public func trace(_ a: [[Double]]) throws -> Double {
  try InvalidArgument.require(
    a.allSatisfy { $0.count == a.count }, "\(a.count) rows of \(a.map(\.count)) entries are no square matrix")
  return a.indices.reduce(0) { $0 + a[$1][$1] }
}

/// x ↦ b + A(x − a).
public struct AffineMap: Equatable, Sendable {
  /// A, of shape [d, d].
  public let matrix: [[Double]]
  /// a: the point that goes to `to`.
  public let from: [Double]
  /// b: where `from` goes.
  public let to: [Double]

  public init(matrix: [[Double]], from: [Double], to: [Double]) {
    self.matrix = matrix
    self.from = from
    self.to = to
  }

  /// Where the point x goes.
  public func callAsFunction(_ x: [Double]) -> [Double] {
    let difference = zip(x, from).map { $0 - $1 }
    return zip(matrix, to).map { row, end in
      end + zip(row, difference).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}

extension InvalidArgument {
  /// Throws unless the matrix is square, not empty, finite, and symmetric up to rounding.
  static func requireSymmetric(_ matrix: [[Double]], _ name: String) throws {
    let n = matrix.count
    try require(n > 0, "\(name) is empty: it needs at least one row")
    for (i, row) in matrix.enumerated() {
      try require(row.count == n, "row \(i) of \(name) has \(row.count) entries, but \(name) should be \(n) × \(n)")
    }
    let scale = matrix.reduce(0) { max($0, $1.reduce(0) { max($0, abs($1)) }) }
    try require(matrix.allSatisfy { $0.allSatisfy(\.isFinite) }, "\(name) has an entry that isn't finite")
    for i in 0..<n {
      for j in 0..<i {
        try require(
          abs(matrix[i][j] - matrix[j][i]) <= 1e-9 * scale,
          "\(name) isn't symmetric: entry [\(i)][\(j)] is \(matrix[i][j]), but [\(j)][\(i)] is \(matrix[j][i])")
      }
    }
  }

  /// Throws unless the means and covariances belong to two Gaussians in the same number of dimensions.
  static func requireGaussians(
    _ mean1: [Double], _ covariance1: [[Double]], _ mean2: [Double], _ covariance2: [[Double]]
  ) throws {
    try requireSymmetric(covariance1, "the first covariance")
    try requireSymmetric(covariance2, "the second covariance")
    let sizes = [mean1.count, covariance1.count, mean2.count, covariance2.count]
    try require(
      sizes.allSatisfy { $0 == sizes[0] },
      "means and covariances have \(sizes) dimensions (mean, covariance, mean, covariance); they must all be the same")
    try require((mean1 + mean2).allSatisfy(\.isFinite), "a mean has a coordinate that isn't finite")
  }
}
