// Exercise 4.2: the forward process

import Exercises
import Foundation
import Tensors

/// One step of the forward chain, from xₜ₋₁ to xₜ = √(1 − βₜ)·xₜ₋₁ + √βₜ·z. Ho et al. 2020, eq. 2.
///
/// - Parameters:
///   - x: xₜ₋₁, of any shape.
///   - t: the step, in 1…T.
///   - noise: z, standard normal, of the shape of x.
public func forwardStep(_ x: Tensor, t: Int, chain: DiffusionChain, noise: Tensor) throws -> Tensor {
  try chain.requireStep(t)
  try InvalidArgument.requireSameShape(x, "x", noise, "the noise")
  // BEGIN SOLUTION
  let beta = try chain.beta(t)
  return x * Float((1 - beta).squareRoot()) + noise * Float(beta.squareRoot())
  // END SOLUTION
}

/// All t steps at once: xₜ = √ᾱₜ·x₀ + √(1 − ᾱₜ)·ε, for a batch in which every row has a time of its own. Ho et al.
/// 2020, eq. 4.
///
/// - Parameters:
///   - x0: clean samples, of shape [B, …].
///   - times: B times in 1…T.
///   - noise: ε, standard normal, of the shape of x0.
public func qSample(x0: Tensor, times: [Int], chain: DiffusionChain, noise: Tensor) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, "x0", noise, "the noise")
  try InvalidArgument.requireTimes(times, of: chain, like: x0)
  // BEGIN SOLUTION
  let alphaBars = try times.map { try chain.alphaBar($0) }
  let signal = try perSample(alphaBars.map { $0.squareRoot() }, like: x0)
  let spread = try perSample(alphaBars.map { (1 - $0).squareRoot() }, like: x0)
  return x0 * signal + noise * spread
  // END SOLUTION
}

/// The one ε that stands for t of them: if the chain went from x₀ to xₜ with the noises z₁ … zₜ, then
/// xₜ = √ᾱₜ·x₀ + √(1 − ᾱₜ)·ε with
///
///     ε = Σₛ √( βₛ·ᾱₜ/ᾱₛ ) · zₛ / √(1 − ᾱₜ),     s = 1 … t
///
/// Noise added at step s is shrunk by every later step, by √(αₛ₊₁ ⋯ αₜ) = √(ᾱₜ/ᾱₛ) in all. The squares of the factors add
/// up to 1, which is why ε is standard normal again: the closed form is no approximation.
///
/// - Parameter noises: z₁ … zₜ, at least one and at most T, all of one shape.
public func combinedNoise(_ noises: [Tensor], chain: DiffusionChain) throws -> Tensor {
  try InvalidArgument.require(
    noises.count >= 1 && noises.count <= chain.count,
    "a chain of \(chain.count) steps has 1 to \(chain.count) noises, but got \(noises.count)")
  for noise in noises { try InvalidArgument.requireSameShape(noises[0], "the first noise", noise, "another") }
  // BEGIN SOLUTION
  let end = try chain.alphaBar(noises.count)
  var sum = Tensor.zeros(noises[0].shape)
  for (index, noise) in noises.enumerated() {
    let s = index + 1
    let variance = try chain.beta(s) * end / chain.alphaBar(s)
    sum = sum + noise * Float((variance / (1 - end)).squareRoot())
  }
  return sum
  // END SOLUTION
}
