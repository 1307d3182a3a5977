// Exercise 1.9: the inception score

import Exercises
import Foundation
import Tensors

/// The inception score from a classifier's probabilities: the exponential of the mean information that a sample's class
/// carries, in nats.
///
///     IS = exp( (1/N) Σₙ KL(p(y|xₙ) ‖ p(y)) )      with p(y) = (1/N) Σₙ p(y|xₙ)
///
/// Salimans et al. 2016, §4. It is high if the classifier is sure of each sample (the score of a blurred one is low)
/// and all classes occur equally often (a collapsed generator's is low): at most C, at least 1. It says nothing about
/// variety *within* a class: one perfect picture of each class already scores C.
///
/// With `splits` > 1 the samples are cut, in order, into so many parts of (nearly) equal size, part i from ⌊iN/splits⌋ on; each
/// part gets a score with a p(y) of its own, and the mean and the (population) standard deviation of those are
/// returned. The original code does so with ten. A smaller part scores lower, so compare like with like.
///
/// - Parameters:
///   - probabilities: p(y|x), of shape [N, C]: each row ≥ 0 with the sum 1. A probability of 0 adds nothing.
///   - splits: from 1 to N.
/// - Returns: the mean of the parts' scores and their standard deviation (0 for one part), computed in Double.
/// - Throws: `InvalidArgument` if a row is no distribution (logits go through `softmax` first), or `splits` is out of range.
public func inceptionScore(
  probabilities: Tensor, splits: Int = 1
) throws -> (mean: Double, standardDeviation: Double) {
  try InvalidArgument.require(
    probabilities.ndim == 2 && probabilities.scalarCount >= 1,
    "probabilities should have the shape [N, C], but have \(probabilities.shape)")
  try InvalidArgument.require(
    splits >= 1 && splits <= probabilities.dim(0),
    "\(probabilities.dim(0)) samples can be split into 1 to \(probabilities.dim(0)) parts, not into \(splits)")
  try InvalidArgument.require(
    probabilities.scalars.allSatisfy { $0 >= 0 }
      && probabilities.sum(axis: 1).scalars.allSatisfy { Swift.abs($0 - 1) < 1e-3 },
    "each row of probabilities should be ≥ 0 and add up to 1; logits go through softmax(axis: 1) first")
  throw unsolved("1.9")
}
