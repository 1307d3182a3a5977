// Exercise 5.7: deterministic sampling
//
// With s = 1 and σ = t the ODE is dx/dσ = (x − D(x; σ))/σ: straight towards the denoiser's answer.

import Exercises
import Tensors

/// Euler's method: from σᵢ to σᵢ₊₁ along dx/dσ = (x − D(x; σ))/σ, evaluated at (xᵢ, σᵢ).
///
/// On DDIM's grid (`ddimSigmas`) this is DDIM with η = 0. A step to σ = 0 lands on D(x; σ).
///
/// - Parameters:
///   - sigmas: falling noise levels σ₀ > … > σ_N ≥ 0, for instance `karrasSigmas(count: 18)`.
///   - initial: the noise to start from, σ₀ε, already multiplied by σ₀; of shape [B, …].
///   - onStep: is told of the start and of every step's result; see `StepObserver`.
/// - Returns: x at σ_N, and how often D was evaluated: N times.
public func eulerSample(
  denoiser: Denoiser, sigmas: [Double], initial: Tensor, onStep: StepObserver = { _, _, _ in }
) throws -> (sample: Tensor, evaluations: Int) {
  try InvalidArgument.requireDescending(sigmas)
  // BEGIN SOLUTION
  var x = initial
  try onStep(0, x, sigmas[0])
  for i in 0..<(sigmas.count - 1) {
    let (sigma, next) = (sigmas[i], sigmas[i + 1])
    let slope = (x - (try denoiser(x, sigma))) * Float(1 / sigma)
    x = x + slope * Float(next - sigma)
    try onStep(i + 1, x, next)
  }
  return (x, sigmas.count - 1)
  // END SOLUTION
}

/// Heun's method: an Euler step, then the same step again with the mean of the slopes at its two ends.
///
///     d  = (x − D(x; σᵢ)) / σᵢ                       slope at the start
///     x′ = x + (σᵢ₊₁ − σᵢ)·d                         Euler step
///     d′ = (x′ − D(x′; σᵢ₊₁)) / σᵢ₊₁                 slope at the end
///     x  ← x + (σᵢ₊₁ − σᵢ)·(d + d′)/2
///
/// A step to σ = 0 stays an Euler step, as there is no slope at 0. The error falls with the square of the number of
/// steps, at twice the evaluations a step. Karras et al. 2022, Algorithm 1 with σ = t and s = 1.
///
/// - Parameters: as in `eulerSample`.
/// - Returns: x at σ_N, and how often D was evaluated: 2N − 1 times when σ_N = 0, else 2N.
public func heunSample(
  denoiser: Denoiser, sigmas: [Double], initial: Tensor, onStep: StepObserver = { _, _, _ in }
) throws -> (sample: Tensor, evaluations: Int) {
  try InvalidArgument.requireDescending(sigmas)
  // BEGIN SOLUTION
  var x = initial
  var evaluations = 0
  func slope(_ x: Tensor, _ sigma: Double) throws -> Tensor {
    evaluations += 1
    return (x - (try denoiser(x, sigma))) * Float(1 / sigma)
  }

  try onStep(0, x, sigmas[0])
  for i in 0..<(sigmas.count - 1) {
    let (sigma, next) = (sigmas[i], sigmas[i + 1])
    let d = try slope(x, sigma)
    var moved = x + d * Float(next - sigma)
    if next > 0 {
      let dNext = try slope(moved, next)
      moved = x + (d + dNext) * Float((next - sigma) / 2)
    }
    x = moved
    try onStep(i + 1, x, next)
  }
  return (x, evaluations)
  // END SOLUTION
}
