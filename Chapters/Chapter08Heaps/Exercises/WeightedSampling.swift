// Exercise 8.9: sampling without replacement is a top-k
//
// Give every item a random key and keep the k greatest. With the right law of the keys that is drawing k items one after
// another, each time with probabilities in proportion to the weights of those that are left (Plackett and Luce's law).

import Exercises
import Foundation

/// k different items drawn without replacement, item i with the weight e^ℓᵢ, in the order in which they are drawn.
///
/// Each logit gets noise of Gumbel's law, and the k greatest sums are taken, the greatest first (Yellott 1977; Kool, van Hoof
/// and Welling 2019):
///
///     keyᵢ = ℓᵢ − log(−log uᵢ)        uᵢ uniform on (0, 1)
///
/// - Parameters:
///   - logits: one an item; −∞ is an item that is never drawn.
///   - k: at least 0, and at most the number of items that can be drawn.
///   - generator: gives one ``Swift/RandomNumberGenerator/nextOpenUniform()`` an item, in the items' order, also for those
///     that are never drawn.
/// - Throws: `InvalidArgument` if k is out of range, a logit is NaN or +∞, or none is finite.
public func gumbelTopK(_ logits: [Double], k: Int, using generator: inout some RandomNumberGenerator) throws -> [Int] {
  try InvalidArgument.requireLogits(logits)
  try InvalidArgument.requireCount(k, upTo: logits.count { $0 > -.infinity }, "k, with the finite logits given,")
  throw unsolved("8.9")
}

/// k items of a stream whose length nobody knows, drawn without replacement by their weights, in the order in which they are
/// drawn (Efraimidis and Spirakis 2006).
///
/// Item i gets the key u^(1/wᵢ), and the k greatest keys stay. For small weights that power is 0 in any floating-point
/// numbers; its logarithm log(u)/wᵢ is not, and has the same order.
///
/// - Parameters:
///   - stream: items with their weights; an item of weight 0 is never drawn.
///   - k: how many to draw; if fewer have a positive weight, all of those are drawn.
///   - generator: gives one ``Swift/RandomNumberGenerator/nextOpenUniform()`` an item, also to one of weight 0.
/// - Throws: `InvalidArgument` if k is negative, or a weight is negative or not finite.
public func weightedReservoir<Item>(
  _ stream: some Sequence<(item: Item, weight: Double)>, k: Int, using generator: inout some RandomNumberGenerator
) throws -> [Item] {
  throw unsolved("8.9")
}

/// The probability that drawing without replacement gives exactly these items in this order (Luce 1959, Plackett 1975):
///
///     P(i₁, …, i_k) = Π_j w_{i_j} / (W − w_{i₁} − … − w_{i_{j−1}})        W = Σ w
///
/// - Parameters:
///   - weights: finite, not negative.
///   - order: different items.
/// - Throws: `InvalidArgument` if an item does not exist or occurs twice, or a weight is not allowed.
public func plackettLuce(_ weights: [Double], order: [Int]) throws -> Double {
  try requireWeights(weights)
  try InvalidArgument.require(
    order.allSatisfy { weights.indices.contains($0) } && Set(order).count == order.count,
    "an order is made of different items from 0 to \(weights.count - 1), but is \(order)")
  throw unsolved("8.9")
}

/// The probability of each item to be among k that are drawn without replacement: the sum of ``plackettLuce(_:order:)`` over all
/// orders of k items with it. The sum of these probabilities is k.
///
/// For k > 1 they are *not* in proportion to the weights: nobody can be drawn twice.
///
/// - Parameters:
///   - weights: finite, not negative; at most 16 of them, as the work grows like 2ⁿ.
///   - k: at least 0, and at most the number of positive weights.
/// - Throws: `InvalidArgument` if a weight is not allowed, there are more than 16, or k is out of range.
public func inclusionProbabilities(_ weights: [Double], k: Int) throws -> [Double] {
  try requireWeights(weights)
  try InvalidArgument.require(weights.count <= 16, "at most 16 items can be enumerated, but there are \(weights.count)")
  try InvalidArgument.requireCount(k, upTo: weights.count { $0 > 0 }, "k, with the positive weights given,")
  throw unsolved("8.9")
}

/// Throws unless all weights are finite and not negative, and their sum is finite.
private func requireWeights(_ weights: [Double]) throws {
  if let wrong = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
    throw InvalidArgument("a weight is finite and not negative, but weights[\(wrong)] is \(weights[wrong])")
  }
  try InvalidArgument.require(weights.reduce(0, +).isFinite, "the sum of the weights overflows: divide them all")
}
