// Exercise 4.3: the posterior of one step

import Exercises
import Foundation
import Tensors

/// The Gaussian q(xₜ₋₁ | xₜ, x₀): mean = clean·x₀ + noisy·xₜ, and the same variance in every direction.
public struct PosteriorCoefficients: Equatable, Sendable {
  /// The factor of x₀ in the mean.
  public var clean: Double
  /// The factor of xₜ in the mean.
  public var noisy: Double
  /// β̃ₜ, the variance.
  public var variance: Double

  public init(clean: Double, noisy: Double, variance: Double) {
    self.clean = clean
    self.noisy = noisy
    self.variance = variance
  }
}

/// The posterior q(xₜ₋₁ | xₜ, x₀) = N(μ̃ₜ, β̃ₜI). Ho et al. 2020, eq. 6 and 7:
///
///     μ̃ₜ = √ᾱₜ₋₁·βₜ/(1 − ᾱₜ) · x₀ + √αₜ·(1 − ᾱₜ₋₁)/(1 − ᾱₜ) · xₜ
///     β̃ₜ = (1 − ᾱₜ₋₁)/(1 − ᾱₜ) · βₜ
///
/// At t = 1, where ᾱ₀ = 1, that is x₀ itself with variance 0: who knows x₀ knows what came before x₁.
///
/// - Parameter t: the step, in 1…T.
public func posteriorCoefficients(t: Int, chain: DiffusionChain) throws -> PosteriorCoefficients {
  try chain.requireStep(t)
  // BEGIN SOLUTION
  let (beta, alpha) = (try chain.beta(t), try chain.alpha(t))
  let (here, before) = (try chain.alphaBar(t), try chain.alphaBar(t - 1))
  return PosteriorCoefficients(
    clean: before.squareRoot() * beta / (1 - here),
    noisy: alpha.squareRoot() * (1 - before) / (1 - here),
    variance: beta * (1 - before) / (1 - here))
  // END SOLUTION
}

/// μ̃ₜ(xₜ, x₀) for a batch in which every row has a time of its own.
///
/// - Parameters:
///   - x0: clean samples (or guesses of them), of shape [B, …].
///   - xt: noisy samples, of the shape of x0.
///   - times: B times in 1…T.
public func posteriorMean(x0: Tensor, xt: Tensor, times: [Int], chain: DiffusionChain) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, "x0", xt, "xt")
  try InvalidArgument.requireTimes(times, of: chain, like: x0)
  // BEGIN SOLUTION
  let coefficients = try times.map { try posteriorCoefficients(t: $0, chain: chain) }
  let clean = try perSample(coefficients.map(\.clean), like: x0)
  let noisy = try perSample(coefficients.map(\.noisy), like: xt)
  return x0 * clean + xt * noisy
  // END SOLUTION
}
