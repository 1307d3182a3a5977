// Exercise 5.1: one corruption formula
//
// Flow matching, score matching and DDPM/DDIM all blur a picture in the same way, xₜ = αx₀ + βε, and differ only in
// how α and β run with time. EDM writes it as xₜ = s(x₀ + σε): s only rescales, so everything that matters is in σ.

import Exercises
import Tensors

/// Where a corrupted sample stands: x = s·(x₀ + σε). Karras et al. 2022, §2 (s and σ of eq. 4).
public struct EDMCoordinates: Equatable, Sendable {
  /// The factor of the whole sum.
  public var s: Double
  /// The noise level relative to the unscaled data.
  public var sigma: Double

  public init(s: Double, sigma: Double) {
    self.s = s
    self.sigma = sigma
  }
}

/// From x = αx₀ + βε to x = s(x₀ + σε): find s and σ.
///
/// Throws `InvalidArgument` for α ≤ 0 (no signal left: σ would be infinite) and β < 0.
public func edmCoordinates(alpha: Double, beta: Double) throws -> EDMCoordinates {
  try InvalidArgument.require(alpha > 0 && alpha.isFinite, "alpha must be positive, but is \(alpha)")
  try InvalidArgument.require(beta >= 0 && beta.isFinite, "beta must not be negative, but is \(beta)")
  // BEGIN SOLUTION
  return EDMCoordinates(s: alpha, sigma: beta / alpha)
  // END SOLUTION
}

/// The way back: the α and β of x = αx₀ + βε for given s and σ.
public func corruptionCoefficients(_ coordinates: EDMCoordinates) throws -> (alpha: Double, beta: Double) {
  // BEGIN SOLUTION
  return (coordinates.s, coordinates.s * coordinates.sigma)
  // END SOLUTION
}

/// Flow matching, x = (1 − t)x₀ + tε with the data at t = 0: its s and σ at time t in [0, 1).
public func flowMatchingCoordinates(t: Double) throws -> EDMCoordinates {
  try InvalidArgument.require(t >= 0 && t < 1, "t must be in [0, 1): at t = 1 no signal is left; but it is \(t)")
  // BEGIN SOLUTION
  return EDMCoordinates(s: 1 - t, sigma: t / (1 - t))
  // END SOLUTION
}

/// DDPM and DDIM, x = √ᾱ·x₀ + √(1 − ᾱ)·ε: their s and σ for ᾱ in (0, 1].
///
/// ᾱ is DDPM's cumulative product (Ho et al. 2020, eq. 4); DDIM's paper calls the same number α.
public func ddpmCoordinates(alphaBar: Double) throws -> EDMCoordinates {
  try InvalidArgument.require(alphaBar > 0 && alphaBar <= 1, "alphaBar must be in (0, 1], but is \(alphaBar)")
  // BEGIN SOLUTION
  return EDMCoordinates(s: alphaBar.squareRoot(), sigma: ((1 - alphaBar) / alphaBar).squareRoot())
  // END SOLUTION
}

/// The time t in [0, 1) at which flow matching has the noise level σ ≥ 0: the inverse of `flowMatchingCoordinates`.
public func flowMatchingTime(sigma: Double) throws -> Double {
  try InvalidArgument.require(sigma >= 0 && sigma.isFinite, "sigma must not be negative, but is \(sigma)")
  // BEGIN SOLUTION
  return sigma / (1 + sigma)
  // END SOLUTION
}

/// The ᾱ in (0, 1] at which DDPM has the noise level σ ≥ 0: the inverse of `ddpmCoordinates`.
public func ddpmAlphaBar(sigma: Double) throws -> Double {
  try InvalidArgument.require(sigma >= 0 && sigma.isFinite, "sigma must not be negative, but is \(sigma)")
  // BEGIN SOLUTION
  return 1 / (1 + sigma * sigma)
  // END SOLUTION
}

/// x = s·(x₀ + σε) for a whole batch: `x0` and `noise` (ε, standard normal) have the same shape, and so has the
/// result.
public func corrupt(_ x0: Tensor, noise: Tensor, at coordinates: EDMCoordinates) throws -> Tensor {
  try InvalidArgument.require(
    x0.shape == noise.shape, "x0 has shape \(x0.shape), but the noise has \(noise.shape); they should be the same")
  // BEGIN SOLUTION
  return (x0 + noise * Float(coordinates.sigma)) * Float(coordinates.s)
  // END SOLUTION
}
