// Exercise 8.10: unmasking the most confident first
//
// MaskGIT (Chang et al. 2022) draws a picture of N tokens in a few steps. All begin masked; in every step the network guesses
// all of them at once, the guesses that it is surest of stay, and the others are masked again. Which stay is a top-k.

import Exercises
import Foundation

/// How many tokens are revealed in each of T steps: few at first, when nothing is known, and many at the end.
///
/// With the cosine schedule ⌊N cos(πt/2T)⌋ tokens are masked after step t; but in every step at least one is revealed:
///
///     m₀ = N        m_t = min(m_{t−1} − 1, ⌊N cos(πt/2T)⌋)        m_T = 0
///
/// That never leaves too few for the steps to come: the cosine lies above its chord, so that m_t ≥ T − t.
///
/// - Parameters:
///   - length: N, at least 1.
///   - steps: T, from 1 to N.
/// - Returns: m_{t−1} − m_t for t = 1 … T: T positive numbers whose sum is N.
/// - Throws: `InvalidArgument` if N or T is out of range.
public func unmaskingSchedule(length: Int, steps: Int) throws -> [Int] {
  try InvalidArgument.require(length >= 1, "there is at least one token to reveal, but length is \(length)")
  try InvalidArgument.require(
    steps >= 1 && steps <= length, "steps must be from 1 to the \(length) tokens, but is \(steps)")
  // BEGIN SOLUTION
  var masked = length
  return (1...steps).map { step in
    let wanted = Int(Double(length) * cos(Double.pi / 2 * Double(step) / Double(steps)))
    let left = min(masked - 1, wanted)
    defer { masked = left }
    return masked - left
  }
  // END SOLUTION
}

/// Which masked tokens to reveal: the k with the greatest confidence, the surest first; of equal ones the lower index first.
///
/// The confidence of a guess is the logarithm of the probability that the network gave it. MaskGIT adds Gumbel noise, so that
/// not always the easiest come first:
///
///     confidenceᵢ = log pᵢ + τ gᵢ        gᵢ = −log(−log uᵢ)
///
/// With τ = 0 there is no luck in it; with τ = 1 it is drawing without replacement by the weights pᵢ (exercise 8.9), and
/// with a great τ any masked token is as likely as any other.
///
/// - Parameters:
///   - logProbabilities: log pᵢ of each token's guess, at most 0; −∞ for a guess of probability 0, which is revealed last.
///   - isMasked: which tokens are still masked. Only these can be chosen.
///   - k: at least 0, and at most the number of masked tokens.
///   - temperature: τ ≥ 0.
///   - generator: gives one ``Swift/RandomNumberGenerator/nextOpenUniform()`` for each masked token, in the tokens' order, and
///     none if τ = 0.
/// - Throws: `InvalidArgument` if the arrays disagree, a logarithm is NaN or positive, k is out of range, or τ is negative or
///   not finite.
/// - Complexity: O(N log k).
public func confidenceUnmask(
  _ logProbabilities: [Double], isMasked: [Bool], k: Int, temperature: Double = 0,
  using generator: inout some RandomNumberGenerator
) throws -> [Int] {
  try InvalidArgument.require(
    logProbabilities.count == isMasked.count,
    "one mask a token: there are \(logProbabilities.count) probabilities and \(isMasked.count) masks")
  if let wrong = logProbabilities.firstIndex(where: { !($0 <= 0) }) {
    throw InvalidArgument(
      "the logarithm of a probability is at most 0, but logProbabilities[\(wrong)] is \(logProbabilities[wrong])")
  }
  try InvalidArgument.requireCount(k, upTo: isMasked.count { $0 }, "k, with the masked tokens given,")
  try InvalidArgument.require(
    temperature >= 0 && temperature.isFinite, "temperature must be finite and not negative, but is \(temperature)")
  // BEGIN SOLUTION
  var top = try TopK<(token: Int, confidence: Double)>(k: k) {
    $0.confidence != $1.confidence ? $0.confidence < $1.confidence : $0.token > $1.token
  }
  for token in logProbabilities.indices where isMasked[token] {
    let noise = temperature > 0 ? -log(-log(generator.nextOpenUniform())) : 0
    try top.offer((token: token, confidence: logProbabilities[token] + temperature * noise))
  }
  return try top.sorted().map(\.token)
  // END SOLUTION
}
