// Exercise 5.9: the order of a method
//
// "Second order" is a claim that can be measured: halve the steps' length, and the error falls to a quarter.

import Exercises
import Foundation
import Tensors

/// The right-hand side of an ordinary differential equation: dx/dt at (x, t).
public typealias ODEDerivative = (_ x: Tensor, _ t: Double) throws -> Tensor

/// One step of a two-stage Runge–Kutta method from t to `next` (h = next − t, which may be negative):
///
///     d  = f(x, t)
///     d′ = f(x + αh·d, t + αh)
///     x  ← x + h·((1 − 1/2α)·d + (1/2α)·d′)
///
/// Second order for every α in (0, 1]: α = 1 is Heun's method, α = ½ the midpoint method, α = ⅔ Ralston's.
///
/// Karras et al. 2022, App. D.2 and Algorithm 3.
public func rungeKuttaStep(
  _ derivative: ODEDerivative, x: Tensor, from t: Double, to next: Double, alpha: Double = 1
) throws -> Tensor {
  try InvalidArgument.require(alpha > 0 && alpha <= 1, "alpha must be in (0, 1], but is \(alpha)")
  // BEGIN SOLUTION
  let h = next - t
  let d = try derivative(x, t)
  let dInside = try derivative(x + d * Float(alpha * h), t + alpha * h)
  return x + d * Float(h * (1 - 1 / (2 * alpha))) + dInside * Float(h / (2 * alpha))
  // END SOLUTION
}

/// The error that each single step makes when it starts on the true solution: for step i, the root mean square over
/// all entries of `step(x(tᵢ), tᵢ, tᵢ₊₁) − x(tᵢ₊₁)`.
///
/// Karras et al. 2022, App. D.1 (their figure 13 plots it against σ). A method of order p has a local error of order
/// p + 1: its steps are 1/h in number, and their errors add up.
///
/// - Parameters:
///   - step: one step of a method, from (x, t) to t′.
///   - exact: the true solution x(t).
///   - times: t₀, t₁, …, t_N.
/// - Returns: N errors.
public func localErrors(
  step: (_ x: Tensor, _ t: Double, _ next: Double) throws -> Tensor,
  exact: (_ t: Double) throws -> Tensor,
  times: [Double]
) throws -> [Double] {
  try InvalidArgument.require(times.count >= 2, "at least two times are needed, but got \(times.count)")
  // BEGIN SOLUTION
  return try zip(times, times.dropFirst()).map { t, next in
    let reached = try step(exact(t), t, next)
    let difference = try reached - exact(next)
    return Double(square(difference).mean().item()).squareRoot()
  }
  // END SOLUTION
}

/// The order p in error ≈ C·hᵖ: the slope of the straight line that fits ln error against ln h best (least squares).
///
///     p = Σ (uᵢ − ū)(vᵢ − v̄) / Σ (uᵢ − ū)²     with u = ln h, v = ln error
///
/// Throws `InvalidArgument` unless there are at least two different step lengths, with as many errors, all positive.
public func fittedOrder(steps: [Double], errors: [Double]) throws -> Double {
  try InvalidArgument.require(
    steps.count == errors.count && Set(steps).count >= 2,
    "need an error for each of at least two different steps, but got steps \(steps) and errors \(errors)")
  try InvalidArgument.require(
    (steps + errors).allSatisfy { $0 > 0 && $0.isFinite },
    "steps and errors must be positive to have logarithms, but are \(steps) and \(errors)")
  // BEGIN SOLUTION
  let u = steps.map { log($0) }
  let v = errors.map { log($0) }
  let uMean = u.reduce(0, +) / Double(u.count)
  let vMean = v.reduce(0, +) / Double(v.count)
  let covariance = zip(u, v).map { ($0 - uMean) * ($1 - vMean) }.reduce(0, +)
  let variance = u.map { ($0 - uMean) * ($0 - uMean) }.reduce(0, +)
  return covariance / variance
  // END SOLUTION
}
