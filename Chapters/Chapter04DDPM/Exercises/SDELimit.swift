// Exercise 4.10: the limit of small steps, and Langevin dynamics

import Exercises
import Foundation
import Tensors

/// β(t) = β_min + t·(β_max − β_min) on 0 ≤ t ≤ 1: the rate at which the variance-preserving diffusion
///
///     dx = −½β(t)·x dt + √β(t) dw
///
/// forgets. Song et al. 2021 (SDE), eq. 11 and App. C, whose 0.1 and 20 belong to DDPM's linear schedule.
public struct DiffusionRate: Equatable, Sendable {
  public let minimum: Double
  public let maximum: Double

  public init(minimum: Double = 0.1, maximum: Double = 20) throws {
    try InvalidArgument.require(
      minimum > 0 && maximum >= minimum, "the rate must rise from above 0, but goes from \(minimum) to \(maximum)")
    self.minimum = minimum
    self.maximum = maximum
  }

  /// β(t).
  public func callAsFunction(_ t: Double) -> Double { minimum + t * (maximum - minimum) }
}

/// The betas of a chain of N steps that has the diffusion with this rate for its limit: βᵢ = β(i/N)/N for i = 1 … N.
///
/// Each step of the chain lasts 1/N. Expanding √(1 − β(t)/N) to first order turns xₜ₋₁ ↦ xₜ into Euler's step of the SDE
/// (Song et al. 2021 (SDE), App. B).
public func chainBetas(rate: DiffusionRate, count: Int) throws -> [Double] {
  try InvalidArgument.require(
    count >= 1 && rate.maximum < Double(count), "\(count) steps are too few for a rate of \(rate.maximum)")
  throw unsolved("4.10")
}

/// ᾱ(t) = exp(−∫₀ᵗ β(s) ds), the limit of the products ᾱ_⌊tN⌋:
///
///     ᾱ(t) = exp( −β_min·t − ½(β_max − β_min)·t² )
///
/// - Parameter t: in 0…1.
public func continuousAlphaBar(rate: DiffusionRate, t: Double) throws -> Double {
  try InvalidArgument.require(t >= 0 && t <= 1, "t must be in 0…1, but is \(t)")
  throw unsolved("4.10")
}

/// One step of Euler and Maruyama down the reverse of the diffusion, from t to t − h (Anderson 1982; Song et al. 2021
/// (SDE), eq. 6):
///
///     dx = ( −½β(t)·x − β(t)·∇log pₜ(x) ) dt + √β(t) dw̄,     dt < 0
///     x ← x + ( ½β(t)·x + β(t)·score )·h + √(β(t)·h)·z
///
/// - Parameters:
///   - x: a batch of any shape, at time t.
///   - h: the length of the step, positive.
///   - score: ∇log pₜ at x, of the shape of x.
///   - noise: z, standard normal, of the shape of x.
public func reverseDiffusionStep(
  _ x: Tensor, t: Double, h: Double, score: Tensor, noise: Tensor, rate: DiffusionRate
) throws -> Tensor {
  try InvalidArgument.requireSameShape(x, "x", score, "the score")
  try InvalidArgument.requireSameShape(x, "x", noise, "the noise")
  try InvalidArgument.requirePositive(h, "h")
  throw unsolved("4.10")
}

/// One step of the probability-flow ODE, from t to t − h: the same marginals without noise, with half the score. Song et
/// al. 2021 (SDE), eq. 13:
///
///     dx = ( −½β(t)·x − ½β(t)·∇log pₜ(x) ) dt
///
/// - Parameters: as in `reverseDiffusionStep`.
public func probabilityFlowStep(
  _ x: Tensor, t: Double, h: Double, score: Tensor, rate: DiffusionRate
) throws -> Tensor {
  try InvalidArgument.requireSameShape(x, "x", score, "the score")
  try InvalidArgument.requirePositive(h, "h")
  throw unsolved("4.10")
}

/// One step of Langevin dynamics: x + (δ/2)·∇log p(x) + √δ·z. Welling and Teh 2011; Song and Ermon 2019, eq. 4 (their ε
/// is δ).
///
/// It stays at one law p and explores it; no time passes. An ancestral step moves from the law at t to that at t − 1: to
/// first order it is x + ½β·x + β·score + √β·z, which has the same noise as Langevin's with δ = β, twice the pull of
/// the score, and an expansion that undoes the forward step's shrinking.
///
/// - Parameters:
///   - x: a batch of any shape.
///   - stepSize: δ > 0.
///   - score: ∇log p at x, of the shape of x.
///   - noise: z, standard normal, of the shape of x.
public func langevinStep(_ x: Tensor, stepSize: Double, score: Tensor, noise: Tensor) throws -> Tensor {
  try InvalidArgument.requireSameShape(x, "x", score, "the score")
  try InvalidArgument.requireSameShape(x, "x", noise, "the noise")
  try InvalidArgument.requirePositive(stepSize, "stepSize")
  throw unsolved("4.10")
}

/// Annealed Langevin dynamics: at each time, from the noisiest down, some Langevin steps at that time's law. Song and
/// Ermon 2019, Algorithm 1, for the laws pₜ of this chapter's chain; its step sizes are those of the chain's noise,
/// δₜ = stepScale·(1 − ᾱₜ).
///
/// Draw z as `Tensor.normal(x.shape, using: &rng)`, once a step.
///
/// - Parameters:
///   - score: ∇log pₜ; it is asked `stepsPerTime` times at each time.
///   - initial: x at the last of `times`, of any shape.
///   - times: τ₁ < … < τ_S, in 1…T; visited from the last to the first.
///   - stepScale: δₜ over 1 − ᾱₜ, positive.
/// - Returns: x at τ₁.
public func annealedLangevin(
  score: ScoreFunction, initial: Tensor, times: [Int], stepsPerTime: Int, stepScale: Double, chain: DiffusionChain,
  using rng: inout RandomStream
) throws -> Tensor {
  try chain.requireRising(times)
  try InvalidArgument.require(stepsPerTime >= 1, "stepsPerTime must be at least 1, but is \(stepsPerTime)")
  try InvalidArgument.requirePositive(stepScale, "stepScale")
  throw unsolved("4.10")
}
