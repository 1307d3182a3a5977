// Exercise 1.2: the generator's loss, twice

import Exercises
import Foundation
import Tensors

/// The loss that the counterfeiter descends, from the logits of its fakes. A tensor of shape [].
///
///     saturating:        (1/B) Σ log(1 − σ(ℓ)) = −(1/B) Σ softplus(ℓ)
///     non-saturating:   −(1/B) Σ log σ(ℓ)      =  (1/B) Σ softplus(−ℓ)
///
/// Goodfellow et al. 2014, §3. Both fall as the logit rises, so both teach the same thing: look more real. They differ
/// in how hard they push.
///
/// - Parameters:
///   - fake: the discriminator's logits of generated samples, of shape [B].
///   - kind: which of the two.
/// - Returns: a number that can be differentiated with respect to whatever the logits depend on.
/// - Throws: `InvalidArgument` unless `fake` is a batch of at least one logit.
public func generatorLoss(fake: Tensor, kind: GeneratorLossKind) throws -> Tensor {
  try InvalidArgument.requireLogits(fake, "fake")
  throw unsolved("1.2")
}

/// The derivative of a single fake's loss by its logit: how hard this fake is pushed. Always negative: raising the logit
/// lowers the loss.
///
///     saturating:       −σ(ℓ)
///     non-saturating:   −σ(−ℓ)
///
/// Their ratio is e^ℓ: of a fake that the discriminator rejects with ℓ = −10 the saturating loss learns 22,000 times less.
///
/// All arithmetic is in Double. Throws `InvalidArgument` if the logit is not finite.
public func generatorLossSlope(logit: Double, kind: GeneratorLossKind) throws -> Double {
  try InvalidArgument.require(logit.isFinite, "the logit must be finite, but is \(logit)")
  throw unsolved("1.2")
}
