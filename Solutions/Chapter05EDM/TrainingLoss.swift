// Exercise 5.4: the training loss

import Exercises
import Foundation
import Tensors

/// λ(σ) = (σ² + σ_d²) / (σ·σ_d)²: the weight of the squared error at noise level σ. Karras et al. 2022, Table 1 and
/// eq. 144.
///
/// It is 1 / c_out², so that the loss in terms of the network's own output has weight 1 at every σ: no noise level
/// drowns the others.
public func lossWeight(sigma: Double, sigmaData: Double = 0.5) throws -> Double {
  try InvalidArgument.requirePositive(sigma, "sigma")
  try InvalidArgument.requirePositive(sigmaData, "sigmaData")
  // BEGIN SOLUTION
  return (sigma * sigma + sigmaData * sigmaData) / pow(sigma * sigmaData, 2)
  // END SOLUTION
}

/// `count` noise levels to train on: ln σ ~ N(P_mean, P_std²), with the paper's P_mean = −1.2, P_std = 1.2 (Table 1).
///
/// Training spends itself in the middle: at tiny σ there is little to learn, at huge σ the answer is always the mean.
/// Draw with `rng.nextNormal()`.
public func trainingSigmas(
  count: Int, mean: Double = -1.2, standardDeviation: Double = 1.2, using rng: inout RandomStream
) throws -> [Double] {
  try InvalidArgument.require(count >= 1, "count must be at least 1, but is \(count)")
  try InvalidArgument.requirePositive(standardDeviation, "standardDeviation")
  // BEGIN SOLUTION
  return (0..<count).map { _ in exp(mean + standardDeviation * rng.nextNormal()) }
  // END SOLUTION
}

/// The loss of a batch, λ(σ)·‖D(x₀ + σε; σ) − x₀‖², averaged over the B samples *and* over the dimensions of each: a
/// tensor of shape [].
///
/// Karras et al. 2022, eq. 2 with the weight λ of eq. 8 (§5).
///
/// - Parameters:
///   - denoiser: D, for a batch in which every row has a noise level of its own.
///   - x0: clean samples, of shape [B, …].
///   - sigmas: B noise levels, one a row.
///   - noise: ε, standard normal, of the shape of x0.
/// - Returns: a number that can be differentiated with respect to whatever `denoiser` depends on.
public func edmLoss(
  denoiser: BatchDenoiser, x0: Tensor, sigmas: [Double], noise: Tensor, sigmaData: Double = 0.5
) throws -> Tensor {
  try InvalidArgument.require(
    x0.shape == noise.shape, "x0 has shape \(x0.shape), but the noise has \(noise.shape); they should be the same")
  try InvalidArgument.require(
    x0.ndim >= 1 && x0.dim(0) == sigmas.count,
    "a batch of shape \(x0.shape) needs one noise level a row, but got \(sigmas.count)")
  // BEGIN SOLUTION
  let noisy = try x0 + noise * perSample(sigmas, like: x0)
  let error = square(try denoiser(noisy, sigmas) - x0)
  let weights = try sigmas.map { try lossWeight(sigma: $0, sigmaData: sigmaData) }
  return (error * (try perSample(weights, like: x0))).mean()
  // END SOLUTION
}
