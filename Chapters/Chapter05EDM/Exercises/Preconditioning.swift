// Exercise 5.3: preconditioning
//
// The network F never sees raw noise levels: its input is scaled to unit variance, and what it has to put out has
// unit variance too. Around it, D(x; σ) = c_skip(σ)·x + c_out(σ)·F(c_in(σ)·x; c_noise(σ)).

import Exercises
import Foundation
import Tensors

/// The four factors around the network at one noise level. Karras et al. 2022, eq. 7 and Table 1 (column "Ours").
public struct Preconditioning: Equatable, Sendable {
  /// c_skip: how much of the noisy input goes straight to the output.
  public var skip: Double
  /// c_out: the factor of the network's output.
  public var out: Double
  /// c_in: the factor of the network's input.
  public var input: Double
  /// c_noise: the number that tells the network the noise level.
  public var noise: Double

  public init(skip: Double, out: Double, input: Double, noise: Double) {
    self.skip = skip
    self.out = out
    self.input = input
    self.noise = noise
  }
}

/// EDM's factors for noise level σ and data of standard deviation σ_d:
///
///     c_skip = σ_d² / (σ² + σ_d²)      c_out = σ·σ_d / √(σ² + σ_d²)      c_in = 1 / √(σ² + σ_d²)      c_noise = ¼ ln σ
///
/// c_in makes the network's input of variance 1, c_out does the same for its training target, and c_skip is the
/// choice that makes c_out as small as it can be, so that the network's errors are amplified least (App. B.6, eq. 117,
/// 131 and 138).
///
/// Throws `InvalidArgument` unless σ and σ_d are positive.
public func preconditioning(sigma: Double, sigmaData: Double = 0.5) throws -> Preconditioning {
  try InvalidArgument.requirePositive(sigma, "sigma")
  try InvalidArgument.requirePositive(sigmaData, "sigmaData")
  throw unsolved("5.3")
}

/// D(x; σ) = c_skip·x + c_out·F(c_in·x; c_noise) with a noise level of its own for each of the B rows of x.
///
/// - Parameters:
///   - network: F. Give it the scaled x, of shape [B, …], and the B numbers c_noise as a tensor of shape [B].
///   - x: the noisy batch x₀ + σε, of shape [B, …].
///   - sigmas: B noise levels. `perSample` makes factors that broadcast over a row.
/// - Returns: the denoised batch, of the shape of x; differentiable wherever `network` is.
public func denoise(
  network: Network, x: Tensor, sigmas: [Double], sigmaData: Double = 0.5
) throws -> Tensor {
  try InvalidArgument.require(
    x.ndim >= 1 && x.dim(0) == sigmas.count,
    "a batch of shape \(x.shape) needs one noise level a row, but got \(sigmas.count)")
  throw unsolved("5.3")
}

/// A network as a `Denoiser`: one noise level for the whole batch, as samplers need it.
public func denoiser(network: @escaping Network, sigmaData: Double = 0.5) -> Denoiser {
  { x, sigma in
    try denoise(
      network: network, x: x, sigmas: Array(repeating: sigma, count: x.dim(0)), sigmaData: sigmaData)
  }
}
