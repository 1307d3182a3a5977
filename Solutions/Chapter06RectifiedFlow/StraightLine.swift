// Exercise 6.1: straight lines between noise and data, and the regression on their velocity

import Exercises
import Tensors

/// The point at time t of the straight line from x₀ to x₁, for each row its own t:
///
///     x_t = t·x₁ + (1 − t)·x₀
///
/// Liu et al. 2022, eq. 1. t = 0 is noise, t = 1 is data.
///
/// - Parameters:
///   - x0, x1: noise and data, of one shape [B, …].
///   - times: B times in [0, 1]. `perSample` makes factors that broadcast over a row.
/// - Returns: a tensor of the shape of x₀; at t = 0 and t = 1 exactly x₀ and x₁.
public func interpolate(_ x0: Tensor, _ x1: Tensor, times: [Double]) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, x1, "x0 and x1")
  try InvalidArgument.require(
    times.allSatisfy { (0...1).contains($0) }, "times must be in 0…1, but are \(times)")
  // BEGIN SOLUTION
  return try x1 * perSample(times, like: x0) + x0 * perSample(times.map { 1 - $0 }, like: x0)
  // END SOLUTION
}

/// The velocity of the straight line from x₀ to x₁, dx_t/dt: the same at every t, and the target of the regression.
public func conditionalVelocity(_ x0: Tensor, _ x1: Tensor) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, x1, "x0 and x1")
  // BEGIN SOLUTION
  return x1 - x0
  // END SOLUTION
}

/// `count` times to train on, uniform in [0, 1), each drawn on its own with `rng.nextUniform()`.
public func trainingTimes(count: Int, using rng: inout RandomStream) throws -> [Double] {
  try InvalidArgument.require(count >= 1, "count must be at least 1, but is \(count)")
  // BEGIN SOLUTION
  return (0..<count).map { _ in rng.nextUniform() }
  // END SOLUTION
}

/// The loss of a batch: ‖v(x_t, t) − (x₁ − x₀)‖², averaged over the B samples *and* over the dimensions of each: a
/// tensor of shape [].
///
/// Liu et al. 2022, eq. 1; Lipman et al. 2023, eq. 9 (conditional flow matching). Its minimiser over all functions v is
/// v(x, t) = E[x₁ − x₀ | x_t = x].
///
/// - Parameters:
///   - velocity: v, for a batch in which every row has a time of its own.
///   - x0, x1: noise and data, of one shape [B, …]; row i of one belongs to row i of the other.
///   - times: B times in [0, 1], one a row.
/// - Returns: a number that can be differentiated with respect to whatever `velocity` depends on.
public func flowMatchingLoss(velocity: BatchVelocity, x0: Tensor, x1: Tensor, times: [Double]) throws -> Tensor {
  try InvalidArgument.requireSameShape(x0, x1, "x0 and x1")
  try InvalidArgument.require(
    x0.dim(0) == times.count, "a batch of shape \(x0.shape) needs one time a row, but got \(times.count)")
  // BEGIN SOLUTION
  let predicted = try velocity(interpolate(x0, x1, times: times), times)
  return square(predicted - (try conditionalVelocity(x0, x1))).mean()
  // END SOLUTION
}
