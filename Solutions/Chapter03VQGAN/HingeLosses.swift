// Exercise 3.6: the discriminator's hinge
//
// A patch discriminator gives one logit for each patch of a picture: large for what looks real. The hinge leaves
// alone whatever is right by a margin of 1, so that it works only on what is still in doubt.

import Exercises
import Tensors

/// The discriminator's loss: real patches should score above 1, patches of reconstructions below −1.
///
///     L_D = ½·(mean relu(1 − ℓ_real) + mean relu(1 + ℓ_fake))
///
/// Lim & Ye 2017, with the ½ of VQGAN's code. It is 1 if all logits are 0, and 0, with no gradient, once every patch
/// is right by the margin.
///
/// - Parameters:
///   - real: logits of data, of any shape: all patches of all pictures.
///   - fake: logits of reconstructions; there may be more or fewer of them. What the discriminator is trained on is
///     to be
///     detached by the caller.
/// - Returns: a single number.
/// - Throws: `InvalidArgument` if there are no logits.
public func discriminatorHingeLoss(real: Tensor, fake: Tensor) throws -> Tensor {
  try InvalidArgument.require(
    real.scalarCount > 0 && fake.scalarCount > 0,
    "the hinge loss needs logits of both, but the shapes are \(real.shape) and \(fake.shape)")
  // BEGIN SOLUTION
  return (relu(1 - real).mean() + relu(1 + fake).mean()) * 0.5
  // END SOLUTION
}

/// The generator's part: L_GAN = −mean ℓ_fake, without a hinge. So it is never satisfied: also where the
/// discriminator is fooled already, the gradient is −1/n a logit.
///
/// - Parameter fake: logits of reconstructions, of any shape, not empty.
/// - Returns: a single number.
public func generatorHingeLoss(fake: Tensor) throws -> Tensor {
  try InvalidArgument.require(fake.scalarCount > 0, "there are no logits in a tensor of shape \(fake.shape)")
  // BEGIN SOLUTION
  return -fake.mean()
  // END SOLUTION
}

/// How much the GAN counts at a training step: 0 before step `start`, `weight` from then on.
///
/// At the beginning reconstructions are grey fog; any discriminator tells them from pictures at a glance, and what it
/// has to say is of no use to a decoder that has yet to learn where the ink goes. VQGAN's code starts the GAN after
/// the autoencoder has settled (`disc_start`).
///
/// - Parameters:
///   - step: the training step, counted from 0.
///   - start: the first step at which the GAN counts, ≥ 0.
///   - weight: ≥ 0.
public func adversarialFactor(step: Int, start: Int, weight: Double = 1) throws -> Double {
  try InvalidArgument.require(step >= 0 && start >= 0, "steps count from 0, but step is \(step) and start \(start)")
  try InvalidArgument.require(weight >= 0 && weight.isFinite, "the weight must not be negative, but is \(weight)")
  // BEGIN SOLUTION
  return step < start ? 0 : weight
  // END SOLUTION
}
