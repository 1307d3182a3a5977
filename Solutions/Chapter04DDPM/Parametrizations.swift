// Exercise 4.4: what a network may predict
//
// xₜ = √ᾱ·x₀ + √(1 − ᾱ)·ε is one equation between three tensors: whoever sees xₜ and guesses x₀ has guessed ε as well,
// and the score, and v. Which of them the network puts out changes what its errors cost.

import Exercises
import Foundation
import Tensors

/// x₀ = ( xₜ − √(1 − ᾱ)·ε ) / √ᾱ. Ho et al. 2020, eq. 15.
public func cleanFromNoise(_ noise: Tensor, xt: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(noise, "the noise", xt, "xt")
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return (xt - noise * Float((1 - alphaBar).squareRoot())) * Float(1 / alphaBar.squareRoot())
  // END SOLUTION
}

/// ε = ( xₜ − √ᾱ·x₀ ) / √(1 − ᾱ).
public func noiseFromClean(_ x0: Tensor, xt: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, "x0", xt, "xt")
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return (xt - x0 * Float(alphaBar.squareRoot())) * Float(1 / (1 - alphaBar).squareRoot())
  // END SOLUTION
}

/// The score that belongs to a noise: ∇ log p(xₜ) = −E[ε | xₜ]/√(1 − ᾱ). Vincent 2011; Song and Ermon 2019, §3.
public func scoreFromNoise(_ noise: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return noise * Float(-1 / (1 - alphaBar).squareRoot())
  // END SOLUTION
}

/// The noise that belongs to a score: the inverse of `scoreFromNoise`.
public func noiseFromScore(_ score: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return score * Float(-(1 - alphaBar).squareRoot())
  // END SOLUTION
}

/// v = √ᾱ·ε − √(1 − ᾱ)·x₀. Salimans and Ho 2022, §4: with √ᾱ = cos φ and √(1 − ᾱ) = sin φ it is dxₜ/dφ.
public func velocity(x0: Tensor, noise: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, "x0", noise, "the noise")
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return noise * Float(alphaBar.squareRoot()) - x0 * Float((1 - alphaBar).squareRoot())
  // END SOLUTION
}

/// x₀ = √ᾱ·xₜ − √(1 − ᾱ)·v.
public func cleanFromVelocity(_ velocity: Tensor, xt: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(velocity, "the velocity", xt, "xt")
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return xt * Float(alphaBar.squareRoot()) - velocity * Float((1 - alphaBar).squareRoot())
  // END SOLUTION
}

/// ε = √(1 − ᾱ)·xₜ + √ᾱ·v.
public func noiseFromVelocity(_ velocity: Tensor, xt: Tensor, alphaBar: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(velocity, "the velocity", xt, "xt")
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return xt * Float((1 - alphaBar).squareRoot()) + velocity * Float(alphaBar.squareRoot())
  // END SOLUTION
}

/// What a network puts out.
public enum PredictionTarget: String, CaseIterable, Sendable {
  /// ε.
  case noise
  /// x₀.
  case clean
  /// ∇ log p(xₜ).
  case score
  /// v.
  case velocity
}

/// The factor w that makes a squared error of any target a squared error of the noise, ‖ε̂ − ε‖² = w·‖error of the
/// target‖²:
///
///     ε: 1       x₀: ᾱ/(1 − ᾱ)       score: 1 − ᾱ       v: ᾱ
///
/// So the simple loss is a regression on x₀ weighted with the signal-to-noise ratio, or on the score weighted with the
/// variance of the noise, 1 − ᾱ.
public func weightTowardsNoise(of target: PredictionTarget, alphaBar: Double) throws -> Double {
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  switch target {
  case .noise: return 1
  case .clean: return alphaBar / (1 - alphaBar)
  case .score: return 1 - alphaBar
  case .velocity: return alphaBar
  }
  // END SOLUTION
}
