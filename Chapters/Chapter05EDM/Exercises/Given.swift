import Exercises
import Tensors

/// A denoiser D(x; σ): the best guess of the clean x₀ behind x = x₀ + σε, for a batch x of shape [B, …] that shares
/// one noise level σ > 0.
///
/// Every sampler of this chapter takes one of these and nothing else, so a formula (exercise 5.5) and a trained
/// network (5.3) are interchangeable.
public typealias Denoiser = (_ x: Tensor, _ sigma: Double) throws -> Tensor

/// A denoiser whose batch mixes noise levels: row i of x, of shape [B, …], has the level `sigmas[i]`. Training needs
/// this form.
public typealias BatchDenoiser = (_ x: Tensor, _ sigmas: [Double]) throws -> Tensor

/// A raw network F(x; c_noise): x of shape [B, …] in, the same shape out; `noise` of shape [B] tells it each row's
/// noise level.
public typealias Network = (_ x: Tensor, _ noise: Tensor) throws -> Tensor

/// Is told of every node of a sampling run: once before the first step (step 0, the initial x, σ₀), then after step i
/// as (i, x, σᵢ).
public typealias StepObserver = (_ step: Int, _ x: Tensor, _ sigma: Double) throws -> Void

extension InvalidArgument {
  /// Throws unless σ₀ > σ₁ > … > σ_N ≥ 0 with N ≥ 1: what a sampler can walk down.
  static func requireDescending(_ sigmas: [Double]) throws {
    try require(sigmas.count >= 2, "a sampler needs at least two noise levels, but got \(sigmas.count)")
    try requirePositive(sigmas[0], "the first noise level")
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      try require(next >= 0 && next < sigma, "noise levels must fall and stay ≥ 0, but \(next) follows \(sigma)")
    }
  }
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
