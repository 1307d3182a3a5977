/// The eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations: A = V diag(λ) Vᵀ.
///
/// Slow beside the methods of LAPACK, but short, accurate to the last digits also for tiny eigenvalues, and in no need of a library. Meant for the
/// dozens of dimensions of a feature vector.
public struct SymmetricEigen: Sendable {
  /// The eigenvalues, largest first.
  public let values: [Double]
  /// The eigenvectors as columns, row-major: entry (i, k) is coordinate i of the vector of `values[k]`.
  public let vectors: [Double]

  /// Decomposes the `dimension` × `dimension` matrix (row-major), of which only the symmetric part (A + Aᵀ)/2 is seen.
  ///
  /// - Complexity: O(dimension³) a sweep; six to ten sweeps.
  public init(_ matrix: [Double], dimension n: Int) {
    if matrix.count != n * n { fatalError("SymmetricEigen: \(matrix.count) numbers are not a \(n) × \(n) matrix.") }
    var a = matrix
    for i in 0..<n { for j in 0..<i { a[i * n + j] = (matrix[i * n + j] + matrix[j * n + i]) / 2 } }
    for i in 0..<n { for j in 0..<i { a[j * n + i] = a[i * n + j] } }
    var v = [Double](repeating: 0, count: n * n)
    for i in 0..<n { v[i * n + i] = 1 }

    for _ in 0..<60 {
      var (off, all) = (0.0, 0.0)
      for i in 0..<n {
        for j in 0..<n {
          let square = a[i * n + j] * a[i * n + j]
          all += square
          if i != j { off += square }
        }
      }
      if off <= 1e-30 * all { break }
      for p in 0..<n {
        for q in p + 1..<max(n, p + 1) where a[p * n + q] != 0 {
          // The rotation of the plane (p, q) that makes entry (p, q) zero (Golub & Van Loan, §8.5.2).
          let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
          let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n {
            let (kp, kq) = (a[k * n + p], a[k * n + q])
            a[k * n + p] = c * kp - s * kq
            a[k * n + q] = s * kp + c * kq
          }
          for k in 0..<n {
            let (pk, qk) = (a[p * n + k], a[q * n + k])
            a[p * n + k] = c * pk - s * qk
            a[q * n + k] = s * pk + c * qk
          }
          for k in 0..<n {
            let (kp, kq) = (v[k * n + p], v[k * n + q])
            v[k * n + p] = c * kp - s * kq
            v[k * n + q] = s * kp + c * kq
          }
        }
      }
    }
    let order = (0..<n).sorted { a[$0 * n + $0] > a[$1 * n + $1] }
    values = order.map { a[$0 * n + $0] }
    var vectors = [Double](repeating: 0, count: n * n)
    for (k, column) in order.enumerated() { for i in 0..<n { vectors[i * n + k] = v[i * n + column] } }
    self.vectors = vectors
  }

  /// V diag(f(λ)) Vᵀ, row-major: the function f of the matrix.
  public func matrix(_ f: (Double) -> Double) -> [Double] {
    let n = values.count
    let mapped = values.map(f)
    var result = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for k in 0..<n { sum += vectors[i * n + k] * mapped[k] * vectors[j * n + k] }
        result[i * n + j] = sum
      }
    }
    return result
  }
}
