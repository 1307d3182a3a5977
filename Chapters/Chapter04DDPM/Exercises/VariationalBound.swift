// Exercise 4.7: the variational bound, term by term
//
// −log p(x₀) ≤ L_T + Σₜ Lₜ₋₁ + L₀: what it costs, in nats, to send a picture by sending x_T first, then each xₜ₋₁ given
// xₜ, and at last the pixels given x₁. Every term but the last is a divergence between Gaussians.

import Exercises
import Foundation
import Tensors

/// KL( N(m₁, v₁I) ‖ N(m₂, v₂I) ) of each row, in nats:
///
///     ½ · ( D·(v₁/v₂ − 1 − ln(v₁/v₂)) + ‖m₁ − m₂‖²/v₂ )
///
/// - Parameters:
///   - mean1: m₁, of shape [B, …]; D is the number of values in a row.
///   - variance1: v₁ > 0.
///   - mean2: m₂, of the shape of mean1.
///   - variance2: v₂ > 0.
/// - Returns: B numbers, of shape [B].
public func gaussianKL(mean1: Tensor, variance1: Double, mean2: Tensor, variance2: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(mean1, "the first mean", mean2, "the second")
  try InvalidArgument.require(mean1.ndim >= 1, "the means should have shape [B, …]")
  try InvalidArgument.requirePositive(variance1, "the first variance")
  try InvalidArgument.requirePositive(variance2, "the second variance")
  throw unsolved("4.7")
}

/// L_T = KL( q(x_T | x₀) ‖ N(0, I) ) of each row, in nats. Nothing in it can be learnt. Ho et al. 2020, eq. 5.
///
/// - Parameter x0: clean samples, of shape [B, …].
/// - Returns: B numbers, of shape [B].
public func priorTerm(x0: Tensor, chain: DiffusionChain) throws -> Tensor {
  try InvalidArgument.require(x0.ndim >= 1, "x0 should have shape [B, …], but has \(x0.shape)")
  throw unsolved("4.7")
}

/// Lₜ₋₁ = KL( q(xₜ₋₁ | xₜ, x₀) ‖ N(μ, σ²I) ) of each row, in nats, for t in 2…T. Ho et al. 2020, eq. 5 and 12:
///
///     ½·D·( β̃ₜ/σ² − 1 − ln(β̃ₜ/σ²) )  +  βₜ²/(2σ²·αₜ·(1 − ᾱₜ)) · ‖ε − ε̂‖²
///
/// The first part is the price of a variance other than β̃ₜ, the second that of a wrong mean. Both means are made from
/// the same xₜ, so that only the noises differ.
///
/// - Parameters:
///   - noise: ε, the noise in xₜ, of shape [B, …].
///   - predictedNoise: ε̂(xₜ, t), of the same shape.
///   - variance: σ² > 0.
/// - Returns: B numbers, of shape [B].
public func transitionTerm(
  noise: Tensor, predictedNoise: Tensor, t: Int, variance: Double, chain: DiffusionChain
) throws -> Tensor {
  try chain.requireStep(t)
  try InvalidArgument.require(t >= 2, "the step from x₁ to x₀ is the decoder's: t must be at least 2")
  try InvalidArgument.requireSameShape(noise, "the noise", predictedNoise, "the predicted noise")
  try InvalidArgument.requirePositive(variance, "the variance")
  throw unsolved("4.7")
}

/// L₀ = −log p(x₀ | x₁) of each row, in nats, where p is the Gaussian N(mean, variance·I).
///
/// Pixels have only certain values, so p gives each value the mass of its bin: half a step to either side, and for the
/// lowest and the highest all that lies beyond (Ho et al. 2020, eq. 13). Without levels, data are continuous and p is the
/// density itself.
///
/// `logNormalProbability(from:to:)` is the logarithm of a bin's mass. Work in Double, pixel by pixel.
///
/// - Parameters:
///   - x0: clean samples, of shape [B, …]; with levels, each value is one of them (up to rounding).
///   - mean: of the shape of x0.
///   - variance: σ₁² > 0.
///   - levels: the values that a pixel can take; nil for continuous data.
/// - Returns: B numbers, of shape [B].
public func decoderTerm(x0: Tensor, mean: Tensor, variance: Double, levels: GreyLevels?) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, "x0", mean, "the mean")
  try InvalidArgument.require(x0.ndim >= 1, "x0 should have shape [B, …], but has \(x0.shape)")
  try InvalidArgument.requirePositive(variance, "the variance")
  throw unsolved("4.7")
}

/// All terms of the bound, in nats a sample: means over a batch.
public struct BoundTerms: Equatable, Sendable {
  /// L_T.
  public var prior: Double
  /// L₁ … L_T₋₁: the one at index i belongs to the step from t = i + 2.
  public var transitions: [Double]
  /// L₀.
  public var decoder: Double

  public init(prior: Double, transitions: [Double], decoder: Double) {
    self.prior = prior
    self.transitions = transitions
    self.decoder = decoder
  }

  /// The bound itself: no less than −log p(x₀), on average.
  public var total: Double { prior + transitions.reduce(0, +) + decoder }
}

/// The whole bound for a batch, with one draw of ε for each t.
///
/// Draw ε as `Tensor.normal(x0.shape, using: &rng)`, once for each t from T down to 1. The decoder's mean is that of the
/// reverse step from x₁, (x₁ − √β₁·ε̂)/√α₁, which is the x₀ that ε̂ implies.
///
/// - Parameters:
///   - predictor: ε̂; it is asked once for each t = T, …, 1.
///   - x0: clean samples, of shape [B, …].
///   - variances: σ₁² … σ_T², all positive.
///   - levels: the values that a pixel can take; nil for continuous data.
/// - Complexity: T evaluations of `predictor`.
public func variationalBound(
  predictor: NoisePredictor, x0: Tensor, variances: [Double], chain: DiffusionChain, levels: GreyLevels?,
  using rng: inout RandomStream
) throws -> BoundTerms {
  try InvalidArgument.require(
    variances.count == chain.count, "a chain of \(chain.count) steps needs as many variances, not \(variances.count)")
  try InvalidArgument.require(variances.allSatisfy { $0 > 0 }, "the variances must be positive")
  throw unsolved("4.7")
}

/// Nats a sample as bits a dimension: divided by D·ln 2.
public func bitsPerDimension(nats: Double, dimensions: Int) throws -> Double {
  try InvalidArgument.require(dimensions >= 1, "dimensions must be at least 1, but are \(dimensions)")
  throw unsolved("4.7")
}
