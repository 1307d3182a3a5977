import Exercises
import Foundation

/// The values that a pixel can take: `count` of them, evenly spaced from `lowest` to `highest`. An 8-bit picture scaled
/// to [−1, 1] has 256; a network that sees pictures scaled otherwise has other ends.
public struct GreyLevels: Equatable, Sendable {
  public let lowest: Double
  public let highest: Double
  public let count: Int

  public init(lowest: Double = -1, highest: Double = 1, count: Int = 256) throws {
    try InvalidArgument.require(count >= 2, "a pixel needs at least 2 levels, but got \(count)")
    try InvalidArgument.require(lowest < highest, "levels must rise, but go from \(lowest) to \(highest)")
    self.lowest = lowest
    self.highest = highest
    self.count = count
  }

  /// The distance between neighbouring levels: 2/255 for 8 bits on [−1, 1].
  public var step: Double { (highest - lowest) / Double(count - 1) }
}

/// ln( Φ(upper) − Φ(lower) ): the log-probability that a standard normal number falls between two bounds, which may be
/// ±∞. Keeps its digits far out in the tails, where the probability itself is 0 in floating point.
public func logNormalProbability(from lower: Double, to upper: Double) throws -> Double {
  try InvalidArgument.require(lower < upper, "the bounds must rise, but are \(lower) and \(upper)")
  // The tail on the left is the one whose logarithm is known well.
  guard lower <= 0 else { return try logNormalProbability(from: -upper, to: -lower) }
  if lower == -.infinity { return logNormalDistribution(upper) }
  if upper == .infinity { return logNormalDistribution(-lower) }
  let (all, below) = (logNormalDistribution(upper), logNormalDistribution(lower))
  return all + log1p(-exp(below - all))
}

/// ln Φ(z).
private func logNormalDistribution(_ z: Double) -> Double {
  if z > 0 { return log1p(-0.5 * erfc(z / 2.0.squareRoot())) }
  if z > -30 { return log(0.5 * erfc(-z / 2.0.squareRoot())) }
  // The asymptotic series of Mills' ratio: its error is below 10⁻¹² here.
  let inverse = 1 / (z * z)
  let series = -inverse * (1 - 3 * inverse * (1 - 5 * inverse * (1 - 7 * inverse)))
  return -0.5 * z * z - log(-z) - 0.5 * log(2 * Double.pi) + log1p(series)
}
