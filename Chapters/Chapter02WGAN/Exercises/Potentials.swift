import Exercises

extension InvalidArgument {
  /// Throws unless the cost is a finite, not empty matrix, and the potential has `count` finite entries, one for each of
  /// its rows or columns.
  static func requirePotential(
    _ potential: [Double], _ name: String, of cost: [[Double]], count: Int, _ lines: String
  ) throws {
    try require(!cost.isEmpty && !cost[0].isEmpty, "the cost is empty: it needs at least one row and one column")
    try requireMatrix(cost, rows: cost.count, columns: cost[0].count, "the cost")
    try require(
      potential.count == count, "\(name) has \(potential.count) entries, but the cost has \(count) \(lines)")
    for (i, value) in potential.enumerated() {
      try require(value.isFinite, "\(name)[\(i)] is \(value), but a potential must be finite")
    }
  }

  /// Throws unless the matrix is a metric on its points, up to rounding: symmetric, zero on the diagonal, not negative,
  /// and no way over a third point shorter than the direct one.
  ///
  /// - Complexity: O(n³).
  static func requireMetric(_ distances: [[Double]]) throws {
    let n = distances.count
    try require(n > 0, "the matrix of distances is empty: it needs at least one point")
    try requireMatrix(distances, rows: n, columns: n, "the matrix of distances")
    let d = distances.flatMap { $0 }
    let rounding = 1e-9 * max(1, d.max() ?? 1)
    for i in 0..<n {
      try require(
        abs(d[i * n + i]) <= rounding, "the distance from point \(i) to itself is \(d[i * n + i]), but must be 0")
      for j in 0..<i {
        try require(
          d[i * n + j] >= 0 && abs(d[i * n + j] - d[j * n + i]) <= rounding,
          "the distances between points \(i) and \(j) are \(d[i * n + j]) and \(d[j * n + i]); they must be equal and "
            + "not negative")
      }
    }
    for k in 0..<n {
      for i in 0..<n {
        let first = d[i * n + k]
        for j in 0..<i where d[i * n + j] > first + d[k * n + j] + rounding {
          throw InvalidArgument(
            "the way from point \(i) to point \(j) is \(d[i * n + j]) long, but over point \(k) only "
              + "\(first + d[k * n + j]): that is no metric. Are these squared distances? Then take their roots")
        }
      }
    }
  }
}
