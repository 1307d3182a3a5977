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
  // BEGIN SOLUTION
  var top = try TopK<(item: Int, key: Double)>(k: k) { $0.key < $1.key }
  for (item, logit) in logits.enumerated() {
    let key = logit - log(-log(generator.nextOpenUniform()))
    if logit > -.infinity { try top.offer((item: item, key: key)) }
  }
  return try top.sorted().map(\.item)
  // END SOLUTION
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
  // BEGIN SOLUTION
  var top = try TopK<(item: Item, key: Double)>(k: k) { $0.key < $1.key }
  for (item, weight) in stream {
    try InvalidArgument.require(weight >= 0 && weight.isFinite, "a weight is finite and not negative, but is \(weight)")
    let key = log(generator.nextOpenUniform()) / weight
    if weight > 0 { try top.offer((item: item, key: key)) }
  }
  return try top.sorted().map(\.item)
  // END SOLUTION
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
  // BEGIN SOLUTION
  var probability = 1.0
  var isLeft = [Bool](repeating: true, count: weights.count)
  for item in order {
    // Summed anew: W − w would lose small weights beside a large one.
    let rest = weights.indices.reduce(0.0) { isLeft[$1] ? $0 + weights[$1] : $0 }
    guard weights[item] > 0 else { return 0 }
    probability *= weights[item] / rest
    isLeft[item] = false
  }
  return probability
  // END SOLUTION
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
  // BEGIN SOLUTION
  // reach[S]: the probability that the items drawn first are those of the set S, in whatever order. Sets are numbers:
  // item i is in S if bit i is 1.
  var reach = [Double](repeating: 0, count: 1 << weights.count)
  reach[0] = 1
  var inclusion = [Double](repeating: 0, count: weights.count)
  for drawn in reach.indices where reach[drawn] > 0 {
    if drawn.nonzeroBitCount == k {
      for item in weights.indices where drawn >> item & 1 == 1 { inclusion[item] += reach[drawn] }
      continue
    }
    let left = weights.indices.filter { drawn >> $0 & 1 == 0 }
    let rest = left.reduce(0.0) { $0 + weights[$1] }
    for item in left where weights[item] > 0 { reach[drawn | 1 << item] += reach[drawn] * weights[item] / rest }
  }
  return inclusion
  // END SOLUTION
}

/// Throws unless all weights are finite and not negative, and their sum is finite.
private func requireWeights(_ weights: [Double]) throws {
  if let wrong = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
    throw InvalidArgument("a weight is finite and not negative, but weights[\(wrong)] is \(weights[wrong])")
  }
  try InvalidArgument.require(weights.reduce(0, +).isFinite, "the sum of the weights overflows: divide them all")
}
