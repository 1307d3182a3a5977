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
  // BEGIN SOLUTION
  let d = jacobian.count
  let matrix = (0..<d).map { i in (0..<d).map { (i == $0 ? 1 : 0) + step * jacobian[i][$0] } }
  let trace = (0..<d).reduce(0) { $0 + jacobian[$1][$1] }
  return (determinant(matrix), 1 + step * trace)
  // END SOLUTION
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
  // BEGIN SOLUTION
  let leaf = x.tracked()
  let value = try velocity(leaf, t)
  if let probes {
    let gradient = grad(of: value, wrt: [leaf], seed: probes)[0]
    return (value.detached(), (gradient * probes).sum(axis: 1).detached())
  }
  var trace = Tensor.zeros([x.dim(0)])
  for axis in 0..<x.dim(1) {
    let column = Tensor.eye(x.dim(1))[axis]
    let gradient = grad(of: value, wrt: [leaf], seed: column.broadcast(to: x.shape))[0]
    trace = trace + (gradient * column).sum(axis: 1)
  }
  return (value.detached(), trace.detached())
  // END SOLUTION
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
  // BEGIN SOLUTION
  var z = x
  var integral = Tensor.zeros([x.dim(0)])  // ∫ ∇·v dt on the way back: minus that on the way there
  for (t, next) in zip(times, times.dropFirst()) {
    let h = Float(next - t)
    let start = try divergence(of: velocity, x: z, t: t, probes: probes)
    let end = try divergence(of: velocity, x: z + start.value * h, t: next, probes: probes)
    z = z + (start.value + end.value) * (h / 2)
    integral = integral + (start.divergence + end.divergence) * (h / 2)
  }
  return try baseLogDensity(z) + integral
  // END SOLUTION
}
