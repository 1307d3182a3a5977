// Exercise 7.10: drawing a token

import Exercises
import Foundation
import Tensors

/// The index that a uniform number u in [0, 1) draws by inverting the cumulative sums, in Double:
///
///     the first i with  w₀ + … + wᵢ > u·(w₀ + … + w_last)
///
/// An index of weight 0 is never drawn, also at u = 0. Where rounding carries u past the last sum, the last index with a
/// positive weight is the one.
///
/// - Parameters:
///   - weights: ≥ 0 and finite, not all 0; they need not sum to 1.
///   - uniform: u.
public func categoricalIndex(weights: [Double], uniform: Double) throws -> Int {
  for weight in weights {
    try InvalidArgument.require(weight >= 0 && weight.isFinite, "weights must be ≥ 0 and finite, but one is \(weight)")
  }
  try InvalidArgument.require(weights.contains { $0 > 0 }, "no weight is positive: there is nothing to draw")
  try InvalidArgument.require(0 <= uniform && uniform < 1, "a uniform number lies in [0, 1), but got \(uniform)")
  throw unsolved("7.10")
}

/// Gumbel noise as it comes out of a uniform number in single precision, g = −log(−log u): 24 bits of randomness.
///
/// `rand()` in Float32 is k·2⁻²⁴ with k = 0, …, 2²⁴ − 1; codes move it off 0 one way or another, here to
/// u = (k + 1)·2⁻²⁴, and u = 1, where g would be infinite, is taken as 1 − 2⁻²⁴.
///
/// - Parameter bits: k, from 0 to 2²⁴ − 1.
/// - Returns: g. The largest there is, is −log(−log(1 − 2⁻²⁴)) = 16.6355…: a true Gumbel variable exceeds any number.
public func gumbelFromFloat32(bits: Int) throws -> Double {
  try InvalidArgument.require(0 <= bits && bits < 1 << 24, "bits must be from 0 to 2^24 − 1, but is \(bits)")
  throw unsolved("7.10")
}

/// The law of argmaxᵢ (log pᵢ + gᵢ) when the Gumbel noise is cut off: every gᵢ ≤ c.
///
/// Without a cut-off it is p itself. With one, log pᵢ + gᵢ cannot exceed Tᵢ = log pᵢ + c, so an improbable index can win
/// only where more probable ones come out low. With p₍₁₎ ≤ … ≤ p₍ₙ₎ the sorted positive probabilities, k of the indices
/// n that reach z are those with Tₙ ≥ z; then
///
///     P(i wins) = pᵢ · Σ_{m ≤ rank of i} [exp(−S_m·e^(−z) + (n − m + 1)·e^(−c))] from z = T₍ₘ₋₁₎ to T₍ₘ₎, divided by S_m
///
/// with S_m = p₍ₘ₎ + … + p₍ₙ₎, m from 1, and T₍₀₎ = −∞. For two indices the smaller, p, wins with
/// probability p·exp(2e^(−c) − e^(−c)/p) instead of p.
///
/// Zheng et al. 2025: cut off at 16.6, samplers draw as if at a lower temperature. The more steps masked diffusion
/// takes, the smaller is a token's probability in each, and the more is lost: texts look better than the model that
/// wrote them, and are less various.
///
/// - Parameters:
///   - probabilities: ≥ 0, summing to 1.
///   - limit: c.
/// - Returns: as many probabilities, 0 where p is 0.
public func truncatedGumbelLaw(probabilities: [Double], limit: Double) throws -> [Double] {
  try InvalidArgument.requireProbabilities(probabilities, "probabilities")
  try InvalidArgument.require(limit.isFinite, "the limit must be finite, but is \(limit)")
  throw unsolved("7.10")
}

/// The nucleus: the fewest most probable indices that together have at least the mass p, scaled to sum to 1; all others
/// get 0.
///
/// The index that carries the sum across p belongs to it. Of equally probable ones, those that come first.
///
/// Holtzman et al. 2020.
///
/// - Parameters:
///   - probabilities: ≥ 0, summing to 1.
///   - mass: p, in (0, 1]. With 1 nothing changes.
/// - Complexity: O(n log n).
public func nucleus(_ probabilities: [Double], mass: Double) throws -> [Double] {
  try InvalidArgument.requireProbabilities(probabilities, "probabilities")
  try InvalidArgument.require(mass > 0 && mass <= 1, "the mass must lie in (0, 1], but is \(mass)")
  throw unsolved("7.10")
}
