// Exercise 4.5: the training loss

import Exercises
import Foundation
import Tensors

/// `count` times to train on, each equally likely to be any of 1 … T. Ho et al. 2020, Algorithm 1, line 3.
///
/// Draw with `rng.integer(below:)`.
public func trainingTimes(count: Int, chain: DiffusionChain, using rng: inout RandomStream) throws -> [Int] {
  try InvalidArgument.require(count >= 1, "count must be at least 1, but is \(count)")
  throw unsolved("4.5")
}

/// The loss of a batch, wᵢ·‖ε − ε̂(√ᾱₜ·x₀ + √(1 − ᾱₜ)·ε, t)‖², averaged over the B samples *and* over the dimensions of
/// each: a tensor of shape []. With weights of 1 it is L_simple (Ho et al. 2020, eq. 14).
///
/// - Parameters:
///   - predictor: ε̂, for a batch in which every row has a time of its own.
///   - x0: clean samples, of shape [B, …].
///   - times: B times in 1…T.
///   - noise: ε, standard normal, of the shape of x0.
///   - weights: w₁ … w_B, one a row; nil for 1 everywhere.
/// - Returns: a number that can be differentiated with respect to whatever `predictor` depends on.
public func simpleLoss(
  predictor: BatchNoisePredictor, x0: Tensor, times: [Int], noise: Tensor, chain: DiffusionChain,
  weights: [Double]? = nil
) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, "x0", noise, "the noise")
  try InvalidArgument.requireTimes(times, of: chain, like: x0)
  try InvalidArgument.require(
    weights == nil || weights?.count == times.count, "\(times.count) rows need as many weights")
  throw unsolved("4.5")
}

/// The weight that the variational bound, in nats, gives to ‖ε − ε̂‖² (summed over the dimensions) at step t:
///
///     βₜ² / ( 2σ²·αₜ·(1 − ᾱₜ) )
///
/// Ho et al. 2020, eq. 12. L_simple puts 1 in its place, and so gives more of the training to high noise than the bound
/// would.
///
/// - Parameters:
///   - t: the step, in 1…T.
///   - variance: σ², positive: the variance of the reverse step.
public func boundWeight(t: Int, variance: Double, chain: DiffusionChain) throws -> Double {
  try chain.requireStep(t)
  try InvalidArgument.requirePositive(variance, "the variance")
  throw unsolved("4.5")
}
