// Exercise 6.8: log-likelihood by the instantaneous change of variables
//
// A small step x + Δt·v(x) multiplies volumes by the determinant of its Jacobian, and that is 1 + Δt·∇·v and terms of
// order Δt². So along the flow the log-density falls at the rate of the divergence.

import Exercises
import Tensors

/// What the step x ↦ x + Δt·f(x) does to volumes, if ∂f/∂x = J: exactly, and to first order in Δt.
///
///     det(I + Δt·J)          1 + Δt·tr J
///
/// - Parameter jacobian: J, D rows of D numbers: Jᵢⱼ = ∂fᵢ/∂xⱼ. ``determinant(_:)`` is given.
public func stepDeterminant(jacobian: [[Double]], step: Double) throws -> (exact: Double, firstOrder: Double) {
  try InvalidArgument.require(
    !jacobian.isEmpty && jacobian.allSatisfy { $0.count == jacobian.count },
    "a Jacobian is a square matrix, but this is \(jacobian)")
  throw unsolved("6.8")
}

/// The velocity at (x, t) together with its divergence there, ∇·v = Σⱼ ∂vⱼ/∂xⱼ: exactly without probes, else by
/// Hutchinson's estimate uᵀ(∂v/∂x)u for a probe u with E[uuᵀ] = I.
///
/// Exactly: differentiate each component in turn; `grad(of:wrt:seed:)` with a seed that is 1 in column j gives the
/// gradients of vⱼ for the whole batch, of which only column j belongs to the trace. D backward passes, good in the
/// plane. With probes: one, with the probes as seed, whatever D is; unbiased, but noisy (Hutchinson 1990; Grathwohl et al.
/// 2019, FFJORD). x must be `tracked()` to be differentiated against.
///
/// - Parameters:
///   - x: points, of shape [B, D].
///   - probes: u, one a point, of shape [B, D], usually ±1 (`Tensor.rademacher`).
/// - Returns: `value` v(x, t), of shape [B, D], and `divergence`, of shape [B]; neither keeps a graph.
public func divergence(
  of velocity: Velocity, x: Tensor, t: Double, probes: Tensor? = nil
) throws -> (value: Tensor, divergence: Tensor) {
  try InvalidArgument.require(x.ndim == 2, "x should have shape [B, D], but has \(x.shape)")
  if let probes { try InvalidArgument.requireSameShape(x, probes, "x and the probes") }
  throw unsolved("6.8")
}

/// log p₁(x) of each row of x, in nats, for the law at t = 1 of a flow that begins with p₀ at t = 0:
///
///     d/dt log p_t(z_t) = −∇·v(z_t, t)          along dz/dt = v(z, t)
///     log p₁(x) = log p₀(z₀) − ∫₀¹ ∇·v(z_t, t) dt,          z₁ = x
///
/// Chen et al. 2018, Theorem 1. Carry x from t_N back to t₀ by Heun's method; the divergence is evaluated at the same
/// points as the slopes, and its integral is the same mean of the two ends.
///
/// - Parameters:
///   - velocity: v, differentiable with respect to x.
///   - x: points at the first of the times, of shape [B, D].
///   - times: *falling*, from the time of x to that of p₀, for instance `evenTimes(steps: 100, from: 1, to: 0)`.
///   - probes: nil for the exact divergence; else u of Hutchinson's estimate, of shape [B, D], the same along the whole
///     path.
///   - baseLogDensity: log p₀ of each row.
/// - Returns: log-densities, of shape [B].
public func logLikelihood(
  _ velocity: Velocity, x: Tensor, times: [Double], probes: Tensor? = nil,
  baseLogDensity: (Tensor) throws -> Tensor = standardNormalLogDensity
) throws -> Tensor {
  try InvalidArgument.require(x.ndim == 2, "x should have shape [B, D], but has \(x.shape)")
  try InvalidArgument.requireMonotone(times)
  try InvalidArgument.require(times[0] > times[1], "times must fall, from data to noise, but are \(times)")
  throw unsolved("6.8")
}
