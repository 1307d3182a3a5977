// Exercise 7.7: back from noise to data

import Exercises
import Foundation
import Tensors

/// One τ-leap for one position: the law of its next state when the reverse rates are held fixed while Δσ of noise is
/// taken away. S probabilities.
///
///     p(y) = Δσ·Q[x][y]·s[y]  for y ≠ x,      p(x) = 1 − Σ of these, but at least 0;    then scaled to sum to 1
///
/// Q[x][y] is the rate from y *to* x: the reverse process undoes such a jump, s[y] = p(y)/p(x) times as often.
///
/// SEDD, eq. 17 (with Δσ = σ′Δt). The error of a step is of order Δσ²; in a large step the probabilities of leaving may
/// add up to more than 1.
///
/// - Parameters:
///   - state: x.
///   - score: s, S ratios (not logarithms) of this position.
///   - rates: Q.
///   - noise: Δσ ≥ 0.
public func tauLeapProbabilities(
  from state: Int, score: [Double], rates: Kernel, noise: Double
) throws -> [Double] {
  try InvalidArgument.requireSquare(rates, "rates")
  try InvalidArgument.requireState(state, below: rates.count, "the state")
  try InvalidArgument.require(score.count == rates.count, "\(score.count) ratios do not fit \(rates.count) states")
  try InvalidArgument.require(
    score.allSatisfy { $0 >= 0 && $0.isFinite }, "ratios must be ≥ 0 and finite, but they are \(score)")
  try InvalidArgument.require(noise >= 0 && noise.isFinite, "noise must be ≥ 0 and finite, but is \(noise)")
  throw unsolved("7.7")
}

/// One step of the Tweedie sampler for one position: the best law of its next state among those that treat the
/// positions as independent. S probabilities.
///
///     p(y) ∝ (K(−Δσ)·s)[y] · K(Δσ)[x][y]
///
/// The first factor is the ratio p_{σ−Δσ}(y)/p_σ(x) at this position, by undoing the noise in s; the second the
/// probability that noise then led from y to x. With exact ratios and a single position it is the exact reverse law,
/// whatever Δσ. Guessed ratios may make the first factor negative: count it as 0, then scale to sum to 1.
///
/// SEDD, Thm. 4.1 and 4.2, eq. 19.
///
/// - Parameters:
///   - state: x.
///   - score: s, S ratios of this position, with s[x] = 1.
///   - forward: K(Δσ).
///   - backward: its inverse K(−Δσ).
/// - Throws: `InvalidArgument` also if no state has a positive probability.
public func tweedieProbabilities(
  from state: Int, score: [Double], forward: Kernel, backward: Kernel
) throws -> [Double] {
  try InvalidArgument.requireSquare(forward, "forward")
  try InvalidArgument.requireSquare(backward, "backward")
  try InvalidArgument.requireState(state, below: forward.count, "the state")
  try InvalidArgument.require(
    score.count == forward.count && forward.count == backward.count,
    "\(score.count) ratios do not fit kernels over \(forward.count) and \(backward.count) states")
  throw unsolved("7.7")
}

/// One ancestral step of masked diffusion for one position: from the time with α back to the time with a larger α′.
/// S probabilities.
///
///     x = mask:   p(mask) = (1 − α′)/(1 − α),     p(v) = (α′ − α)/(1 − α)·clean[v]
///     x ≠ mask:   stays x
///
/// MDLM, eq. 7.
///
/// - Parameters:
///   - state: x.
///   - clean: the denoiser's probabilities of this position's clean token, S numbers with 0 for the mask.
///   - alpha: α, the share of visible tokens now, below 1.
///   - next: α′ ≥ α, the share after the step.
///   - mask: the index of the mask.
public func ancestralProbabilities(
  from state: Int, clean: [Double], alpha: Double, next: Double, mask: Int
) throws -> [Double] {
  try InvalidArgument.requireState(state, below: clean.count, "the state")
  try InvalidArgument.requireState(mask, below: clean.count, "the mask")
  try InvalidArgument.require(
    alpha >= 0 && alpha < 1 && next >= alpha && next <= 1,
    "0 ≤ alpha ≤ next ≤ 1 and alpha < 1 are needed, but alpha is \(alpha) and next \(next)")
  throw unsolved("7.7")
}

/// A batch of samples: walks from the first of the `times` to the last, asking the law of every step once and drawing
/// each position's next state from it.
///
/// Nothing may be masked at the end: in the last step the mask's probability is taken away, and the rest scaled to sum
/// to 1, before drawing. (A guessed ratio, or a leap, leaves some.)
///
/// - Parameters:
///   - x: where to start, B sequences of L states: all masks, or uniform tokens.
///   - times: t₀ > t₁ > … > t_N.
///   - mask: the index of the mask, or nil if there is none.
///   - law: the law of a step.
///   - draw: draws an index by its probability.
///   - onStep: is told of each node.
/// - Throws: `InvalidArgument` also if in the last step nothing but the mask is possible.
public func reverseSample(
  from x: [[Int]], times: [Double], mask: Int?, law: StepLaw, draw: Draw, using rng: inout RandomStream,
  onStep: SamplerObserver? = nil
) throws -> [[Int]] {
  try InvalidArgument.requireBatch(x, below: .max, "x")
  try InvalidArgument.requireFalling(times)
  throw unsolved("7.7")
}

/// A batch of samples of masked diffusion with one token a question, at the very times when it would have been
/// revealed: no error from steps.
///
/// With n positions masked at time t (linear schedule, α = 1 − t), the last of n uniform times below t is where the
/// next token appears: t·u^(1/n) with u uniform in (0, 1]. Which of the n it is, chance decides evenly. So a sequence of
/// L positions takes exactly L questions.
///
/// Zheng et al. 2025 (first-hitting sampler).
///
/// - Parameters:
///   - count: B.
///   - length: L.
///   - mask: the index of the mask.
///   - denoiser: is asked once a step, for the whole batch.
///   - draw: draws an index by its probability.
///   - onHit: is told of the start (step 0, t = 1) and after each step of the sequences and of the times at which
///     their tokens appeared, one a sequence.
public func firstHittingSample(
  count: Int, length: Int, mask: Int, denoiser: CleanDenoiser, draw: Draw, using rng: inout RandomStream,
  onHit: ((_ step: Int, _ x: [[Int]], _ times: [Double]) throws -> Void)? = nil
) throws -> [[Int]] {
  try InvalidArgument.require(count >= 1 && length >= 1, "count and length must be at least 1")
  try InvalidArgument.require(mask >= 0, "the mask must be a state, but is \(mask)")
  throw unsolved("7.7")
}
