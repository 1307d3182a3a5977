// Exercise 1.1: the discriminator's loss

import Exercises
import Tensors

/// The loss that the policeman descends, from logits: the mean of −log D over real samples plus the mean of
/// −log(1 − D) over fakes. A tensor of shape [].
///
///     L_D = (1/B) Σ softplus(−ℓᵣ) + (1/B′) Σ softplus(ℓ_f)        with softplus(t) = ln(1 + eᵗ), D = σ(ℓ)
///
/// Goodfellow et al. 2014, eq. 1 with the sign changed: the paper's discriminator *ascends* V, ours descends −V. There is
/// no factor ½: at equilibrium, where D = ½ everywhere, the loss is 2 ln 2 = 1.386….
///
/// Never compute σ first and its logarithm second. In Float32 σ(ℓ) is exactly 1 from ℓ = 17 on, so that log(1 − σ)
/// is −∞; `softplus` works for every logit.
///
/// - Parameters:
///   - real: the logits of real samples, of shape [B].
///   - fake: the logits of generated samples, of shape [B′]; B′ may differ from B.
/// - Returns: a number that can be differentiated with respect to whatever the logits depend on.
/// - Throws: `InvalidArgument` unless both are batches of at least one logit.
public func discriminatorLoss(real: Tensor, fake: Tensor) throws -> Tensor {
  try InvalidArgument.requireLogits(real, "real")
  try InvalidArgument.requireLogits(fake, "fake")
  throw unsolved("1.1")
}
