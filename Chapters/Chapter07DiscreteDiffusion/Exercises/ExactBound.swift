// Exercise 7.8: the bound without a draw

import Exercises
import Foundation

/// How much the masks with k positions count in the bound of T steps:
///
///     w(k) = Σ_{t=1}^T (αₜ₋₁ − αₜ)·(1 − αₜ)^(k−1)·αₜ^(L−k)
///
/// The step t has the weight (αₜ₋₁ − αₜ)/(1 − αₜ) for each masked token, and a given mask of k positions occurs with
/// probability (1 − αₜ)^k·αₜ^(L−k). With α₀ = 1 the first step is the reconstruction term.
///
/// MDLM, eq. 8, with the sum over masks in place of the expectation. 0⁰ = 1.
///
/// - Parameters:
///   - masked: k, from 1 to L.
///   - length: L.
///   - alphas: α₀, …, α_T: T + 1 falling numbers from 1 to 0.
/// - Complexity: O(T).
public func maskWeight(masked: Int, length: Int, alphas: [Double]) throws -> Double {
  try InvalidArgument.require(
    1 <= masked && masked <= length, "between 1 and \(length) positions can be masked, not \(masked)")
  try InvalidArgument.requireFalling(alphas)
  try InvalidArgument.require(
    alphas.first == 1 && alphas.last == 0, "alphas must fall from 1 to 0, but are \(alphas)")
  throw unsolved("7.8")
}

/// The same with steps without number, for any schedule:
///
///     w(k) = ∫₀¹ (1 − α)^(k−1)·α^(L−k) dα = (k − 1)!·(L − k)!/L!
///
/// The schedule has dropped out. The weights of all masks of k positions together are 1/k: each size of mask counts as
/// much, a token, as any other.
///
/// - Complexity: O(k), without a factorial that would overflow.
public func continuousMaskWeight(masked: Int, length: Int) throws -> Double {
  try InvalidArgument.require(
    1 <= masked && masked <= length, "between 1 and \(length) positions can be masked, not \(masked)")
  throw unsolved("7.8")
}

/// The bound on −log p(x), in nats, by going through all 2^L − 1 masks with at least one position:
///
///     NELBO(x) = Σ_m w(|m|) · Σ_{i ∈ m} −log p(xᵢ | x outside of m)
///
/// - Parameters:
///   - x: L tokens.
///   - mask: the index of the mask.
///   - weight: w(k): ``maskWeight(masked:length:alphas:)`` or ``continuousMaskWeight(masked:length:)``.
///   - denoiser: p; asked once, for all masks.
/// - Complexity: O(L·2^L), one question of 2^L − 1 sequences. Throws `InvalidArgument` if L > 16.
public func exactNELBO(
  of x: [Int], mask: Int, weight: (_ masked: Int) throws -> Double, denoiser: CleanDenoiser
) throws -> Double {
  try InvalidArgument.require(1 <= x.count && x.count <= 16, "x must have 1 to 16 positions, but has \(x.count)")
  try InvalidArgument.require(!x.contains(mask), "x holds the mask, \(mask): the bound is for clean sequences")
  throw unsolved("7.8")
}

/// What is lost by drawing all tokens at once, each from its own marginal: Σᵢ H(xᵢ) − H(x) ≥ 0, in nats.
///
/// It is the mean bound of T = 1 steps minus the entropy, with exact probabilities: all is masked, and each token is
/// guessed without seeing the others.
///
/// - Parameters:
///   - law: p, one probability a sequence, by the index of `space`.
///   - space: the sequences.
public func totalCorrelation(of law: [Double], space: SequenceSpace) throws -> Double {
  try InvalidArgument.require(
    law.count == space.count, "the law has \(law.count) probabilities, but the space \(space.count) sequences")
  try InvalidArgument.requireProbabilities(law, "the law")
  throw unsolved("7.8")
}
