// Exercise 7.11: filling in the gaps

import Exercises
import Foundation
import Tensors

/// The law of the whole sequence when some of its tokens are given, by enumeration: p(x | x agrees with `given`).
///
/// - Parameters:
///   - law: p, one probability a sequence, by the index of `space`.
///   - space: the sequences.
///   - given: L entries: a token, or nil where anything may stand.
/// - Returns: S^L probabilities.
/// - Throws: `InvalidArgument` if no sequence with p > 0 agrees with what is given.
public func exactInfilling(of law: [Double], space: SequenceSpace, given: [Int?]) throws -> [Double] {
  try InvalidArgument.require(
    law.count == space.count, "the law has \(law.count) probabilities, but the space \(space.count) sequences")
  try InvalidArgument.requireProbabilities(law, "the law")
  try InvalidArgument.require(
    given.count == space.length, "\(given.count) positions are given for sequences of \(space.length)")
  for token in given {
    if let token { try InvalidArgument.requireState(token, below: space.stateCount, "a given token") }
  }
  throw unsolved("7.11")
}

/// A sampler's step when some tokens are given, from the step without: conditional ratios are unconditional ones.
///
///     p(y at i, given) / p(x at i, given)  is the ratio of the whole sequences, x ⊕ given
///
/// so the law is asked at x with the given tokens put in; the rows of given positions become certain (1 for the given
/// token), the others are left as they are. For the absorbing graph, a visible token is the clean one, and this draws
/// from p(x | given), up to the error of the steps. For the uniform graph it conditions on the given tokens standing in
/// the *noisy* sequence, which is close to it at low noise only.
///
/// SEDD, eq. 21 and 22.
///
/// - Parameters:
///   - law: the law of a step without conditions.
///   - given: [B][L], a token or nil.
/// - Returns: a law for batches of B sequences of L states; it throws `InvalidArgument` for others.
public func conditionalLaw(_ law: @escaping StepLaw, given: [[Int?]]) throws -> StepLaw {
  try InvalidArgument.require(!given.isEmpty && !given[0].isEmpty, "given should hold at least one row of length ≥ 1")
  for row in given {
    try InvalidArgument.require(row.count == given[0].count, "the rows of given should have one length")
  }
  throw unsolved("7.11")
}

/// A batch of samples in which the given tokens stand at every node of the walk, the first included.
///
/// As `reverseSample` of exercise 7.7, with the law's conditional form: start from `x` with the given tokens put in, and
/// never draw for a given position (a draw would cost random numbers, too). In the last step the mask's probability is
/// taken away.
///
/// - Parameters:
///   - given: [B][L], a token or nil.
///   - x: where the free positions start, B sequences of L states.
///   - times: t₀ > t₁ > … > t_N.
///   - mask: the index of the mask, or nil if there is none.
///   - law: the law of a step without conditions.
///   - draw: draws an index by its probability.
///   - onStep: is told of each node.
/// - Throws: `InvalidArgument` if `given` and `x` differ in shape: a prompt longer than the context, for instance.
public func infill(
  given: [[Int?]], from x: [[Int]], times: [Double], mask: Int?, law: StepLaw, draw: Draw,
  using rng: inout RandomStream, onStep: SamplerObserver? = nil
) throws -> [[Int]] {
  try InvalidArgument.requireBatch(x, below: .max, "x")
  try InvalidArgument.require(given.count == x.count, "\(given.count) rows are given for \(x.count) sequences")
  for row in given {
    try InvalidArgument.require(
      row.count == x[0].count, "\(row.count) positions are given, but the context has \(x[0].count)")
    try InvalidArgument.require(!row.contains { $0 != nil && $0 == mask }, "the mask is not a token that can be given")
  }
  try InvalidArgument.requireFalling(times)
  throw unsolved("7.11")
}
