/// Eigenvalues and eigenvectors of a small symmetric matrix by Jacobi's rotations (Golub and Van Loan, *Matrix
/// Computations*, 8.5).
enum SymmetricEigen {
  /// - Returns: eigenvalues, and as rows the orthonormal eigenvectors that belong to them.
  /// - Complexity: O(d³) a sweep, a handful of sweeps.
  static func decompose(_ matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
    let d = matrix.count
    var a = matrix
    var v = (0..<d).map { i in (0..<d).map { $0 == i ? 1.0 : 0.0 } }
    let scale = matrix.joined().reduce(0) { $0 + $1 * $1 }
    for i in 0..<d {
      for j in 0..<i where abs(a[i][j] - a[j][i]) > 1e-9 * scale.squareRoot() {
        fatalError("SymmetricEigen: entries (\(i), \(j)) and (\(j), \(i)) differ: \(a[i][j]) and \(a[j][i])")
      }
    }
    for _ in 0..<60 {
      var off = 0.0
      for i in 0..<d { for j in 0..<i { off += a[i][j] * a[i][j] } }
      if off <= 1e-30 * scale { break }
      for p in 0..<d {
        for q in p + 1..<max(p + 1, d) where a[p][q] != 0 {
          let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<d {
            let (x, y) = (a[k][p], a[k][q])
            a[k][p] = c * x - s * y
            a[k][q] = s * x + c * y
          }
          for k in 0..<d {
            let (x, y) = (a[p][k], a[q][k])
            a[p][k] = c * x - s * y
            a[q][k] = s * x + c * y
          }
          for k in 0..<d {
            let (x, y) = (v[p][k], v[q][k])
            v[p][k] = c * x - s * y
            v[q][k] = s * x + c * y
          }
        }
      }
    }
    return ((0..<d).map { a[$0][$0] }, v)
  }
}
