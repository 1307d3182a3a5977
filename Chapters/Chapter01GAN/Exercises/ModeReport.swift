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
  throw unsolved("1.8")
}
