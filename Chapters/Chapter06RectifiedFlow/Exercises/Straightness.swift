// Exercise 6.5: how straight are the paths, how much do the lines cross, and what does the transport cost?

import Exercises
import Foundation
import Tensors

/// E‖x₁ − x₀‖^p over the pairs: the cost of moving each point to its partner.
///
/// ‖·‖ is the Euclidean norm of a whole row (summed over its dimensions, not averaged), E the mean over the N rows.
public func transportCost(_ pairs: Pairs, power: Double = 2) throws -> Double {
  try InvalidArgument.requirePositive(power, "power")
  throw unsolved("6.5")
}

/// How far a flow's paths are from straight lines run through at constant speed:
///
///     S = ∫₀¹ E‖(Z₁ − Z₀) − v(Z_t, t)‖² dt
///
/// Liu et al. 2022, §2 and Theorem 3.7. 0 if and only if every path is straight and even: then one
/// Euler step goes all the way.
///
/// Follow the paths with N steps of the midpoint method: h = 1/N, tᵢ = i·h,
///
///     wᵢ = v(z + (h/2)·v(z, tᵢ), tᵢ + h/2),          z ← z + h·wᵢ
///
/// and take the mean over the N steps (and over the rows) of ‖(Z₁ − Z₀) − wᵢ‖², with Z₁ the end of these very steps.
/// ‖·‖² sums over a row's dimensions.
///
/// - Parameters:
///   - initial: Z₀, of shape [B, …].
///   - steps: N. The error is O(1/N²).
public func straightness(_ velocity: Velocity, initial: Tensor, steps: Int = 100) throws -> Double {
  try InvalidArgument.require(initial.ndim >= 1 && initial.dim(0) >= 1, "the batch \(initial.shape) has no rows")
  try InvalidArgument.require(steps >= 1, "steps must be at least 1, but is \(steps)")
  throw unsolved("6.5")
}

/// How much the straight lines between partners cross:
///
///     V = ∫₀¹ E‖(X₁ − X₀) − E[X₁ − X₀ | X_t]‖² dt
///
/// Liu et al. 2022, Theorem 3.6: 0 if and only if the coupling is straight. What the regression cannot explain, at its
/// best. For any data, E‖X₁ − X₀‖² − E‖Z₁ − Z₀‖² = S + V: what one rectification saves.
///
/// By the midpoint rule: the mean over the times (i + ½)/N, i < N, and over all pairs, of ‖(x₁ − x₀) − v(x_t, t)‖², with
/// all pairs used at each time. ‖·‖² sums over a row's dimensions.
///
/// - Parameter velocity: the conditional expectation, exact or learned.
public func intersection(_ velocity: Velocity, pairs: Pairs, steps: Int = 100) throws -> Double {
  try InvalidArgument.require(steps >= 1, "steps must be at least 1, but is \(steps)")
  throw unsolved("6.5")
}
