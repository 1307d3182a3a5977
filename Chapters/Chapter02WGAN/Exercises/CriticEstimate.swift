// Exercise 2.11: what the critic knows about W₁
//
// A critic that is K-Lipschitz estimates at most K·W₁. A gradient penalty does not make K = 1: it trades steepness
// against the estimate, and for two points the bargain can be worked out.

import Exercises
import Tensors

/// The critic's estimate of W₁: mean f(real) − mean f(fake), without any penalty, as a plain number.
///
/// Nothing is recorded for differentiation. If f is 1-Lipschitz this is at most the W₁ of the two samples (Kantorovich
/// and Rubinstein), and as near to it as the critic is good.
///
/// - Parameters:
///   - real: samples of the data, of shape [B, …].
///   - fake: samples of the generator, of shape [B′, …].
/// - Throws: `InvalidArgument` if the shapes don't fit; whatever `critic` throws.
public func criticEstimate(_ critic: Critic, real: Tensor, fake: Tensor) throws -> Double {
  try InvalidArgument.requireBatches(real: real, fake: fake)
  throw unsolved("2.11")
}

/// The steepest that the critic is between a real and a fake sample: K = max |f(xᵢ) − f(x̃ⱼ)| / ‖xᵢ − x̃ⱼ‖₂ over all i
/// and j, pairs at distance 0 left out.
///
/// It is a lower bound on f's Lipschitz constant, and the only part of it that W₁ of these samples can feel.
///
/// - Parameters:
///   - real: [B, …].
///   - fake: [B′, …].
/// - Returns: K ≥ 0; 0 if every pair is at distance 0.
/// - Throws: `InvalidArgument` if the shapes don't fit; whatever `critic` throws.
/// - Complexity: O(B·B′·d) time and memory for samples of d numbers.
public func largestSlope(of critic: Critic, real: Tensor, fake: Tensor) throws -> Double {
  try InvalidArgument.requireBatches(real: real, fake: fake)
  throw unsolved("2.11")
}

/// A number that W₁ of the two samples cannot be below, whatever the critic: its estimate divided by its `largestSlope`.
///
/// f/K rises by at most ‖xᵢ − x̃ⱼ‖ between any real and any fake sample, so it obeys every constraint of the dual
/// problem, and weak duality does the rest. 0 if K = 0.
///
/// - Throws: as `largestSlope`.
public func transportLowerBound(_ critic: Critic, real: Tensor, fake: Tensor) throws -> Double {
  try InvalidArgument.requireBatches(real: real, fake: fake)
  throw unsolved("2.11")
}

/// What WGAN-GP's best critic makes of all data at one point and all fakes at another.
public struct DiracCritic: Equatable, Sendable {
  /// f's slope on the line from the fake point to the real one.
  public var slope: Double
  /// The critic's estimate of W₁, without the penalty.
  public var estimate: Double
  /// What it maximises: the estimate minus the penalty.
  public var objective: Double

  public init(slope: Double, estimate: Double, objective: Double) {
    self.slope = slope
    self.estimate = estimate
    self.objective = objective
  }
}

/// The critic that maximises mean f(real) − mean f(fake) − λ(slope − 1)² when data and fakes are two points at distance
/// θ, so that W₁ = θ.
///
/// On the line between them the best f is straight, with slope s. It reaches the estimate θs and pays λ(s − 1)².
///
/// - Parameters:
///   - distance: θ ≥ 0.
///   - weight: λ.
/// - Throws: `InvalidArgument` unless θ is finite and not negative, and λ positive and finite.
public func diracCritic(distance: Double, weight: Double = 10) throws -> DiracCritic {
  try InvalidArgument.require(
    distance >= 0 && distance.isFinite, "the distance θ must be finite and not negative, but is \(distance)")
  try InvalidArgument.requirePositive(weight, "the weight λ")
  throw unsolved("2.11")
}
