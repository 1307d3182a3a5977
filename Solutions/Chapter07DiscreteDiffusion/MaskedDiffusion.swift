// Exercise 7.6: masked diffusion

import Exercises
import Foundation
import Tensors

/// How many tokens are still to be seen at time t in [0, 1].
public struct MaskingSchedule: Sendable {
  /// α(t), the probability that a token is not masked: falls from 1 at t = 0 to 0 at t = 1.
  public let alpha: @Sendable (_ t: Double) -> Double
  /// α′(t) ≤ 0.
  public let slope: @Sendable (_ t: Double) -> Double

  public init(alpha: @escaping @Sendable (Double) -> Double, slope: @escaping @Sendable (Double) -> Double) {
    self.alpha = alpha
    self.slope = slope
  }

  /// α = 1 − t.
  public static let linear = MaskingSchedule(alpha: { 1 - $0 }, slope: { _ in -1 })

  /// α = 1 − cos(π(1 − t)/2).
  public static let cosine = MaskingSchedule(
    alpha: { 1 - cos(Double.pi / 2 * (1 - $0)) }, slope: { -Double.pi / 2 * sin(Double.pi / 2 * (1 - $0)) })
}

/// What stands for log 0: its exponential is 0, yet a gradient through it is a number.
public let minusInfinity: Float = -1e6

/// From a network's raw logits to log-probabilities of the clean tokens, with what is known beforehand put in (SUBS):
///
/// - *Zero masking*: data hold no mask, so the mask's logit becomes ``minusInfinity`` before the softmax, and the other
///   N share all the probability.
/// - *Carry-over*: a token that can be seen is clean already: log-probability 0 for it, ``minusInfinity`` for all others,
///   whatever the network says.
///
/// Sahoo et al. 2024 (MDLM), §3.2.
///
/// - Parameters:
///   - logits: shape [B, L, S].
///   - noisy: the sequences the network saw, B of L states.
///   - mask: the index of the mask.
/// - Returns: shape [B, L, S], differentiable with respect to `logits`; no gradient reaches positions that are not masked.
public func subsLogProbabilities(logits: Tensor, noisy: [[Int]], mask: Int) throws -> Tensor {
  try InvalidArgument.require(logits.ndim == 3, "logits should have shape [B, L, S], but have \(logits.shape)")
  let states = logits.dim(2)
  try InvalidArgument.requireState(mask, below: states, "the mask")
  try InvalidArgument.requireBatch(noisy, below: states, "noisy")
  try InvalidArgument.require(
    logits.shape == [noisy.count, noisy[0].count, states],
    "logits of shape \(logits.shape) do not fit \(noisy.count) sequences of length \(noisy[0].count)")
  // BEGIN SOLUTION
  let isMask = (0..<states).map { $0 == mask ? minusInfinity : 0 }
  let guessed = logSoftmax(logits + Tensor(isMask, shape: [states]), axis: -1)
  let flat = noisy.flatMap { $0 }
  let hidden = Tensor(flat.map { $0 == mask ? 1 : 0 } as [Float], shape: [noisy.count, noisy[0].count, 1])
  var carried = Array(repeating: Float(0), count: logits.scalarCount)
  for (position, state) in flat.enumerated() where state != mask {
    for y in 0..<states where y != state { carried[position * states + y] = minusInfinity }
  }
  return guessed * hidden + Tensor(carried, shape: logits.shape)
  // END SOLUTION
}

/// The weight of the cross-entropy of masked tokens at time t: −α′(t)/(1 − α(t)); 1/t for the linear schedule.
///
/// The bound is then ∫₀¹ −α′/(1 − α)·E[Σ over masked i of −log p(xᵢ | xₜ)] dt, MDLM's eq. 10. 1 − α is the share of
/// tokens that are masked: the rarer, the more each counts.
///
/// Throws `InvalidArgument` unless 0 < t ≤ 1: at t = 0 nothing is masked.
public func nelboWeight(_ schedule: MaskingSchedule, at t: Double) throws -> Double {
  try InvalidArgument.require(t > 0 && t <= 1, "t must lie in (0, 1], but is \(t)")
  // BEGIN SOLUTION
  return -schedule.slope(t) / (1 - schedule.alpha(t))
  // END SOLUTION
}

/// The loss of a batch, in nats a token: the weighted cross-entropy of the masked positions, summed, and divided by all
/// B·L positions. Shape [].
///
///     loss = 1/(B·L) · Σ_b weights[b] · Σ over masked i of −log p(x₀ᵢ | x)
///
/// Dividing by the number of masked positions instead would make another quantity of it, no bound on anything.
///
/// MDLM, eq. 10 and 11.
///
/// - Parameters:
///   - logProbabilities: shape [B, L, S].
///   - clean: x₀, B sequences of L tokens.
///   - noisy: x, the same with some tokens masked.
///   - mask: the index of the mask.
///   - weights: one a sequence, from ``nelboWeight(_:at:)``.
/// - Returns: differentiable with respect to `logProbabilities`.
public func mdlmLoss(
  logProbabilities: Tensor, clean: [[Int]], noisy: [[Int]], mask: Int, weights: [Double]
) throws -> Tensor {
  try InvalidArgument.requireTogether(logProbabilities, clean: clean, noisy: noisy, weights.count, "weights")
  // BEGIN SOLUTION
  let shape = [clean.count, clean[0].count, 1]
  let found = logProbabilities.gathered(clean.flatMap { $0 }, shape: shape, axis: 2)
  let factors = zip(noisy, weights).flatMap { row, weight in row.map { $0 == mask ? -weight : 0 } }
  return (found * Tensor(factors, shape: shape)).mean()
  // END SOLUTION
}
