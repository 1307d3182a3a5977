// Exercise 1.6: the R1 penalty

import Exercises
import Tensors

/// The R1 penalty of a discriminator on real data: a tensor of shape [].
///
///     R1 = γ/2 · (1/B) Σ_b ‖∇ₓ ℓ(x_b)‖²
///
/// Mescheder et al. 2018, eq. 9. ℓ is the logit, ‖·‖² sums over all dimensions of a sample, and the mean runs over the
/// batch alone. It takes away the slope with which the discriminator would chase the generator past the data, and nothing
/// else: on the data, at equilibrium, a flat discriminator is the right one.
///
/// The penalty is itself descended by the discriminator, so it must be differentiable: ask `grad` for `createGraph: true`,
/// or else it adds to the loss and never to the parameters' gradients. x must be `tracked()` for `grad` to be taken with
/// respect to it. One sweep gives the gradients of the whole batch, as each logit depends on its own row alone (a batch
/// normalisation in the discriminator would break that).
///
/// - Parameters:
///   - discriminator: logits of shape [B], differentiable with respect to x.
///   - x: *real* samples, of shape [B, …].
///   - gamma: γ ≥ 0.
/// - Throws: `InvalidArgument` if x is no batch, γ is negative or not finite, or the discriminator does not answer with B
///   logits; whatever `discriminator` throws.
public func r1Penalty(_ discriminator: Discriminator, x: Tensor, gamma: Double) throws -> Tensor {
  try InvalidArgument.requireNotNegative(gamma, "gamma")
  try InvalidArgument.require(
    x.ndim >= 2 && x.scalarCount >= 1, "x should be a batch of shape [B, …], but has the shape \(x.shape)")
  throw unsolved("1.6")
}
