// Exercise 2.9: the gradient penalty
//
// Along the straight line between a sample and the one that an optimal plan pairs it with, the optimal critic has slope
// exactly 1 (Gulrajani et al. 2017, Proposition 1). So ask for that slope, at random points of such lines.

import Exercises
import Tensors

/// Points on the lines between paired samples: x̂ᵢ = uᵢ·xᵢ + (1 − uᵢ)·x̃ᵢ, with one u a sample, shared by all its
/// coordinates.
///
/// - Parameters:
///   - real: x, of shape [B, …]: vectors, images, whatever the critic takes.
///   - fake: x̃, of the same shape.
///   - u: where on each line, of shape [B]; 1 is the real end.
/// - Returns: x̂, of shape [B, …].
/// - Throws: `InvalidArgument` if the shapes don't fit.
public func interpolate(real: Tensor, fake: Tensor, at u: Tensor) throws -> Tensor {
  try InvalidArgument.requireBatches(real: real, fake: fake)
  try InvalidArgument.require(
    real.dim(0) == fake.dim(0) && u.shape == [real.dim(0)],
    "\(real.dim(0)) real samples need as many fake ones and one u a sample, of shape [\(real.dim(0))], but there are "
      + "\(fake.dim(0)) fake samples and u has shape \(u.shape)")
  throw unsolved("2.9")
}

/// How steep the critic is at each sample: ‖∇ₓf(xᵢ)‖₂, over all axes of a sample.
///
/// The result can be differentiated again, with respect to whatever `critic` depends on: a penalty on it moves the
/// critic's parameters. Where the gradient is 0 the norm is 0 and its derivative is taken as 0 (its true derivative does
/// not exist there, and √0 would make it NaN).
///
/// - Parameters:
///   - critic: f. What it says of a sample must depend on that sample alone, so no batch normalisation.
///   - x: samples, of shape [B, …].
/// - Returns: the norms, of shape [B].
/// - Throws: `InvalidArgument` if x is no batch; whatever `critic` throws.
public func gradientNorms(of critic: Critic, at x: Tensor) throws -> Tensor {
  try InvalidArgument.require(
    x.ndim >= 2 && x.dim(0) >= 1, "x must be a batch [B, …] of samples, but has shape \(x.shape)")
  throw unsolved("2.9")
}

/// The gradient penalty λ·meanᵢ(‖∇f(x̂ᵢ)‖₂ − 1)² at x̂ = u·x + (1 − u)·x̃.
///
/// Slopes below 1 cost as much as slopes above. Gulrajani et al. 2017, eq. 3, with their λ = 10.
///
/// - Parameters:
///   - critic: f.
///   - real: x, of shape [B, …].
///   - fake: x̃, of the same shape.
///   - u: one number of [0, 1] a sample, of shape [B].
///   - weight: λ.
/// - Returns: a number, of shape [], that can be differentiated with respect to whatever `critic` depends on.
/// - Throws: `InvalidArgument` if the shapes don't fit or λ is not positive and finite; whatever `critic` throws.
public func gradientPenalty(
  critic: Critic, real: Tensor, fake: Tensor, at u: Tensor, weight: Double = 10
) throws -> Tensor {
  try InvalidArgument.requirePositive(weight, "the weight λ")
  throw unsolved("2.9")
}
