// Exercise 7.4: a loss that is least at the true ratio

import Exercises
import Foundation
import Tensors

/// The score entropy of a guess s of the ratio a > 0, from log s:
///
///     ℓ(s; a) = s − a·log s + K(a),     K(a) = a·(log a − 1),  K(0) = 0
///
/// It is 0 at s = a and positive everywhere else (a Bregman divergence of x ↦ x log x: not symmetric in its
/// arguments). Its slope in s is 1 − a/s, so it drives a wrong s away from 0 ever harder: no guess becomes negative,
/// and a network may answer with log s.
///
/// SEDD, Def. 3.1.
///
/// - Parameters:
///   - logScore: log s, finite.
///   - ratio: a ≥ 0.
public func scoreEntropy(logScore: Double, ratio: Double) throws -> Double {
  try InvalidArgument.require(logScore.isFinite, "logScore must be finite, but is \(logScore)")
  try InvalidArgument.require(ratio >= 0 && ratio.isFinite, "a ratio must be ≥ 0 and finite, but is \(ratio)")
  throw unsolved("7.4")
}

/// The ratios that can be had without knowing the data's law: those of the corruption of one clean token x₀, in closed
/// form. S numbers,
///
///     a[y] = K(σ)[y][x₀] / K(σ)[x][x₀]
///
///     uniform:    x = x₀:    a[y] = (1 − e^(−σ)) / (N·e^(−σ) + 1 − e^(−σ))   for y ≠ x
///                 x ≠ x₀:    a[x₀] = 1 + N·e^(−σ)/(1 − e^(−σ)),  all others 1
///     absorbing:  x = mask:  a[x₀] = e^(−σ)/(1 − e^(−σ)),  a[mask] = 1,  all others 0
///                 x = x₀:    a[mask] = (1 − e^(−σ))/e^(−σ),  a[x₀] = 1,  all others 0
///
/// Their mean over the x₀ that may be behind x is the concrete score, for every jump that can be undone. Take
/// 1 − e^(−σ) by expm1.
///
/// SEDD, Thm. 3.4; `score_entropy` in the authors' code.
///
/// - Parameters:
///   - noisy: x, a state of the graph that x₀ can lead to.
///   - clean: x₀, a token.
///   - sigma: σ > 0, finite.
public func denoisingRatios(_ graph: TokenGraph, noisy: Int, clean: Int, sigma: Double) throws -> [Double] {
  try InvalidArgument.requireState(noisy, below: graph.stateCount, "the noisy state")
  try InvalidArgument.requireState(clean, below: graph.tokenCount, "the clean token")
  try InvalidArgument.requirePositive(sigma, "sigma")
  try InvalidArgument.require(
    graph.mask == nil || noisy == graph.mask || noisy == clean,
    "the absorbing graph leads from \(clean) to itself or to the mask, not to \(noisy)")
  throw unsolved("7.4")
}

/// The denoising score entropy of a batch, one number a sequence: the loss at noise σ for each unit of noise, before
/// the schedule's rate comes in.
///
///     DSE(x₀, x; σ) = Σᵢ Σ_{y ≠ xᵢ} Q[xᵢ][y]·(s[i][y] − a[i][y]·log s[i][y] + K(a[i][y])),   K(a) = a(log a − 1)
///
/// with a[i] the ``denoisingRatios(_:noisy:clean:sigma:)`` of position i. Q[xᵢ][y] is the rate at which the corruption
/// jumps from y *to* xᵢ, for only such jumps can be undone: 1/N for all y in the uniform graph; in the absorbing one 1
/// for the tokens y if xᵢ is the mask, and 0 at all other positions. Its mean over x is least, for all functions s of
/// x, at the concrete score.
///
/// SEDD, eq. 7.
///
/// - Parameters:
///   - logScores: a network's log s, of shape [B, L, S], finite.
///   - noisy: x, B sequences of L states.
///   - clean: x₀, B sequences of L tokens.
///   - sigmas: σ > 0 of each sequence.
/// - Returns: shape [B], in nats, differentiable with respect to `logScores`.
public func denoisingScoreEntropy(
  logScores: Tensor, noisy: [[Int]], clean: [[Int]], graph: TokenGraph, sigmas: [Double]
) throws -> Tensor {
  try InvalidArgument.requireBatch(noisy, below: graph.stateCount, "noisy")
  try InvalidArgument.requireBatch(clean, below: graph.tokenCount, "clean")
  try InvalidArgument.require(
    noisy.count == clean.count && noisy[0].count == clean[0].count && sigmas.count == noisy.count,
    "noisy, clean and sigmas should belong to the same sequences")
  let shape = [noisy.count, noisy[0].count, graph.stateCount]
  try InvalidArgument.require(
    logScores.shape == shape, "logScores has shape \(logScores.shape); \(shape) is needed")
  throw unsolved("7.4")
}
