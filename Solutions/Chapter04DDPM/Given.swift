import Exercises
import Foundation
import Tensors

/// ε̂(xₜ, t): the guess of the noise in xₜ = √ᾱₜ·x₀ + √(1 − ᾱₜ)·ε, for a batch x of shape [B, …] that stands at one time
/// t in 1…T.
///
/// Every sampler of this chapter takes one of these and nothing else, so a formula (exercise 4.11) and a trained
/// network are interchangeable.
public typealias NoisePredictor = (_ x: Tensor, _ t: Int) throws -> Tensor

/// ε̂ for a batch that mixes times: row i of x, of shape [B, …], stands at `times[i]`. Training needs this form.
public typealias BatchNoisePredictor = (_ x: Tensor, _ times: [Int]) throws -> Tensor

/// ∇ log pₜ(x), for a batch of shape [B, …] at one time t in 1…T.
public typealias ScoreFunction = (_ x: Tensor, _ t: Int) throws -> Tensor

/// Is told of every node of a sampling run: the time t at which x stands, and x. First the start, last t = 0.
public typealias StepObserver = (_ t: Int, _ x: Tensor) throws -> Void

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

extension InvalidArgument {
  /// Throws unless both tensors have the same shape.
  static func requireSameShape(_ a: Tensor, _ nameA: String, _ b: Tensor, _ nameB: String) throws {
    try require(
      a.shape == b.shape,
      "\(nameA) has shape \(a.shape), but \(nameB) has \(b.shape); they should be the same")
  }

  /// Throws unless 0 < ᾱ < 1: some signal and some noise.
  static func requireMixed(_ alphaBar: Double) throws {
    try require(alphaBar > 0 && alphaBar < 1, "alphaBar must lie between 0 and 1, but is \(alphaBar)")
  }

  /// Throws unless the batch has one time a row, each in 1…T.
  static func requireTimes(_ times: [Int], of chain: DiffusionChain, like x: Tensor) throws {
    try require(
      x.ndim >= 1 && x.dim(0) == times.count,
      "a batch of shape \(x.shape) needs one time a row, but got \(times.count)")
    for t in times { try chain.requireStep(t) }
  }
}
