// Exercise 7.2: one step back, and the bound that adds up the steps

import Exercises
import Foundation

/// The law of xₜ₋₁ when both ends are known, xₜ and the clean x₀: S probabilities.
///
///     q(xₜ₋₁ | xₜ, x₀) = q(xₜ | xₜ₋₁)·q(xₜ₋₁ | x₀) / q(xₜ | x₀)
///
/// Austin et al. 2021 (D3PM), eq. 3. The denominator is the sum of the numerators over xₜ₋₁.
///
/// - Parameters:
///   - xt: the state at step t.
///   - x0: the clean state.
///   - step: the kernel of step t alone, `step[xₜ][xₜ₋₁]`.
///   - before: the kernel of the steps 1, …, t − 1 together, `before[xₜ₋₁][x₀]`; the identity for t = 1.
/// - Throws: `InvalidArgument` if xₜ cannot come from x₀: then there is nothing to condition on.
public func d3pmPosterior(xt: Int, x0: Int, step: Kernel, before: Kernel) throws -> [Double] {
  try InvalidArgument.requireSquare(step, "step")
  try InvalidArgument.requireSquare(before, "before")
  try InvalidArgument.require(
    step.count == before.count, "step is over \(step.count) states, but before over \(before.count)")
  try InvalidArgument.requireState(xt, below: step.count, "xt")
  try InvalidArgument.requireState(x0, below: step.count, "x0")
  throw unsolved("7.2")
}

/// The law of xₜ₋₁ given xₜ, from a guess of the clean state: the posterior of each possible x₀, weighted with its
/// probability. S probabilities.
///
///     p(xₜ₋₁ | xₜ) = Σ_x̃₀ q(xₜ₋₁ | xₜ, x̃₀)·p̃(x̃₀ | xₜ)
///
/// If p̃ is the true posterior of x₀, this is the true reverse step. (D3PM's eq. 4 has the joint q(xₜ₋₁, xₜ | x̃₀)
/// under the sum and normalises at the end, which is what putting the mean x̃₀ into eq. 3 gives too. That weights each
/// x̃₀ with q(xₜ | x̃₀) once more. For the absorbing graph this factor is the same for all x̃₀ and drops out; for the
/// uniform one it does not.)
///
/// - Parameters:
///   - xt: the state at step t.
///   - cleanProbabilities: p̃(x̃₀ | xₜ) for x̃₀ = 0, 1, …: for all S states, or for the first few only, as for the N
///     tokens without the mask.
///   - step: the kernel of step t alone, `step[xₜ][xₜ₋₁]`.
///   - before: the kernel of the steps 1, …, t − 1 together.
/// - Throws: `InvalidArgument` if xₜ cannot come from any x̃₀ with p̃ > 0. Those it cannot come from are left out, and
///   the others' probabilities scaled up to sum to 1.
public func reverseStep(
  from xt: Int, cleanProbabilities: [Double], step: Kernel, before: Kernel
) throws -> [Double] {
  try InvalidArgument.requireSquare(step, "step")
  try InvalidArgument.requireSquare(before, "before")
  try InvalidArgument.require(
    step.count == before.count, "step is over \(step.count) states, but before over \(before.count)")
  try InvalidArgument.requireState(xt, below: step.count, "xt")
  try InvalidArgument.requireProbabilities(cleanProbabilities, "cleanProbabilities")
  try InvalidArgument.require(
    cleanProbabilities.count <= step.count,
    "\(cleanProbabilities.count) probabilities are too many for \(step.count) states")
  throw unsolved("7.2")
}

/// The terms of D3PM's bound, in nats; their sum is at least −log p(x₀).
public struct VariationalBound: Equatable, Sendable {
  /// L_T = KL(q(x_T | x₀) ‖ p(x_T)).
  public var prior: Double
  /// Lₜ₋₁ = E KL(q(xₜ₋₁ | xₜ, x₀) ‖ p(xₜ₋₁ | xₜ)) for t = 2, …, T, in this order.
  public var transitions: [Double]
  /// L₀ = −E log p(x₀ | x₁).
  public var reconstruction: Double

  public init(prior: Double, transitions: [Double], reconstruction: Double) {
    self.prior = prior
    self.transitions = transitions
    self.reconstruction = reconstruction
  }

  /// L_vb.
  public var total: Double { prior + transitions.reduce(0, +) + reconstruction }
}

/// D3PM's bound on −log p(x₀) for one token, with every expectation taken exactly:
///
///     L_vb = KL(q(x_T|x₀) ‖ p(x_T)) + Σ_{t=2}^T E_{q(xₜ|x₀)} KL(q(xₜ₋₁|xₜ, x₀) ‖ p(xₜ₋₁|xₜ)) − E_{q(x₁|x₀)} log p(x₀|x₁)
///
/// where p(xₜ₋₁|xₜ) is ``reverseStep(from:cleanProbabilities:step:before:)`` of the denoiser's answer and p(x₀|x₁)
/// the denoiser's answer itself. 0·log 0 = 0.
///
/// D3PM, eq. 1.
///
/// - Parameters:
///   - x0: the clean state.
///   - steps: the kernels of the steps 1, …, T, each alone.
///   - prior: p(x_T), S probabilities.
///   - denoiser: p̃(x̃₀ | xₜ), as in ``reverseStep(from:cleanProbabilities:step:before:)``, for a state xₜ that x₀ can
///     lead to, and t.
/// - Complexity: O(T·S³) and at most T·S questions to the denoiser.
public func d3pmBound(
  x0: Int, steps: [Kernel], prior: [Double], denoiser: (_ xt: Int, _ t: Int) throws -> [Double]
) throws -> VariationalBound {
  try InvalidArgument.require(!steps.isEmpty, "a bound needs at least one step")
  for step in steps {
    try InvalidArgument.requireSquare(step, "a step")
    try InvalidArgument.require(
      step.count == prior.count, "a step is over \(step.count) states, but the prior over \(prior.count)")
  }
  try InvalidArgument.requireProbabilities(prior, "the prior")
  try InvalidArgument.requireState(x0, below: prior.count, "x0")
  throw unsolved("7.2")
}
