// Exercise 4.6: ancestral sampling

import Exercises
import Foundation
import Tensors

/// The two variances of a reverse step that are optimal at the two extremes of what data can be. Ho et al. 2020, §3.2.
public enum ReverseVariance: String, CaseIterable, Sendable {
  /// σₜ² = βₜ: right when x₀ ~ N(0, I).
  case beta
  /// σₜ² = β̃ₜ = (1 − ᾱₜ₋₁)/(1 − ᾱₜ)·βₜ: right when x₀ is a single point.
  case posterior
}

/// σ₁² … σ_T², the variances of the reverse steps. With `.posterior` the first is 0.
public func reverseVariances(_ kind: ReverseVariance, chain: DiffusionChain) throws -> [Double] {
  throw unsolved("4.6")
}

/// The mean of the reverse step from xₜ: what is left when the guessed noise of this step is taken away,
///
///     μ = ( xₜ − βₜ/√(1 − ᾱₜ) · ε̂ ) / √αₜ
///
/// Ho et al. 2020, eq. 11. It is the posterior's mean μ̃ₜ with the x₀ that ε̂ implies.
public func ancestralMean(_ x: Tensor, t: Int, predictedNoise: Tensor, chain: DiffusionChain) throws -> Tensor {
  try chain.requireStep(t)
  try InvalidArgument.requireSameShape(x, "x", predictedNoise, "the predicted noise")
  throw unsolved("4.6")
}

/// One step of ancestral sampling, from xₜ to xₜ₋₁ = μ + σ·z. Ho et al. 2020, Algorithm 2.
///
/// The last step, t = 1, adds no noise, whatever the variance: x₀ is the answer and not a draw around it.
///
/// - Parameters:
///   - x: xₜ, of any shape.
///   - predictedNoise: ε̂(xₜ, t), of the shape of x.
///   - freshNoise: z, standard normal, of the shape of x.
///   - variance: σ², not negative.
public func ancestralStep(
  _ x: Tensor, t: Int, predictedNoise: Tensor, freshNoise: Tensor, variance: Double, chain: DiffusionChain
) throws -> Tensor {
  try chain.requireStep(t)
  try InvalidArgument.requireSameShape(x, "x", predictedNoise, "the predicted noise")
  try InvalidArgument.requireSameShape(x, "x", freshNoise, "the fresh noise")
  try InvalidArgument.require(variance >= 0, "a variance must not be negative, but is \(variance)")
  throw unsolved("4.6")
}

/// Ancestral sampling: from x_T down all T steps to x₀. Ho et al. 2020, Algorithm 2.
///
/// Draw z as `Tensor.normal(x.shape, using: &rng)`, once in every step with t > 1, and not at all in the last: then a
/// test can foretell the run. x₀ is not clipped on the way.
///
/// - Parameters:
///   - predictor: ε̂; it is asked once a step, at t = T, …, 1.
///   - initial: x_T, standard normal, of any shape.
///   - variances: σ₁² … σ_T².
///   - onStep: is told of (T, x_T), then of (t − 1, xₜ₋₁) after step t.
/// - Returns: x₀.
public func ancestralSample(
  predictor: NoisePredictor, initial: Tensor, variances: [Double], chain: DiffusionChain,
  using rng: inout RandomStream, onStep: StepObserver = { _, _ in }
) throws -> Tensor {
  try InvalidArgument.require(
    variances.count == chain.count, "a chain of \(chain.count) steps needs as many variances, not \(variances.count)")
  throw unsolved("4.6")
}
