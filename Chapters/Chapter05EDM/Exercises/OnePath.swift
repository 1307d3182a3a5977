// Exercise 5.11: one path, three languages
//
// DDPM's network predicts the noise, rectified flow's a velocity, EDM's denoiser the clean sample; and each has a scale
// and a time of its own. All three say the same thing, and so each can be used where another is expected.

import Exercises
import Tensors

/// What chapter 4's network predicts: ε̂(x; ᾱ) for x = √ᾱ·x₀ + √(1 − ᾱ)·ε, a batch of shape [B, …] with one ᾱ in (0, 1).
public typealias NoisePredictor = (_ x: Tensor, _ alphaBar: Double) throws -> Tensor

/// What chapter 6's network predicts: v(z; t) = E[x₀ − ε | z] for z = t·x₀ + (1 − t)·ε, with the noise at t = 0 and the data
/// at t = 1 (Liu et al. 2023): a batch of shape [B, …] with one t in (0, 1).
///
/// Flow matching as exercise 5.1 has it runs the other way: its time is 1 − t, and its velocity −v.
public typealias VelocityField = (_ z: Tensor, _ t: Double) throws -> Tensor

/// Rectified flow, z = t·x₀ + (1 − t)·ε with the data at t = 1: its s and σ at time t in (0, 1].
public func rectifiedFlowCoordinates(t: Double) throws -> EDMCoordinates {
  try InvalidArgument.require(t > 0 && t <= 1, "t must be in (0, 1]: at t = 0 no signal is left; but it is \(t)")
  throw unsolved("5.11")
}

/// The same noisy sample in other coordinates: x = s·(x₀ + σε) becomes s′·(x₀ + σε).
///
/// Only the scale can be changed, not the noise: `InvalidArgument` is thrown if the two noise levels differ by more than
/// one part in a million.
public func carry(_ x: Tensor, from old: EDMCoordinates, to new: EDMCoordinates) throws -> Tensor {
  try InvalidArgument.requirePositive(old.s, "the scale to carry from")
  try InvalidArgument.require(
    abs(old.sigma - new.sigma) <= 1e-6 * max(old.sigma, new.sigma),
    "a change of coordinates keeps the noise level, but \(old.sigma) was to become \(new.sigma)")
  throw unsolved("5.11")
}

/// DDPM's noise prediction by a denoiser: with w = x/√ᾱ and σ = √((1 − ᾱ)/ᾱ),
///
///     ε̂(x; ᾱ) = (w − D(w; σ)) / σ
///
/// - Parameter x: √ᾱ·x₀ + √(1 − ᾱ)·ε, of shape [B, …]; the result has the same shape.
public func predictedNoise(denoiser: Denoiser, x: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.require(alphaBar > 0 && alphaBar < 1, "alphaBar must be in (0, 1), but is \(alphaBar)")
  throw unsolved("5.11")
}

/// Rectified flow's velocity by a denoiser: with w = z/t and σ = (1 − t)/t,
///
///     v(z; t) = (D(w; σ) − z) / (1 − t)
///
/// - Parameter z: t·x₀ + (1 − t)·ε, of shape [B, …]; the result has the same shape.
public func predictedVelocity(denoiser: Denoiser, z: Tensor, t: Double) throws -> Tensor {
  try InvalidArgument.require(t > 0 && t < 1, "t must be in (0, 1), but is \(t)")
  throw unsolved("5.11")
}

/// The way back from DDPM: D(x; σ) by a noise predictor, for instance by the network of chapter 4. Ask it in its own
/// scale, at the ᾱ that has the noise level σ.
///
/// - Parameter x: x₀ + σε, of shape [B, …]; the result has the same shape.
public func denoised(noisePredictor: NoisePredictor, x: Tensor, sigma: Double) throws -> Tensor {
  try InvalidArgument.requirePositive(sigma, "sigma")
  throw unsolved("5.11")
}

/// The way back from rectified flow: D(x; σ) by a velocity field, for instance by the network of chapter 6. Ask it in its
/// own scale, at the t that has the noise level σ.
///
/// - Parameter x: x₀ + σε, of shape [B, …]; the result has the same shape.
public func denoised(velocityField: VelocityField, x: Tensor, sigma: Double) throws -> Tensor {
  try InvalidArgument.requirePositive(sigma, "sigma")
  throw unsolved("5.11")
}
