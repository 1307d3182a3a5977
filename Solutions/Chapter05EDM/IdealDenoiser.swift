// Exercise 5.5: denoisers that need no training
//
// For a law that is known, the minimiser of the denoising loss is a formula. These are the oracles of this chapter:
// with them a sampler can be judged against the exact answer.

import Exercises
import Foundation
import Tensors

/// The best possible denoiser of a finite data set y₁ … y_N:
///
///     D(x; σ) = Σᵢ wᵢ·yᵢ     with     wᵢ ∝ exp(−‖x − yᵢ‖² / 2σ²),     Σᵢ wᵢ = 1
///
/// Karras et al. 2022, App. B.3, eq. 57. At large σ it is the mean of the data, at small σ the nearest point.
///
/// Even the nearest point's exponent is about −D/2, at any σ, and in Float32 `exp` of less than −104 is 0: subtract the
/// largest exponent first (that is what `softmax` and `logSumExp` do). Distances of many pictures from many data points
/// need much memory: N·D numbers, for one row of x, are fine; B·N·D at once are not.
///
/// - Parameters:
///   - x: noisy samples, of shape [B, D].
///   - data: the data set, of shape [N, D].
/// - Returns: the denoised samples, of shape [B, D]; differentiable with respect to x.
/// - Complexity: O(B·N·D).
public func idealDenoiser(_ x: Tensor, sigma: Double, data: Tensor) throws -> Tensor {
  try InvalidArgument.requirePositive(sigma, "sigma")
  try InvalidArgument.require(
    x.ndim == 2 && data.ndim == 2 && x.dim(1) == data.dim(1) && data.dim(0) >= 1,
    "x and the data should have shapes [B, D] and [N, D], but have \(x.shape) and \(data.shape)")
  // BEGIN SOLUTION
  let rows = (0..<x.dim(0)).map { row in
    let squaredDistances = square(data - x[row]).sum(axis: 1)
    let weights = softmax(squaredDistances * Float(-0.5 / (sigma * sigma)), axis: 0)
    return matmul(weights.reshaped([1, -1]), data)
  }
  return concatenated(rows, axis: 0)
  // END SOLUTION
}

/// The best possible denoiser of a Gaussian mixture Σₖ wₖ N(μₖ, sₖ²I):
///
///     D(x; σ) = Σₖ rₖ(x)·(sₖ²·x + σ²·μₖ) / (sₖ² + σ²)
///     rₖ(x) ∝ wₖ·(sₖ² + σ²)^(−D/2)·exp(−‖x − μₖ‖² / 2(sₖ² + σ²)),     Σₖ rₖ = 1
///
/// rₖ is the probability that x came from component k; the fraction is what that component alone would answer: a
/// compromise between x and its centre. With all sₖ = 0 this is `idealDenoiser`.
///
/// - Parameter x: noisy samples, of shape [B, D].
/// - Returns: the denoised samples, of shape [B, D]; differentiable with respect to x.
/// - Complexity: O(B·K·D).
public func mixtureDenoiser(_ x: Tensor, sigma: Double, mixture: GaussianMixture) throws -> Tensor {
  try InvalidArgument.requirePositive(sigma, "sigma")
  try InvalidArgument.require(
    x.ndim == 2 && x.dim(1) == mixture.means.dim(1),
    "x should have shape [B, \(mixture.means.dim(1))], as the mixture's centres have, but has \(x.shape)")
  // BEGIN SOLUTION
  let dimensions = Double(x.dim(1))
  let total = mixture.variances.map { $0 + sigma * sigma }
  let logPrior = zip(mixture.weights, total).map { log($0) - dimensions / 2 * log($1) }
  func row(_ values: [Double]) -> Tensor { Tensor(values, shape: [1, values.count]) }

  let squaredDistances = square(x.expandedDimensions(axis: 1) - mixture.means).sum(axis: 2)  // [B, K]
  let responsibilities = softmax(row(logPrior) - squaredDistances * row(total.map { 0.5 / $0 }), axis: 1)
  // Σₖ rₖ(sₖ²x + σ²μₖ)/(sₖ² + σ²) splits into a factor of x and a mean of the centres.
  let ownShare = (responsibilities * row(zip(mixture.variances, total).map { $0 / $1 })).sum(axis: 1, keepDims: true)
  let centreShares = responsibilities * row(total.map { sigma * sigma / $0 })
  return x * ownShare + matmul(centreShares, mixture.means)
  // END SOLUTION
}
