import Exercises

/// n equal weights 1/n: what a sample of n points stands for.
public func uniformWeights(_ count: Int) -> [Double] {
  Array(repeating: 1 / Double(count), count: count)
}

/// The weights divided by their sum, so that rounding in the input leaves no mass over.
public func normalized(_ weights: [Double]) -> [Double] {
  let total = weights.reduce(0, +)
  return weights.map { $0 / total }
}

extension InvalidArgument {
  /// How far the sum of a distribution may lie from 1 and still pass for rounding: weights that come from Float32 do.
  private static let rounding = 1e-6

  /// Throws unless the weights are those of a distribution: at least one, none negative or NaN, adding up to 1.
  public static func requireDistribution(_ weights: [Double], _ name: String) throws {
    try require(!weights.isEmpty, "\(name) is empty: a distribution needs at least one point")
    for (i, weight) in weights.enumerated() {
      try require(
        weight >= 0 && weight.isFinite,
        "\(name)[\(i)] is \(weight): a weight must be a finite number and not negative; a signed difference has to be "
          + "split into its two parts first")
    }
    let total = weights.reduce(0, +)
    try require(
      abs(total - 1) <= rounding,
      "\(name) adds up to \(total), not to 1: mass can't be made or lost on the way; divide the weights by their sum")
  }

  /// Throws unless the weights are a distribution on as many points, whose coordinates are all finite.
  public static func requireDistribution(_ weights: [Double], on points: [Double], _ names: (String, String)) throws {
    try require(
      weights.count == points.count,
      "\(points.count) points in \(names.1) need as many weights, but \(names.0) has \(weights.count)")
    try requireDistribution(weights, names.0)
    for (i, point) in points.enumerated() {
      try require(point.isFinite, "\(names.1)[\(i)] is \(point): a point must have finite coordinates")
    }
  }

  /// Throws unless the matrix has this many rows and columns and every entry is a finite number.
  public static func requireMatrix(_ matrix: [[Double]], rows: Int, columns: Int, _ name: String) throws {
    try require(
      matrix.count == rows, "\(name) has \(matrix.count) rows, but should have \(rows): one for each point of p")
    for (i, row) in matrix.enumerated() {
      try require(
        row.count == columns,
        "row \(i) of \(name) has \(row.count) entries, but should have \(columns): one for each point of q")
      for (j, entry) in row.enumerated() {
        try require(
          entry.isFinite,
          "\(name)[\(i)][\(j)] is \(entry), but must be a finite number; to forbid a pair, give it a cost far above "
            + "all others")
      }
    }
  }

  /// Throws unless p and q are distributions and the cost is a matrix of finite numbers with a row for each point of p
  /// and a column for each point of q.
  public static func requireTransportProblem(_ p: [Double], _ q: [Double], _ cost: [[Double]]) throws {
    try requireDistribution(p, "p")
    try requireDistribution(q, "q")
    try requireMatrix(cost, rows: p.count, columns: q.count, "the cost")
  }
}
