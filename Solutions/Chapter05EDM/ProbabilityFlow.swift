// Exercise 5.6: score and probability-flow ODE
//
// Moving a sample along this ODE changes its noise level and nothing else: at every t its law is that of
// s(t)(x₀ + σ(t)ε). Run backwards from pure noise, it ends in a sample of the data.

import Exercises
import Foundation
import Tensors

/// ∇ₓ log p(x; σ) = (D(x; σ) − x) / σ²: which way the noisy density rises fastest. Karras et al. 2022, eq. 3.
///
/// - Parameter x: noisy samples x₀ + σε (s = 1), of shape [B, …]; the result has the same shape.
public func score(denoiser: Denoiser, x: Tensor, sigma: Double) throws -> Tensor {
  try InvalidArgument.requirePositive(sigma, "sigma")
  // BEGIN SOLUTION
  return (try denoiser(x, sigma) - x) * Float(1 / (sigma * sigma))
  // END SOLUTION
}

/// dx/dt of the probability-flow ODE for any scale s(t) and noise level σ(t):
///
///     dx/dt = (ṡ/s)·x − s²·σ̇·σ·∇ log p(x/s; σ)
///           = (σ̇/σ + ṡ/s)·x − (σ̇·s/σ)·D(x/s; σ)
///
/// Karras et al. 2022, eq. 4 and Algorithm 1. The gradient in the first line is with respect to x, so that it contains
/// a factor 1/s. The denoiser knows nothing of s: it must be asked at x/s.
///
/// - Parameters:
///   - schedule: s, σ and their derivatives with respect to t.
///   - x: samples at time t, of shape [B, …]; the result has the same shape.
///   - t: a time at which σ(t) > 0; otherwise `InvalidArgument` is thrown.
public func odeDerivative(denoiser: Denoiser, schedule: NoiseSchedule, x: Tensor, t: Double) throws -> Tensor {
  try InvalidArgument.requirePositive(schedule.sigma(t), "sigma(t) at t = \(t)")
  // BEGIN SOLUTION
  let (s, sigma) = (schedule.s(t), schedule.sigma(t))
  let (sDot, sigmaDot) = (schedule.sDerivative(t), schedule.sigmaDerivative(t))
  let clean = try denoiser(x * Float(1 / s), sigma)
  return x * Float(sigmaDot / sigma + sDot / s) - clean * Float(sigmaDot * s / sigma)
  // END SOLUTION
}

/// Flow matching, x = (1 − t)x₀ + tε, as a schedule: s, ṡ, σ, σ̇ as functions of t, and the time at which σ has a
/// given value.
///
/// With it `odeDerivative` becomes the velocity E[ε − x₀ | x] that flow matching learns.
public func flowMatchingSchedule() throws -> NoiseSchedule {
  // BEGIN SOLUTION
  return NoiseSchedule(
    name: "flow matching",
    s: { 1 - $0 }, sDerivative: { _ in -1 },
    sigma: { $0 / (1 - $0) }, sigmaDerivative: { 1 / ((1 - $0) * (1 - $0)) },
    time: { $0 / (1 + $0) })
  // END SOLUTION
}
