// Exercise 2.10: spectral normalisation
//
// A linear map stretches no vector by more than its largest singular value σ. Divided by σ, every layer stretches
// nothing by more than 1, and so does a chain of such layers with activations whose slopes don't exceed 1.

import Exercises
import NeuralNetworks
import Tensors

/// The matrix whose largest singular value is meant: a linear weight [out, in] as it is, a convolution's kernel
/// [out, in, k, k] as [out, in·k·k].
///
/// - Throws: `InvalidArgument` unless the weight has two axes or more.
public func weightMatrix(_ weight: Tensor) throws -> Tensor {
  try InvalidArgument.require(
    weight.ndim >= 2 && weight.scalarCount > 0,
    "a weight to normalise has shape [out, in] or [out, in, k, k], but this one has \(weight.shape)")
  throw unsolved("2.10")
}

/// `steps` rounds of the power iteration for the largest singular value, begun at u:
///
///     v ← Wᵀu/‖Wᵀu‖,   u ← Wv/‖Wv‖
///
/// Training keeps u from step to step: W moves little, so one round a step is enough. Nothing is recorded for
/// differentiation, and u and v come back without a graph. Norms are kept from 0 by max(‖·‖, 10⁻¹²). Miyato et al.
/// 2018, Algorithm 1.
///
/// - Parameters:
///   - weight: W, of shape [out, in] or [out, in, k, k].
///   - u: where to begin, of shape [out]; not 0.
///   - steps: rounds, at least 1.
/// - Returns: u of shape [out] and v of shape [in·k·k], of length 1.
/// - Throws: `InvalidArgument` if shapes don't fit or there is no round.
public func powerIteration(_ weight: Tensor, u: Tensor, steps: Int = 1) throws -> (u: Tensor, v: Tensor) {
  try InvalidArgument.require(steps >= 1, "the power iteration takes at least 1 step, not \(steps)")
  try InvalidArgument.require(
    weight.ndim >= 2 && u.shape == [weight.dim(0)],
    "u must have one number a row of the weight; the weight has shape \(weight.shape), u has \(u.shape)")
  throw unsolved("2.10")
}

/// σ(W) ≈ uᵀWv. With the singular vectors it is the largest singular value; with any unit vectors it is at most that.
///
/// u and v count as constants: the derivative with respect to W is uvᵀ. Miyato et al. 2018, §2.1 and eq. 10.
///
/// - Returns: a number, of shape [], differentiable with respect to W.
/// - Throws: `InvalidArgument` if the shapes don't fit.
public func spectralNorm(_ weight: Tensor, u: Tensor, v: Tensor) throws -> Tensor {
  try requireVectors(of: weight, u: u, v: v)
  throw unsolved("2.10")
}

/// W/σ(W), of W's own shape; the gradient passes through both. A W of zeros stays one.
///
/// - Throws: `InvalidArgument` if the shapes don't fit.
public func spectrallyNormalized(_ weight: Tensor, u: Tensor, v: Tensor) throws -> Tensor {
  try requireVectors(of: weight, u: u, v: v)
  throw unsolved("2.10")
}

private func requireVectors(of weight: Tensor, u: Tensor, v: Tensor) throws {
  try InvalidArgument.require(
    weight.ndim >= 2 && weight.scalarCount > 0 && u.shape == [weight.dim(0)]
      && v.shape == [weight.scalarCount / weight.dim(0)],
    "u must have one number a row and v one a column of the weight's matrix; the weight has shape \(weight.shape), "
      + "u has \(u.shape), v has \(v.shape)")
}

/// A linear or convolutional layer that works with W/σ(W) in the place of W, by your functions above.
///
/// In training each call makes one round of the power iteration first. (The course's `SpectralNorm` is the same in one
/// piece, with PyTorch's keys.)
public final class SpectrallyNormalized<Layer: WeightedLayer>: Module {
  /// The layer with its own W.
  public let layer: Layer
  /// u so far: saved with the weights, and not trained.
  public let u: Parameter

  /// Begins with a random u and 15 rounds.
  public init(_ layer: Layer, using rng: inout RandomStream) throws {
    self.layer = layer
    u = Parameter(.normal([layer.weight.shape[0]], using: &rng), isTrainable: false)
    super.init()
    u.value = try powerIteration(layer.weight.value, u: u.value, steps: 15).u
  }

  /// The layer applied to `x` with W/σ(W).
  public func callAsFunction(_ x: Tensor) throws -> Tensor {
    let weight = layer.weight.value
    let vectors = try powerIteration(weight, u: u.value)
    if isTraining { u.value = vectors.u }
    let normalized = try spectrallyNormalized(weight, u: vectors.u, v: vectors.v)
    return layer(x, weight: normalized)
  }
}
