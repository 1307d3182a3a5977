// Exercise 5.8: stochastic sampling

import Exercises
import Foundation
import Tensors

/// How much noise the stochastic sampler adds on its way. Karras et al. 2022, Algorithm 2 and Table 5.
public struct Churn: Equatable, Sendable {
  /// S_churn: the amount over the whole run; 0 makes the sampler deterministic.
  public var amount: Double
  /// S_tmin, S_tmax: noise is added only while S_tmin ≤ σ ≤ S_tmax.
  public var window: ClosedRange<Double>
  /// S_noise: the standard deviation of the fresh noise; slightly above 1 makes up for detail that a trained denoiser
  /// loses.
  public var noise: Double

  public init(amount: Double, window: ClosedRange<Double> = 0 ... .infinity, noise: Double = 1) {
    self.amount = amount
    self.window = window
    self.noise = noise
  }
}

/// Heun's method with fresh noise before each step: up to σ̂ᵢ > σᵢ, then down to σᵢ₊₁ in one step.
///
///     γ  = min(S_churn / N, √2 − 1)  if S_tmin ≤ σᵢ ≤ S_tmax,  else 0
///     σ̂  = (1 + γ)·σᵢ
///     x̂  = x + √(σ̂² − σᵢ²)·S_noise·ε,   ε ~ N(0, I)
///     d  = (x̂ − D(x̂; σ̂)) / σ̂
///     x′ = x̂ + (σᵢ₊₁ − σ̂)·d
///     d′ = (x′ − D(x′; σᵢ₊₁)) / σᵢ₊₁                 unless σᵢ₊₁ = 0
///     x  ← x̂ + (σᵢ₊₁ − σ̂)·(d + d′)/2                 unless σᵢ₊₁ = 0: then x ← x′
///
/// Karras et al. 2022, Algorithm 2. N is the number of steps. With the exact D the noise does not change the law of
/// the samples; with a trained one it can wash out errors of earlier steps.
///
/// Draw ε as `Tensor.normal(x.shape, using: &rng)`, once in every step with γ > 0 and not at all in the others: then
/// a run without churn leaves `rng` as it was, and a test can foretell the rest.
///
/// - Parameters: as in `heunSample`.
/// - Returns: x at σ_N, and how often D was evaluated: 2N − 1 times when σ_N = 0, else 2N.
public func stochasticSample(
  denoiser: Denoiser, sigmas: [Double], initial: Tensor, churn: Churn, using rng: inout RandomStream,
  onStep: StepObserver = { _, _, _ in }
) throws -> (sample: Tensor, evaluations: Int) {
  try InvalidArgument.requireDescending(sigmas)
  try InvalidArgument.require(churn.amount >= 0, "the churn must not be negative, but is \(churn.amount)")
  throw unsolved("5.8")
}
