// Exercise 1.8: counting modes

import Exercises
import Foundation
import Tensors

/// How samples spread over the K modes of a mixture of equal Gaussians.
public struct ModeReport: Equatable, Sendable {
  /// Good samples of each mode.
  public let counts: [Int]
  /// Modes with at least one good sample.
  public let modes: Int
  /// The share of all samples that are good.
  public let highQualityShare: Double
  /// The entropy of the good samples' spread over the modes, in nats: ln K if all get the same, 0 if one gets all.
  public let entropy: Double
  /// KL(spread ‖ uniform) = ln K − entropy, in nats.
  public let divergenceFromUniform: Double

  public init(
    counts: [Int], modes: Int, highQualityShare: Double, entropy: Double, divergenceFromUniform: Double
  ) {
    self.counts = counts
    self.modes = modes
    self.highQualityShare = highQualityShare
    self.entropy = entropy
    self.divergenceFromUniform = divergenceFromUniform
  }
}

/// Counts modes as the authors of PacGAN do (Lin, Khetan, Fanti and Oh 2018).
///
/// A sample belongs to the mode whose centre is nearest. It is *good* if it lies less than 3 standard deviations from that
/// centre. In two dimensions 1 − e^(−4.5) = 98.9 % of true samples are good (99.7 % is the value in one dimension); more
/// than that means samples drawn together at the centres, not better ones.
///
/// The spread over the modes is that of the good samples, hₖ = countsₖ / Σ counts; its entropy is −Σ hₖ ln hₖ with
/// 0 · ln 0 = 0. If no sample is good the entropy is 0.
///
/// - Parameters:
///   - samples: of shape [N, d], N ≥ 1.
///   - centers: K points of d numbers.
///   - standardDeviation: σ of every mode in each coordinate.
/// - Throws: `InvalidArgument` when shapes disagree, there is nothing to count, or σ is not positive.
/// - Complexity: O(N·K·d).
public func modeReport(samples: Tensor, centers: [[Double]], standardDeviation: Double) throws -> ModeReport {
  try InvalidArgument.requirePositive(standardDeviation, "standardDeviation")
  try InvalidArgument.require(!centers.isEmpty, "there must be at least one centre")
  try InvalidArgument.require(
    samples.ndim == 2 && samples.scalarCount >= 1 && centers.allSatisfy { $0.count == samples.dim(1) },
    "samples of shape [N, d] need centres of d numbers, but the samples have the shape \(samples.shape) and the centres "
      + "\(Set(centers.map(\.count)).sorted()) numbers")
  // BEGIN SOLUTION
  let dimensions = samples.dim(1)
  let scalars = samples.scalars.map(Double.init)
  var counts = [Int](repeating: 0, count: centers.count)
  for start in stride(from: 0, to: scalars.count, by: dimensions) {
    let point = scalars[start..<start + dimensions]
    let distances = centers.map { center in zip(point, center).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }) else { continue }
    if distances[nearest].squareRoot() < 3 * standardDeviation { counts[nearest] += 1 }
  }
  let good = counts.reduce(0, +)
  var entropy = 0.0
  for count in counts where count > 0 {
    let share = Double(count) / Double(good)
    entropy -= share * log(share)
  }
  return ModeReport(
    counts: counts, modes: counts.count { $0 > 0 }, highQualityShare: Double(good) / Double(samples.dim(0)),
    entropy: entropy, divergenceFromUniform: log(Double(centers.count)) - entropy)
  // END SOLUTION
}
