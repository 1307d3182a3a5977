// Exercise 5.2: the noise levels to step through

import Exercises
import Foundation

/// The noise levels of a sampler with `count` = N steps: N + 1 falling values, from σ₀ = σ_max over σ_{N−1} = σ_min to
/// σ_N = 0.
///
///     σᵢ = (σ_max^(1/ρ) + i/(N−1) · (σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ   for i < N,     σ_N = 0
///
/// Karras et al. 2022, eq. 5. In words: evenly spaced after taking the ρ-th root; a larger ρ moves steps towards
/// σ_min. ρ = 1 is an even grid, ρ → ∞ a geometric one, and with the paper's ρ = 7 samples looked best (App. D.1).
///
/// All arithmetic is in Double. Throws `InvalidArgument` unless N ≥ 2, 0 < σ_min < σ_max and ρ > 0.
public func karrasSigmas(
  count: Int, sigmaMin: Double = 0.002, sigmaMax: Double = 80, rho: Double = 7
) throws -> [Double] {
  try InvalidArgument.require(count >= 2, "count must be at least 2, but is \(count)")
  try InvalidArgument.requirePositive(sigmaMin, "sigmaMin")
  try InvalidArgument.require(
    sigmaMin < sigmaMax && sigmaMax.isFinite,
    "sigmaMin must be below sigmaMax, but they are \(sigmaMin) and \(sigmaMax)")
  try InvalidArgument.require(rho > 0 && rho.isFinite, "rho must be positive, but is \(rho)")
  throw unsolved("5.2")
}
