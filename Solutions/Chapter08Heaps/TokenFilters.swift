// Exercise 8.8: which tokens may be drawn
//
// A language model gives every token of its vocabulary some probability, and the tens of thousands of hopeless ones add up.
// So samplers cut the tail off: top-k keeps a fixed number, the nucleus a fixed mass. Neither needs the vocabulary sorted.

import Exercises
import Foundation

/// Which tokens top-k keeps where several have the k-th greatest logit.
public enum TiePolicy: String, CaseIterable, Sendable {
  /// All that are as good as the k-th, and so perhaps more than k: what "drop whatever is less than the k-th" means.
  case keepAll
  /// Exactly k: of equal ones those with the lower index.
  case lowestIndexFirst
}

/// Keeps the k greatest logits and makes the others −∞ (Fan, Lewis and Dauphin 2018).
///
/// - Parameters:
///   - logits: one a token; −∞ is a token that never comes.
///   - k: from 1 to the number of tokens.
///   - ties: what to do where several tokens have the k-th greatest logit.
/// - Throws: `InvalidArgument` if k is out of range, a logit is NaN or +∞, or none is finite.
/// - Complexity: O(n log k).
public func topKFilter(_ logits: [Double], k: Int, ties: TiePolicy = .keepAll) throws -> [Double] {
  try InvalidArgument.requireLogits(logits)
  try InvalidArgument.require(k >= 1 && k <= logits.count, "k must be from 1 to \(logits.count), but is \(k)")
  // BEGIN SOLUTION
  // The least of the kept comes first; of equal ones an offer stays out, so that the lower index wins.
  var top = try TopK<Int>(k: k) { logits[$0] < logits[$1] }
  for token in logits.indices { try top.offer(token) }
  guard let least = top.kept.first else { return logits }
  switch ties {
  case .keepAll:
    return logits.map { $0 < logits[least] ? -.infinity : $0 }
  case .lowestIndexFirst:
    // The heap orders by logit alone, and so which of several equal ones has to go for a greater one is not its business.
    var room = k - logits.count { $0 > logits[least] }
    return logits.map { logit in
      if logit > logits[least] { return logit }
      guard logit == logits[least], room > 0 else { return -.infinity }
      room -= 1
      return logit
    }
  }
  // END SOLUTION
}

/// The nucleus: the smallest set of tokens whose probabilities add up to p at least (Holtzman et al. 2020).
///
/// Take tokens from the most probable downwards, of equal ones the lower index first, *until* the sum has reached p. The token
/// that carries it across is in. (Dropping it, as "keep while the sum is at most p" does, leaves nothing at all where one
/// token has more than p.) With p = 1 every token of positive probability is in, whatever the rounding of the sum.
///
/// - Parameters:
///   - probabilities: not negative, with the sum 1 up to rounding (10⁻⁶).
///   - p: in (0, 1].
/// - Returns: the tokens' indices, the most probable first.
/// - Throws: `InvalidArgument` if p is out of range or these are no probabilities.
/// - Complexity: O(n + m log n) for a nucleus of m tokens: heapify, and one pop for each.
public func nucleus(_ probabilities: [Double], p: Double) throws -> [Int] {
  try InvalidArgument.require(p > 0 && p <= 1, "p must lie in (0, 1], but is \(p)")
  if let wrong = probabilities.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
    throw InvalidArgument("a probability is not negative, but probabilities[\(wrong)] is \(probabilities[wrong])")
  }
  let sum = probabilities.reduce(0, +)
  try InvalidArgument.require(abs(sum - 1) <= 1e-6, "probabilities add up to 1, but these add up to \(sum)")
  // BEGIN SOLUTION
  let comesFirst = { (a: Int, b: Int) -> Bool in
    probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b
  }
  var heap = probabilities.indices.filter { probabilities[$0] > 0 }
  try heapify(&heap, by: comesFirst)
  var chosen: [Int] = []
  var mass = 0.0
  while p == 1 || mass < p, let token = try heapPop(from: &heap, by: comesFirst) {
    chosen.append(token)
    mass += probabilities[token]
  }
  return chosen
  // END SOLUTION
}

/// The probabilities of tokens with these logits: pᵢ = e^ℓᵢ / Σ e^ℓⱼ, without overflow. −∞ gives 0.
///
/// - Throws: `InvalidArgument` if a logit is NaN or +∞, or none is finite.
public func softmax(_ logits: [Double]) throws -> [Double] {
  try InvalidArgument.requireLogits(logits)
  // BEGIN SOLUTION
  let greatest = logits.max() ?? 0
  let weights = logits.map { exp($0 - greatest) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
  // END SOLUTION
}

/// Keeps the logits of the nucleus and makes the others −∞.
///
/// - Throws: `InvalidArgument` if p does not lie in (0, 1], a logit is NaN or +∞, or none is finite.
public func nucleusFilter(_ logits: [Double], p: Double) throws -> [Double] {
  // BEGIN SOLUTION
  var filtered = [Double](repeating: -.infinity, count: logits.count)
  for token in try nucleus(softmax(logits), p: p) { filtered[token] = logits[token] }
  return filtered
  // END SOLUTION
}
