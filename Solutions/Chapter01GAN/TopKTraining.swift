// Exercise 1.10: top-k training
//
// When the policeman has become good, most of what an early counterfeiter gets back is noise: fakes so bad that no small
// change helps them. Sinha et al. 2020 let only the k best fakes of each batch teach the generator.

import Exercises
import Foundation
import Tensors

/// Which of B fakes may teach: 1 for the k with the highest scores, 0 for the others; a tensor of shape [B] that no
/// gradient passes through.
///
/// Exactly k are chosen. Of equal scores the one with the lower index is taken.
///
/// - Parameters:
///   - scores: how real the discriminator finds each fake (logits), of shape [B].
///   - k: from 1 to B.
/// - Throws: `InvalidArgument` if `scores` is no batch or k is out of range.
public func topKMask(scores: Tensor, k: Int) throws -> Tensor {
  try InvalidArgument.requireLogits(scores, "scores")
  try InvalidArgument.require(
    k >= 1 && k <= scores.dim(0), "k must be from 1 to the batch's \(scores.dim(0)), but is \(k)")
  // BEGIN SOLUTION
  var mask = [Float](repeating: 0, count: scores.dim(0))
  for index in scores.topK(k).indices { mask[index] = 1 }
  return Tensor(mask)
  // END SOLUTION
}

/// The generator's loss (exercise 1.2) over the k fakes that the discriminator finds most real: a tensor of shape [].
///
///     L = (1/k) Σ_{b in top k} loss(ℓ_b)
///
/// Sinha et al. 2020. The mean is taken over the k that count, so that the step does not shrink with k; the others
/// have no gradient.
///
/// - Throws: `InvalidArgument` if `fake` is no batch or k is not from 1 to B.
public func topKGeneratorLoss(fake: Tensor, k: Int, kind: GeneratorLossKind) throws -> Tensor {
  try InvalidArgument.requireLogits(fake, "fake")
  // BEGIN SOLUTION
  let mask = try topKMask(scores: fake, k: k)
  let losses = kind == .saturating ? -softplus(fake) : softplus(-fake)
  return (losses * mask).sum() / Float(k)
  // END SOLUTION
}

/// How many fakes of a batch may teach after n epochs: all of them at first, then fewer, never fewer than a floor.
///
///     k = B · max(γⁿ, ν), to the nearest whole number, and at least 1
///
/// Sinha et al. 2020: early on a discriminator cannot judge, so nothing is thrown away; with γ = 0.99 and ν = ½ the
/// floor of half the batch is reached after 69 epochs.
///
/// - Parameters:
///   - batchSize: B ≥ 1.
///   - epoch: n ≥ 0; it may be a fraction.
///   - decay: γ, in (0, 1].
///   - floor: ν, in (0, 1].
/// - Throws: `InvalidArgument` if a number is out of its range.
public func annealedTopK(
  batchSize: Int, epoch: Double, decay: Double = 0.99, floor: Double = 0.5
) throws -> Int {
  try InvalidArgument.require(batchSize >= 1, "batchSize must be at least 1, but is \(batchSize)")
  try InvalidArgument.requireNotNegative(epoch, "epoch")
  for (name, share) in [("decay", decay), ("floor", floor)] {
    try InvalidArgument.require(share > 0 && share <= 1, "\(name) must lie in (0, 1], but is \(share)")
  }
  // BEGIN SOLUTION
  return max(1, Int((Double(batchSize) * max(pow(decay, epoch), floor)).rounded()))
  // END SOLUTION
}
