// Exercise 4.11: noise predictors that need no training
//
// For a law that is known, the minimiser of the simple loss, E[ε | xₜ], is a formula. These are the oracles of this
// chapter: with them a sampler can be judged against the exact answer.

import Exercises
import Foundation
import Tensors

/// E[ε | xₜ] for data N(m, s²I):
///
///     ε*(x) = √(1 − ᾱ) · (x − √ᾱ·m) / (ᾱs² + 1 − ᾱ)
///
/// - Parameters:
///   - x: noisy samples, of shape [B, …].
///   - mean: m, of a shape that broadcasts over x.
///   - variance: s² ≥ 0.
public func gaussianNoise(_ x: Tensor, alphaBar: Double, mean: Tensor, variance: Double) throws -> Tensor {
  try InvalidArgument.requireMixed(alphaBar)
  try InvalidArgument.require(variance >= 0, "a variance must not be negative, but is \(variance)")
  throw unsolved("4.11")
}

/// E[ε | xₜ] for a mixture Σₖ wₖ N(μₖ, sₖ²I): with Vₖ = ᾱsₖ² + 1 − ᾱ,
///
///     ε*(x) = √(1 − ᾱ) · Σₖ rₖ(x)·(x − √ᾱ·μₖ)/Vₖ
///     rₖ(x) ∝ wₖ·Vₖ^(−D/2)·exp(−‖x − √ᾱ·μₖ‖² / 2Vₖ),     Σₖ rₖ = 1
///
/// rₖ is the probability that x came from component k; the fraction is what that component alone would answer.
///
/// In Float32 `exp` of less than −104 is 0, and every component may be that far away: leave the exponents to `softmax`.
///
/// - Parameter x: noisy samples, of shape [B, D].
/// - Returns: of shape [B, D]; differentiable with respect to x.
/// - Complexity: O(B·K·D).
public func mixtureNoise(_ x: Tensor, alphaBar: Double, mixture: IsotropicMixture) throws -> Tensor {
  try InvalidArgument.requireMixed(alphaBar)
  try InvalidArgument.require(
    x.ndim == 2 && x.dim(1) == mixture.means.dim(1),
    "x should have shape [B, \(mixture.means.dim(1))], as the mixture's centres have, but has \(x.shape)")
  throw unsolved("4.11")
}

/// E[ε | xₜ] for a finite data set y₁ … y_N, each equally likely:
///
///     ε*(x) = ( x − √ᾱ·Σᵢ wᵢ·yᵢ ) / √(1 − ᾱ)     with     wᵢ ∝ exp(−‖x − √ᾱ·yᵢ‖² / 2(1 − ᾱ)),     Σᵢ wᵢ = 1
///
/// A sampler that uses it ends at a data point: the best possible network for a finite data set has learnt it by heart.
///
/// Distances of many pictures from many data points need much memory: N·D numbers, for one row of x, are fine; B·N·D at
/// once are not.
///
/// - Parameters:
///   - x: noisy samples, of shape [B, D].
///   - data: the data set, of shape [N, D].
/// - Returns: of shape [B, D]; differentiable with respect to x.
/// - Complexity: O(B·N·D).
public func finiteDataNoise(_ x: Tensor, alphaBar: Double, data: Tensor) throws -> Tensor {
  try InvalidArgument.requireMixed(alphaBar)
  try InvalidArgument.require(
    x.ndim == 2 && data.ndim == 2 && x.dim(1) == data.dim(1) && data.dim(0) >= 1,
    "x and the data should have shapes [B, D] and [N, D], but have \(x.shape) and \(data.shape)")
  throw unsolved("4.11")
}

/// The variance with which a DDIM sampler ends on data N(0, s²) if ε̂ is exact: no sample is drawn, for every step is
/// linear, xₛ = c·xₜ + (noise of variance σ²), and so
///
///     V ← c²·V + σ²
///     c = √(ᾱₛ/ᾱₜ) + ( √(1 − ᾱₛ − σ_d²) − √(ᾱₛ(1 − ᾱₜ)/ᾱₜ) ) · √(1 − ᾱₜ)/(ᾱₜs² + 1 − ᾱₜ)
///
/// with σ_d = `direction` and σ = `added` of the step's noise. This is DDIM's Table 1 in closed form: the right answer is
/// s², and what is missing is the sampler's fault alone.
///
/// - Parameters:
///   - dataVariance: s² > 0.
///   - alphaBars: ᾱ at the visited times, noisiest first, *without* the final 1: it is added here.
///   - noise: the noise of a step from one ᾱ to the next, as `stepNoise` of exercise 4.8 gives it.
/// - Returns: V at the data, starting from V = 1.
public func finalVariance(
  dataVariance: Double, alphaBars: [Double], noise: (_ from: Double, _ to: Double) throws -> StepNoise
) throws -> Double {
  try InvalidArgument.requirePositive(dataVariance, "dataVariance")
  try InvalidArgument.require(!alphaBars.isEmpty, "a sampler needs at least one time")
  for (here, next) in zip(alphaBars, alphaBars.dropFirst() + [1]) {
    try InvalidArgument.require(
      here > 0 && here < next, "alphaBars must rise between 0 and 1, but \(next) follows \(here)")
  }
  throw unsolved("4.11")
}
