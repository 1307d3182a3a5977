// Exercise 4.8: DDIM
//
// Training never saw a step, only pairs (x₀, xₜ). So any process with the same pairs has the same loss, and may be
// sampled with the same network: one with fewer steps, and one with no noise.

import Exercises
import Foundation
import Tensors

/// How noisy DDIM's steps are.
public enum DDIMNoise: Equatable, Sendable {
  /// σ = η·√((1 − ᾱₛ)/(1 − ᾱₜ))·√(1 − ᾱₜ/ᾱₛ): none at η = 0, DDPM's with the variance β̃ at η = 1.
  case eta(Double)
  /// σ̂: DDPM's with the larger variance β. The direction is that of η = 1, the noise √(1 − ᾱₜ/ᾱₛ). Song et al. 2021,
  /// §5 and App. D.3.
  case larger
}

/// The two standard deviations in a step of DDIM: that by which the direction is shortened, and that of the fresh noise.
/// They are the same but for σ̂.
public struct StepNoise: Equatable, Sendable {
  /// σ in √(1 − ᾱₛ − σ²)·ε̂.
  public var direction: Double
  /// The factor of z.
  public var added: Double

  public init(direction: Double, added: Double) {
    self.direction = direction
    self.added = added
  }
}

/// The noise of a step from ᾱₜ to ᾱₛ > ᾱₜ. Song et al. 2021, eq. 16 and App. D.3:
///
///     σ(η) = η·√((1 − ᾱₛ)/(1 − ᾱₜ)) · √(1 − ᾱₜ/ᾱₛ)          σ̂ = √(1 − ᾱₜ/ᾱₛ)
///
/// `.eta(η)` uses σ(η) in both places; `.larger` has σ(1) in the direction and adds σ̂. The step that ends at the data,
/// ᾱₛ = 1, adds no noise in either case.
///
/// - Parameters:
///   - alphaBar: ᾱₜ, between 0 and 1, where the step begins.
///   - next: ᾱₛ, larger than ᾱₜ and at most 1, where it ends.
public func stepNoise(_ noise: DDIMNoise, from alphaBar: Double, to next: Double) throws -> StepNoise {
  try InvalidArgument.requireMixed(alphaBar)
  try InvalidArgument.require(
    next > alphaBar && next <= 1, "a step from \(alphaBar) must rise to at most 1, not \(next)")
  if case .eta(let eta) = noise {
    try InvalidArgument.require(eta >= 0 && eta <= 1, "eta must be in 0…1, but is \(eta)")
  }
  // BEGIN SOLUTION
  let larger = (1 - alphaBar / next).squareRoot()
  let ancestral = ((1 - next) / (1 - alphaBar)).squareRoot() * larger
  switch noise {
  case .eta(let eta): return StepNoise(direction: eta * ancestral, added: eta * ancestral)
  case .larger: return StepNoise(direction: ancestral, added: next == 1 ? 0 : larger)
  }
  // END SOLUTION
}

/// One step of DDIM, from xₜ to xₛ. Song et al. 2021, eq. 12:
///
///     x̂₀ = ( xₜ − √(1 − ᾱₜ)·ε̂ ) / √ᾱₜ
///     xₛ = √ᾱₛ·x̂₀ + √(1 − ᾱₛ − σ²)·ε̂ + σ·z
///
/// with `noise.direction` for the σ under the root and `noise.added` for that of z.
///
/// - Parameters:
///   - x: xₜ, of any shape.
///   - predictedNoise: ε̂(xₜ, t), of the shape of x.
///   - freshNoise: z, standard normal, of the shape of x.
///   - alphaBar: ᾱₜ, between 0 and 1.
///   - next: ᾱₛ, larger than ᾱₜ and at most 1.
public func ddimStep(
  _ x: Tensor, predictedNoise: Tensor, freshNoise: Tensor, from alphaBar: Double, to next: Double, noise: StepNoise
) throws -> Tensor {
  try InvalidArgument.requireSameShape(x, "x", predictedNoise, "the predicted noise")
  try InvalidArgument.requireSameShape(x, "x", freshNoise, "the fresh noise")
  try InvalidArgument.requireMixed(alphaBar)
  try InvalidArgument.require(
    next > alphaBar && next <= 1, "a step from \(alphaBar) must rise to at most 1, not \(next)")
  try InvalidArgument.require(
    noise.direction >= 0 && noise.direction * noise.direction <= 1 - next + 1e-12,
    "at ᾱ = \(next) there is room for a σ² of at most \(1 - next), but σ is \(noise.direction)")
  // BEGIN SOLUTION
  let clean = (x - predictedNoise * Float((1 - alphaBar).squareRoot())) * Float(1 / alphaBar.squareRoot())
  let direction = max(0, 1 - next - noise.direction * noise.direction).squareRoot()
  return clean * Float(next.squareRoot()) + predictedNoise * Float(direction) + freshNoise * Float(noise.added)
  // END SOLUTION
}

/// `count` of the times 1 … `steps`, rising, evenly spread and rounded to whole steps; the first and the last are
/// included. A single one is the last.
///
/// The i-th, counted from 0, is 1 + (steps − 1)·i/(count − 1), rounded with `rounded()`.
public func subsequence(count: Int, of steps: Int) throws -> [Int] {
  try InvalidArgument.require(
    count >= 1 && count <= steps, "count must be in 1…\(steps), but is \(count)")
  // BEGIN SOLUTION
  guard count > 1 else { return [steps] }
  return (0..<count).map { 1 + Int((Double(steps - 1) * Double($0) / Double(count - 1)).rounded()) }
  // END SOLUTION
}

/// Samples by DDIM along a subsequence of the chain's times: from x at the last of them down to x₀. Song et al. 2021,
/// §4.2 and eq. 12.
///
/// Draw z as `Tensor.normal(x.shape, using: &rng)`, once in every step that adds noise, and not at all in the others:
/// then a run with η = 0 leaves `rng` as it was, and a test can foretell the rest.
///
/// - Parameters:
///   - predictor: ε̂; it is asked once a step, at the time where the step begins.
///   - initial: x at the last of `times`, standard normal, of any shape.
///   - times: τ₁ < … < τ_S, in 1…T. The last step goes from τ₁ to the data, ᾱ = 1.
///   - onStep: is told of (τ_S, x), then of the time and x after each step; the last is t = 0.
/// - Returns: x₀.
public func ddimSample(
  predictor: NoisePredictor, initial: Tensor, times: [Int], noise: DDIMNoise, chain: DiffusionChain,
  using rng: inout RandomStream, onStep: StepObserver = { _, _ in }
) throws -> Tensor {
  try chain.requireRising(times)
  // BEGIN SOLUTION
  var x = initial
  try onStep(times[times.count - 1], x)
  for i in times.indices.reversed() {
    let (t, s) = (times[i], i > 0 ? times[i - 1] : 0)
    let (here, next) = (try chain.alphaBar(t), try chain.alphaBar(s))
    let predicted = try predictor(x, t)
    let scales = try stepNoise(noise, from: here, to: next)
    let fresh = scales.added > 0 ? Tensor.normal(x.shape, using: &rng) : Tensor.zeros(x.shape)
    x = try ddimStep(x, predictedNoise: predicted, freshNoise: fresh, from: here, to: next, noise: scales)
    try onStep(s, x)
  }
  return x
  // END SOLUTION
}
