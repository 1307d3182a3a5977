// Exercise 4.1: noise schedules

import Exercises
import Foundation

/// β₁ … β_T, rising linearly from `first` to `last`, both included: the schedule of DDPM (Ho et al. 2020, §4).
///
/// - Returns: `count` values; the i-th, counted from 0, is first + (last − first)·i/(T − 1).
public func linearBetas(count: Int = 1000, first: Double = 1e-4, last: Double = 0.02) throws -> [Double] {
  try InvalidArgument.require(count >= 2, "a linear schedule needs at least 2 steps, but got \(count)")
  try InvalidArgument.require(
    first > 0 && last >= first && last < 1, "betas must rise within (0, 1), but go from \(first) to \(last)")
  // BEGIN SOLUTION
  return (0..<count).map { first + (last - first) * Double($0) / Double(count - 1) }
  // END SOLUTION
}

/// The betas of the cosine schedule (Nichol and Dhariwal 2021, eq. 17):
///
///     f(t) = cos²( (t/T + s)/(1 + s) · π/2 ),     βₜ = min(1 − f(t)/f(t − 1), maximum),     t = 1 … T
///
/// so that ᾱₜ = f(t)/f(0) wherever nothing is cut off. The offset s keeps the first steps from being too small to
/// matter; the maximum keeps the last one, for which f(T) = 0, from destroying everything at once.
public func cosineBetas(count: Int = 1000, offset: Double = 0.008, maximum: Double = 0.999) throws -> [Double] {
  try InvalidArgument.require(count >= 1, "a schedule needs at least 1 step, but got \(count)")
  try InvalidArgument.requirePositive(offset, "offset")
  try InvalidArgument.require(maximum > 0 && maximum < 1, "maximum must be in (0, 1), but is \(maximum)")
  // BEGIN SOLUTION
  func f(_ t: Int) -> Double {
    let angle = (Double(t) / Double(count) + offset) / (1 + offset) * Double.pi / 2
    return cos(angle) * cos(angle)
  }
  return (1...count).map { min(1 - f($0) / f($0 - 1), maximum) }
  // END SOLUTION
}

/// ᾱ₁ … ᾱ_T, the cumulative products of αₜ = 1 − βₜ (Ho et al. 2020, between eq. 3 and 4). In Double.
public func alphaBars(betas: [Double]) throws -> [Double] {
  try InvalidArgument.require(!betas.isEmpty, "a schedule needs at least 1 step")
  try InvalidArgument.require(betas.allSatisfy { $0 > 0 && $0 < 1 }, "betas must lie in (0, 1)")
  // BEGIN SOLUTION
  var product = 1.0
  return betas.map { beta in
    product *= 1 - beta
    return product
  }
  // END SOLUTION
}

/// The signal-to-noise ratio of xₜ, the variance of its signal over that of its noise for data of variance 1:
/// SNR = ᾱ/(1 − ᾱ). Kingma et al. 2021, eq. 2.
public func signalToNoise(alphaBar: Double) throws -> Double {
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return alphaBar / (1 - alphaBar)
  // END SOLUTION
}

/// What "x_T is nearly N(0, I)" means in numbers: KL( q(x_T | x₀) ‖ N(0, I) ) in nats,
///
///     ½ · ( ᾱ‖x₀‖² − D·(ᾱ + ln(1 − ᾱ)) )
///
/// For small ᾱ the second bracket is tiny, −ᾱ²/2, and the difference of two nearly equal numbers: `log1p(−ᾱ)` keeps its
/// digits, `log(1 − ᾱ)` loses them.
///
/// - Parameters:
///   - squaredNorm: ‖x₀‖², summed over all dimensions.
///   - dimensions: D.
///   - alphaBar: ᾱ_T.
public func priorDivergence(squaredNorm: Double, dimensions: Int, alphaBar: Double) throws -> Double {
  try InvalidArgument.require(squaredNorm >= 0, "a squared norm must not be negative, but is \(squaredNorm)")
  try InvalidArgument.require(dimensions >= 1, "dimensions must be at least 1, but are \(dimensions)")
  try InvalidArgument.requireMixed(alphaBar)
  // BEGIN SOLUTION
  return 0.5 * (alphaBar * squaredNorm - Double(dimensions) * (alphaBar + log1p(-alphaBar)))
  // END SOLUTION
}
