import Exercises
import Foundation
import Tensors

// Time in this chapter runs as in Liu et al. 2022 (arXiv 2209.03003): t = 0 is noise, t = 1 is data. Exercise 6.4
// translates to the other direction.

/// A velocity v(x, t) for a batch x of shape [B, …] that shares one time t: the right-hand side of dx/dt = v(x, t).
///
/// Every solver of this chapter takes one of these and nothing else, so a formula (exercise 6.3) and a trained network
/// are interchangeable.
public typealias Velocity = (_ x: Tensor, _ t: Double) throws -> Tensor

/// A velocity whose batch mixes times: row i of x, of shape [B, …], has the time `times[i]`. Training needs this form.
public typealias BatchVelocity = (_ x: Tensor, _ times: [Double]) throws -> Tensor

/// A batch velocity as a ``Velocity``: one time for all rows.
public func velocity(_ batch: @escaping BatchVelocity) -> Velocity {
  { x, t in try batch(x, Array(repeating: t, count: x.dim(0))) }
}

/// Is told of every node of a solver's run: once before the first step (step 0, the initial x, t₀), then after step i
/// as (i, x, tᵢ).
public typealias StepObserver = (_ step: Int, _ x: Tensor, _ t: Double) throws -> Void

/// `steps` + 1 evenly spread times from `start` to `end`, both included: the grid of a solver with `steps` steps. It
/// falls where `end` is below `start`.
public func evenTimes(steps: Int, from start: Double = 0, to end: Double = 1) throws -> [Double] {
  try InvalidArgument.require(steps >= 1, "a solver needs at least one step, but got \(steps)")
  try InvalidArgument.require(
    start.isFinite && end.isFinite && start != end,
    "times must go from one number to another, but go from \(start) to \(end)")
  return (0...steps).map { $0 == steps ? end : start + (end - start) * Double($0) / Double(steps) }
}

/// Points and their partners: row i of `x0` (noise, t = 0) belongs to row i of `x1` (data, t = 1). A *coupling* of the
/// two laws, by examples.
public struct Pairs {
  /// Of shape [N, …].
  public let x0: Tensor
  /// Of the shape of `x0`.
  public let x1: Tensor

  /// Throws `InvalidArgument` unless both have the same shape, with at least one row.
  public init(x0: Tensor, x1: Tensor) throws {
    try InvalidArgument.require(
      x0.shape == x1.shape && x0.ndim >= 1 && x0.dim(0) >= 1,
      "pairs need as many points as partners, of one shape, but have the shapes \(x0.shape) and \(x1.shape)")
    self.x0 = x0
    self.x1 = x1
  }

  /// N.
  public var count: Int { x0.dim(0) }
}

/// One number a sample, shaped to multiply a batch: [B] numbers become a tensor of shape [B, 1, …, 1] with as many
/// axes as `x`.
///
/// Computed in Double by the caller and rounded to Float once, here.
public func perSample(_ values: [Double], like x: Tensor) throws -> Tensor {
  try InvalidArgument.require(
    x.ndim >= 1 && x.dim(0) == values.count,
    "got \(values.count) per-sample values for a batch of shape \(x.shape); its first axis should be \(values.count)")
  return Tensor(values.map { Float($0) }, shape: [values.count] + Array(repeating: 1, count: x.ndim - 1))
}

/// log N(x; 0, I) = −½‖x‖² − (D/2) ln 2π of each row of x, of shape [B, D], in nats: a tensor of shape [B].
public func standardNormalLogDensity(_ x: Tensor) throws -> Tensor {
  try InvalidArgument.require(x.ndim == 2, "x should have shape [B, D], but has \(x.shape)")
  return square(x).sum(axis: 1) * -0.5 - Float(0.5 * Double(x.dim(1)) * log(2 * Double.pi))
}

extension InvalidArgument {
  /// Throws unless the times only rise or only fall, and there are at least two.
  static func requireMonotone(_ times: [Double]) throws {
    try require(times.count >= 2, "a solver needs at least two times, but got \(times.count)")
    let steps = zip(times, times.dropFirst()).map { $1 - $0 }
    try require(
      steps.allSatisfy { $0 > 0 } || steps.allSatisfy { $0 < 0 }, "times must only rise or only fall, but are \(times)")
  }

  /// Throws unless both tensors have one shape, with a first axis for the batch.
  static func requireSameShape(_ a: Tensor, _ b: Tensor, _ names: String) throws {
    try require(
      a.shape == b.shape && a.ndim >= 1,
      "\(names) should have one and the same shape [B, …], but have \(a.shape) and \(b.shape)")
  }

  /// Throws unless x has shape [B, D] with D columns.
  static func requirePoints(_ x: Tensor, dimensions: Int) throws {
    try require(
      x.ndim == 2 && x.dim(1) == dimensions, "x should have shape [B, \(dimensions)], but has \(x.shape)")
  }
}
