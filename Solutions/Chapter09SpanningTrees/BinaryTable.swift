import Exercises

/// N observations of L variables that are true or false, such as the pixels of black and white pictures.
///
/// Kept one bit each, variable by variable, so that 64 observations of two variables are compared at once.
public struct BinaryTable: Sendable {
  /// N.
  public let count: Int
  /// L.
  public let variableCount: Int
  private let words: [UInt64]
  private let wordsPerVariable: Int
  /// In how many observations each variable is true.
  private let counts: [Int]

  /// - Parameter rows: one observation a row, all of the same length.
  /// - Throws: `InvalidArgument` if the rows have different lengths.
  public init(_ rows: [[Bool]]) throws {
    count = rows.count
    variableCount = rows.first?.count ?? 0
    wordsPerVariable = (rows.count + 63) / 64
    var counts = [Int](repeating: 0, count: variableCount)
    var words = [UInt64](repeating: 0, count: variableCount * wordsPerVariable)
    for (index, row) in rows.enumerated() {
      try InvalidArgument.require(
        row.count == variableCount, "row \(index) has \(row.count) variables, but row 0 has \(variableCount)")
      for variable in 0..<variableCount where row[variable] {
        counts[variable] += 1
        words[variable * wordsPerVariable + index / 64] |= 1 << UInt64(index % 64)
      }
    }
    self.counts = counts
    self.words = words
  }

  /// In how many observations both variables are true; for i = j, in how many that one is. Both from 0 to L − 1.
  public func countBoth(_ i: Int, _ j: Int) -> Int {
    if i == j { return counts[i] }
    var sum = 0
    for word in 0..<wordsPerVariable {
      sum += (words[i * wordsPerVariable + word] & words[j * wordsPerVariable + word]).nonzeroBitCount
    }
    return sum
  }

  /// The law of two variables together, as the observations show it:
  ///
  ///     p(a, b) = (N_ab + α)/(N + 4α)
  ///
  /// N_ab counts the observations in which variable i is a and variable j is b. The pseudo-count α > 0 keeps away from 0 what was
  /// never observed. The laws of the single variables, p(a) = p(a, 0) + p(a, 1) = (N_a + 2α)/(N + 4α), are the same in every pair.
  ///
  /// - Throws: `InvalidArgument` if there is no such variable, α is negative or not finite, or N + 4α is 0.
  public func joint(_ i: Int, _ j: Int, pseudoCount alpha: Double) throws -> JointLaw {
    try InvalidArgument.requireVertex(i, below: variableCount, "a variable")
    try InvalidArgument.requireVertex(j, below: variableCount, "a variable")
    try InvalidArgument.require(alpha >= 0 && alpha.isFinite, "a pseudo-count is finite and not negative, not \(alpha)")
    let total = Double(count) + 4 * alpha
    try InvalidArgument.require(total > 0, "there are no observations, and no pseudo-counts either")
    let both = countBoth(i, j)
    let (onlyFirst, onlySecond) = (counts[i] - both, counts[j] - both)
    let neither = count - both - onlyFirst - onlySecond
    return JointLaw(
      neither: (Double(neither) + alpha) / total, onlySecond: (Double(onlySecond) + alpha) / total,
      onlyFirst: (Double(onlyFirst) + alpha) / total, both: (Double(both) + alpha) / total)
  }
}

/// The law of two variables that are true or false: four probabilities with sum 1.
public struct JointLaw: Hashable, Sendable {
  /// p(0, 0)
  public let neither: Double
  /// p(0, 1)
  public let onlySecond: Double
  /// p(1, 0)
  public let onlyFirst: Double
  /// p(1, 1)
  public let both: Double

  public init(neither: Double, onlySecond: Double, onlyFirst: Double, both: Double) {
    self.neither = neither
    self.onlySecond = onlySecond
    self.onlyFirst = onlyFirst
    self.both = both
  }

  /// p(a, b)
  public subscript(_ a: Bool, _ b: Bool) -> Double {
    a ? (b ? both : onlyFirst) : (b ? onlySecond : neither)
  }

  /// The probability that the first variable is true.
  public var first: Double { onlyFirst + both }
  /// The probability that the second variable is true.
  public var second: Double { onlySecond + both }
}
