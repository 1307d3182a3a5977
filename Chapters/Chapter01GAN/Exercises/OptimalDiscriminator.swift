// Exercise 1.3: the best discriminator, and what it makes of the game

import Exercises
import Foundation

/// The discriminator that nobody can beat, at each point of a grid: D*(x) = p(x) / (p(x) + q(x)). Goodfellow et al. 2014,
/// Proposition 1.
///
/// Where neither data nor fakes ever fall (p = q = 0) any answer is as good as any other: return ½ there, not NaN.
///
/// - Parameters:
///   - p: the density of the data at N points.
///   - q: the density of the generator at the same points.
/// - Returns: N probabilities.
/// - Throws: `InvalidArgument` unless p and q are as many finite numbers ≥ 0.
public func optimalDiscriminator(p: [Double], q: [Double]) throws -> [Double] {
  try InvalidArgument.requireDensities(p, q)
  throw unsolved("1.3")
}

/// The value of the game for *any* discriminator, as a sum over a grid of spacing dx, in nats:
///
///     V(D) = ∫ p log D dx + ∫ q log(1 − D) dx  ≈  dx · Σᵢ (pᵢ log dᵢ + qᵢ log(1 − dᵢ))
///
/// Goodfellow et al. 2014, eq. 1 and 3. Where p is 0 its term is 0 whatever D says there (0 · log 0 = 0), and likewise
/// for q. A discriminator that is certain and wrong (d = 0 where p > 0, or d = 1 where q > 0) has the value −∞. A
/// probability within 10⁻¹⁶ of 1 *is* 1 in Double, so that far from all fakes even D* is certain: one more reason to train
/// with logits.
///
/// - Parameters:
///   - discriminator: N probabilities, each in [0, 1].
///   - p: the density of the data at N points.
///   - q: the density of the generator at the same points.
///   - dx: the distance between neighbouring points.
/// - Throws: `InvalidArgument` if a probability lies outside [0, 1], a density is negative, dx is not positive, or the
///   counts disagree.
public func gameValue(discriminator: [Double], p: [Double], q: [Double], dx: Double) throws -> Double {
  try InvalidArgument.requireDensities(p, q)
  try InvalidArgument.requirePositive(dx, "dx")
  try InvalidArgument.require(
    discriminator.count == p.count,
    "the discriminator should answer at \(p.count) points, but there are \(discriminator.count) answers")
  try InvalidArgument.require(
    discriminator.allSatisfy { $0 >= 0 && $0 <= 1 },
    "the discriminator's answers are probabilities, from 0 to 1; logits go through σ first")
  throw unsolved("1.3")
}

/// The Jensen–Shannon divergence of p and q on a grid of spacing dx, in nats:
///
///     JSD = ½ KL(p ‖ m) + ½ KL(q ‖ m)      with m = (p + q)/2 and KL(p ‖ m) = ∫ p log(p/m) dx
///
/// It lies between 0 (p = q) and log 2 (p and q never overlap). Goodfellow et al. 2014, Theorem 1: at the best
/// discriminator the value of the game is V(D*) = 2 JSD − log 4. That is what a perfect policeman makes the counterfeiter
/// minimise.
///
/// - Throws: `InvalidArgument` unless p and q are as many finite numbers ≥ 0 and dx is positive.
public func jensenShannonDivergence(p: [Double], q: [Double], dx: Double) throws -> Double {
  try InvalidArgument.requireDensities(p, q)
  try InvalidArgument.requirePositive(dx, "dx")
  throw unsolved("1.3")
}
