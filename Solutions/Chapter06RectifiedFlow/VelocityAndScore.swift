// Exercise 6.4: velocity, score and denoiser are one thing; and two directions of time
//
// All of this is for x_t = t·x₁ + (1 − t)·x₀ with x₀ ~ N(0, I) independent of x₁.

import Exercises
import Tensors

/// E[x₁ | x_t = x] = x + (1 − t)·v: where the straight line from x with the velocity v ends at time 1.
///
/// - Parameter velocity: v(x, t), of the shape of x.
public func denoised(velocity: Tensor, x: Tensor, t: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(velocity, x, "the velocity and x")
  try InvalidArgument.require(t >= 0 && t <= 1, "t must be in 0…1, but is \(t)")
  // BEGIN SOLUTION
  return x + velocity * Float(1 - t)
  // END SOLUTION
}

/// ∇ₓ log p_t(x) = (t·v − x) / (1 − t).
///
/// - Parameters:
///   - velocity: v(x, t), of the shape of x.
///   - t: in [0, 1).
public func score(velocity: Tensor, x: Tensor, t: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(velocity, x, "the velocity and x")
  try InvalidArgument.require(t >= 0 && t < 1, "t must be in 0..<1, but is \(t)")
  // BEGIN SOLUTION
  return (velocity * Float(t) - x) * Float(1 / (1 - t))
  // END SOLUTION
}

/// v(x, t) = (x + (1 − t)·∇ log p_t(x)) / t: the inverse of ``score(velocity:x:t:)``.
///
/// - Parameters:
///   - score: ∇ log p_t(x), of the shape of x.
///   - t: in (0, 1]. At t = 0 the score is −x whatever the data are, and says nothing of the velocity.
public func velocity(score: Tensor, x: Tensor, t: Double) throws -> Tensor {
  try InvalidArgument.requireSameShape(score, x, "the score and x")
  try InvalidArgument.require(t > 0 && t <= 1, "t must be above 0 and at most 1, but is \(t)")
  // BEGIN SOLUTION
  return (x + score * Float(1 - t)) * Float(1 / t)
  // END SOLUTION
}

/// The same flow with time running the other way, between Liu's direction (t = 0 noise, t = 1 data) and Su's and
/// chapter 5's (t = 0 data, t = 1 noise):
///
///     ṽ(x, t) = −v(x, 1 − t)
///
/// Applied twice it gives v back.
public func timeReversed(_ velocity: @escaping Velocity) throws -> Velocity {
  // BEGIN SOLUTION
  return { x, t in -(try velocity(x, 1 - t)) }
  // END SOLUTION
}

/// The velocity as a denoiser of chapter 5: D(x; σ), the best guess of the clean point behind x = x₁ + σε.
///
///     D(x; σ) = E[x₁ | x_t = t·x]     at t = 1/(1 + σ)
///
/// because t·(x₁ + σε) = t·x₁ + (1 − t)·ε at that t: rectified flow's point is chapter 5's, scaled by t.
///
/// - Returns: a function of x, of shape [B, …], and σ ≥ 0.
public func edmDenoiser(_ velocity: @escaping Velocity) throws -> (_ x: Tensor, _ sigma: Double) throws -> Tensor {
  // BEGIN SOLUTION
  return { x, sigma in
    let t = 1 / (1 + sigma)
    let scaled = x * Float(t)
    return scaled + (try velocity(scaled, t)) * Float(1 - t)
  }
  // END SOLUTION
}
