// Exercise 7.3: ratios of probabilities, exactly

import Exercises
import Foundation

/// The law of corrupted sequences: p_σ(y) = Σ_x Πᵢ K[yᵢ][xᵢ]·p₀(x), for all S^L sequences y.
///
/// One position after the other: a position's kernel mixes only sequences that differ there.
///
/// - Parameters:
///   - law: p₀, one probability a sequence, by the index of `space`; sequences with a mask have 0.
///   - space: the sequences.
///   - kernel: K(σ), over the S states.
/// - Complexity: O(L·S^(L+1)), not the O(S^(2L)) of the sum as written.
public func exactMarginal(of law: [Double], space: SequenceSpace, kernel: Kernel) throws -> [Double] {
  try InvalidArgument.requireSquare(kernel, "the kernel")
  try InvalidArgument.require(
    kernel.count == space.stateCount, "the kernel is over \(kernel.count) states, the space over \(space.stateCount)")
  try InvalidArgument.require(
    law.count == space.count, "the law has \(law.count) probabilities, but the space \(space.count) sequences")
  try InvalidArgument.requireProbabilities(law, "the law")
  // BEGIN SOLUTION
  var law = law
  for position in 0..<space.length {
    let stride = space.stride(of: position)
    var mixed = Array(repeating: 0.0, count: law.count)
    for (index, probability) in law.enumerated() where probability > 0 {
      let state = index / stride % space.stateCount
      let first = index - state * stride
      for next in 0..<space.stateCount { mixed[first + next * stride] += kernel[next][state] * probability }
    }
    law = mixed
  }
  return law
  // END SOLUTION
}

/// The concrete score at x: how much more probable each sequence is that differs from x at one position.
///
///     s[i][y] = p_σ(x with y at position i) / p_σ(x),      s[i][xᵢ] = 1
///
/// What ∇ log p is for pictures, these L·S ratios are for tokens: they need no normalising constant, and they are all
/// that the reverse process asks for.
///
/// SEDD, §3; Meng et al. 2022.
///
/// - Parameters:
///   - marginal: p_σ, one number a sequence; it need not be normalised.
///   - space: the sequences.
///   - x: L states, with p_σ(x) > 0.
/// - Returns: L rows of S ratios.
public func concreteScore(of marginal: [Double], space: SequenceSpace, at x: [Int]) throws -> [[Double]] {
  try InvalidArgument.require(
    marginal.count == space.count, "the law has \(marginal.count) numbers, but the space \(space.count) sequences")
  try InvalidArgument.require(
    x.count == space.length, "x has \(x.count) positions, but the space's sequences have \(space.length)")
  for state in x { try InvalidArgument.requireState(state, below: space.stateCount, "a state of x") }
  try InvalidArgument.require(
    marginal[space.index(of: x)] > 0, "x = \(x) has no probability, so that no ratio to it exists")
  // BEGIN SOLUTION
  let index = space.index(of: x)
  return (0..<space.length).map { position in
    let stride = space.stride(of: position)
    return (0..<space.stateCount).map { y in marginal[index + (y - x[position]) * stride] / marginal[index] }
  }
  // END SOLUTION
}

/// The law of each clean token given the whole corrupted sequence: what a perfect denoiser answers.
///
///     p(x₀ᵢ = v | x) ∝ Σ over the x₀ that have v at position i of  p₀(x₀)·Πⱼ K[xⱼ][x₀ⱼ]
///
/// - Parameters:
///   - law: p₀, one probability a sequence.
///   - space: the sequences.
///   - kernel: K(σ).
///   - x: the corrupted sequence, L states.
/// - Returns: L rows of S probabilities.
/// - Throws: `InvalidArgument` if x cannot come from any sequence with p₀ > 0.
/// - Complexity: O(L·S^L).
public func cleanPosterior(
  of law: [Double], space: SequenceSpace, kernel: Kernel, at x: [Int]
) throws -> [[Double]] {
  try InvalidArgument.requireSquare(kernel, "the kernel")
  try InvalidArgument.require(
    kernel.count == space.stateCount, "the kernel is over \(kernel.count) states, the space over \(space.stateCount)")
  try InvalidArgument.require(
    law.count == space.count, "the law has \(law.count) probabilities, but the space \(space.count) sequences")
  try InvalidArgument.require(
    x.count == space.length, "x has \(x.count) positions, but the space's sequences have \(space.length)")
  for state in x { try InvalidArgument.requireState(state, below: space.stateCount, "a state of x") }
  // BEGIN SOLUTION
  var posterior = Array(repeating: Array(repeating: 0.0, count: space.stateCount), count: space.length)
  var total = 0.0
  for (index, probability) in law.enumerated() where probability > 0 {
    let clean = space.sequence(at: index)
    let joint = zip(x, clean).reduce(probability) { $0 * kernel[$1.0][$1.1] }
    total += joint
    for (position, token) in clean.enumerated() { posterior[position][token] += joint }
  }
  try InvalidArgument.require(total > 0, "x = \(x) cannot come from any sequence that the law allows")
  return posterior.map { row in row.map { $0 / total } }
  // END SOLUTION
}
