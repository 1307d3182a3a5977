// Exercise 6.3: velocities that need no training
//
// For laws that are known, the minimiser E[x₁ − x₀ | x_t = x] of the regression is a formula. These are the oracles of
// this chapter. x₀ and x₁ are independent in all three.

import Exercises
import Foundation
import Tensors

/// The exact velocity from one Gaussian to another, N(m₀, Σ₀) → N(m₁, Σ₁), both independent:
///
///     v(x, t) = (m₁ − m₀) + (t·Σ₁ − (1 − t)·Σ₀)·Σ_t⁻¹·(x − m_t)
///     m_t = t·m₁ + (1 − t)·m₀,          Σ_t = t²·Σ₁ + (1 − t)²·Σ₀
///
/// x_t and x₁ − x₀ are jointly Gaussian: the second matrix is their covariance, and the formula is the regression of one
/// on the other. It holds for every t in [0, 1], the ends included. Matrices in Double; ``inverse(_:)`` is given.
///
/// - Parameter x: points, of shape [B, D].
/// - Returns: velocities, of shape [B, D]; differentiable with respect to x.
public func gaussianVelocity(_ x: Tensor, t: Double, from source: Gaussian, to target: Gaussian) throws -> Tensor {
  try InvalidArgument.require(t >= 0 && t <= 1, "t must be in 0…1, but is \(t)")
  try InvalidArgument.require(
    source.dimensions == target.dimensions,
    "both laws need one dimension, but have \(source.dimensions) and \(target.dimensions)")
  try InvalidArgument.requirePoints(x, dimensions: source.dimensions)
  // BEGIN SOLUTION
  let d = source.dimensions
  func combined(_ a: Double, _ b: Double) -> [[Double]] {
    (0..<d).map { i in (0..<d).map { a * target.covariance[i][$0] + b * source.covariance[i][$0] } }
  }
  let (cross, inverted) = (combined(t, -(1 - t)), try inverse(combined(t * t, (1 - t) * (1 - t))))
  let gain = (0..<d).map { i in (0..<d).map { j in (0..<d).reduce(0) { $0 + cross[i][$1] * inverted[$1][j] } } }
  let mean = zip(source.mean, target.mean).map { (1 - t) * $0 + t * $1 }
  let drift = zip(source.mean, target.mean).map { $1 - $0 }
  let centred = x - Tensor(mean, shape: [1, d])
  return matmul(centred, Tensor(gain.flatMap { $0 }, shape: [d, d]), transposeB: true) + Tensor(drift, shape: [1, d])
  // END SOLUTION
}

/// The exact velocity from standard normal noise to a Gaussian mixture Σₖ wₖ N(μₖ, sₖ²I), independent:
///
///     v(x, t) = Σₖ rₖ(x)·(μₖ + (t·sₖ² − (1 − t))/vₖ·(x − t·μₖ)),          vₖ = (1 − t)² + t²·sₖ²
///     rₖ(x) ∝ wₖ·vₖ^(−D/2)·exp(−‖x − t·μₖ‖² / 2vₖ),          Σₖ rₖ = 1
///
/// vₖ is the variance of x_t if x₁ comes from component k, and rₖ the probability that it does. Like
/// ``gaussianVelocity(_:t:from:to:)`` it holds up to t = 1, where (E[x₁|x] − x)/(1 − t) would be 0/0.
///
/// - Parameter x: points, of shape [B, D].
/// - Returns: velocities, of shape [B, D]; differentiable with respect to x.
/// - Complexity: O(B·K·D).
public func mixtureVelocity(_ x: Tensor, t: Double, mixture: IsotropicMixture) throws -> Tensor {
  try InvalidArgument.require(t >= 0 && t <= 1, "t must be in 0…1, but is \(t)")
  try InvalidArgument.requirePoints(x, dimensions: mixture.means.dim(1))
  // BEGIN SOLUTION
  let dimensions = Double(x.dim(1))
  let variances = mixture.variances.map { (1 - t) * (1 - t) + t * t * $0 }
  let logPrior = zip(mixture.weights, variances).map { log($0) - dimensions / 2 * log($1) }
  let gain = zip(mixture.variances, variances).map { (t * $0 - (1 - t)) / $1 }
  func row(_ values: [Double]) -> Tensor { Tensor(values, shape: [1, values.count]) }

  let squaredDistances = square(x.expandedDimensions(axis: 1) - mixture.means * Float(t)).sum(axis: 2)  // [B, K]
  let responsibilities = softmax(row(logPrior) - squaredDistances * row(variances.map { 0.5 / $0 }), axis: 1)
  // Σₖ rₖ(μₖ·(1 − t·gₖ) + gₖ·x)
  let fromCentres = matmul(responsibilities * row(gain.map { 1 - t * $0 }), mixture.means)
  return fromCentres + x * (responsibilities * row(gain)).sum(axis: 1, keepDims: true)
  // END SOLUTION
}

/// The exact velocity from standard normal noise to a finite data set y₁ … y_N, each as likely as the others:
///
///     v(x, t) = (E[x₁ | x_t = x] − x) / (1 − t)
///     E[x₁ | x] = Σᵢ wᵢ·yᵢ     with     wᵢ ∝ exp(−‖x − t·yᵢ‖² / 2(1 − t)²),     Σᵢ wᵢ = 1
///
/// At t = 0 every wᵢ is 1/N, and x + v(x, 0) is the mean of the data, whatever x. Subtract the largest exponent before
/// `exp` (that is what `softmax` does); go row by row, as B·N·D numbers at once may be too many.
///
/// - Parameters:
///   - x: points, of shape [B, D].
///   - t: in [0, 1); at t = 1 there is no such velocity, and `InvalidArgument` is thrown.
///   - data: of shape [N, D].
/// - Returns: velocities, of shape [B, D]; differentiable with respect to x.
/// - Complexity: O(B·N·D).
public func dataVelocity(_ x: Tensor, t: Double, data: Tensor) throws -> Tensor {
  try InvalidArgument.require(t >= 0 && t < 1, "t must be in 0..<1, but is \(t)")
  try InvalidArgument.require(
    x.ndim == 2 && data.ndim == 2 && x.dim(1) == data.dim(1) && data.dim(0) >= 1,
    "x and the data should have shapes [B, D] and [N, D], but have \(x.shape) and \(data.shape)")
  // BEGIN SOLUTION
  let means = (0..<x.dim(0)).map { row in
    let squaredDistances = square(data * Float(t) - x[row]).sum(axis: 1)
    let weights = softmax(squaredDistances * Float(-0.5 / ((1 - t) * (1 - t))), axis: 0)
    return matmul(weights.reshaped([1, -1]), data)
  }
  return (concatenated(means, axis: 0) - x) * Float(1 / (1 - t))
  // END SOLUTION
}
