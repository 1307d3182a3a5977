// Exercise 5.10: the likelihood of a sample
//
// The ODE carries densities along with samples: where its field spreads points apart the density falls, and the
// divergence says how fast. So the density at a data point follows from that of the noise it flows to.

import Exercises
import Foundation
import Tensors

/// A vector field on a batch: [B, D] in, [B, D] out, each row depending on the same row alone.
public typealias VectorField = (_ x: Tensor) throws -> Tensor

/// The field at x together with its divergence there, ∇·f = Σⱼ ∂fⱼ/∂xⱼ, exactly.
///
/// Differentiate each component in turn: `grad(of: f(x), wrt: [x], seed:)` with a seed that is 1 in column j gives
/// the gradients of fⱼ for the whole batch; only its column j belongs to the trace. x must be `tracked()` to be
/// differentiated against.
///
/// - Parameter x: points, of shape [B, D].
/// - Returns: `value` f(x), of shape [B, D], and `divergence`, of shape [B]; neither keeps a graph.
/// - Complexity: one evaluation of the field and D backward passes.
public func exactDivergence(of field: VectorField, at x: Tensor) throws -> (value: Tensor, divergence: Tensor) {
  try InvalidArgument.require(x.ndim == 2, "x should have shape [B, D], but has \(x.shape)")
  throw unsolved("5.10")
}

/// The field at x together with Hutchinson's estimate of its divergence there: vᵀ(∂f/∂x)v for a probe v with
/// E[vvᵀ] = I.
///
/// Hutchinson 1990; Grathwohl et al. 2019 (FFJORD), §3.1. One backward pass whatever the number of dimensions;
/// unbiased, but noisy.
///
/// - Parameters:
///   - x: points, of shape [B, D].
///   - probes: v, one a point, of shape [B, D]; usually ±1 or standard normal.
/// - Returns: `value` f(x), of shape [B, D], and the estimated `divergence`, of shape [B]; neither keeps a graph.
public func estimatedDivergence(
  of field: VectorField, at x: Tensor, probes: Tensor
) throws -> (value: Tensor, divergence: Tensor) {
  try InvalidArgument.require(x.ndim == 2, "x should have shape [B, D], but has \(x.shape)")
  try InvalidArgument.require(
    x.shape == probes.shape, "x has shape \(x.shape), but the probes have \(probes.shape); they should be the same")
  throw unsolved("5.10")
}

/// log p(x; σ_min) of each row of x, in nats, by the instantaneous change of variables along the field
/// f(x, σ) = (x − D(x; σ))/σ:
///
///     log p(x; σ_min) = log N(x(σ_max); 0, (σ_max² + σ_d²)I) + ∫ ∇·f(x(σ), σ) dσ     from σ_min to σ_max
///
/// Song et al. 2021, App. D.2; Chen et al. 2018, Theorem 1. Carry x from σ_min up to σ_max by Heun's method; the
/// divergence is evaluated at the same points as the slopes, and its integral is the same mean of the two ends. The
/// density at the end is taken to be Gaussian, of the variance that x₀ + σ_max·ε has when the data are centred with
/// standard deviation σ_d: exact for a Gaussian, and very nearly so for other laws once σ_max is large.
///
/// - Parameters:
///   - denoiser: D, differentiable with respect to x.
///   - x: points at noise level σ_min, of shape [B, D].
///   - sigmas: *rising* noise levels σ_min = σ₀ < … < σ_N = σ_max, for instance
///     `karrasSigmas(count: 256).dropLast().reversed()`.
///   - sigmaData: σ_d.
///   - probes: nil for the exact divergence; else v of Hutchinson's estimate, of shape [B, D], the same along the
///     whole path.
/// - Returns: log-densities, of shape [B].
public func odeLogLikelihood(
  denoiser: @escaping Denoiser, x: Tensor, sigmas: [Double], sigmaData: Double = 0.5, probes: Tensor? = nil
) throws -> Tensor {
  try InvalidArgument.require(x.ndim == 2, "x should have shape [B, D], but has \(x.shape)")
  try InvalidArgument.requireDescending(sigmas.reversed())
  try InvalidArgument.requirePositive(sigmas[0], "the lowest noise level")
  throw unsolved("5.10")
}
