// Exercise 3.9: a language of codes
//
// A code map read row by row is a sentence of whole numbers. A transformer that reads it from the left and predicts
// the next code is a law of pictures, exactly normalised.

import Exercises
import Tensors

/// Attention in which a position reads itself and those before it:
///
///     softmax(q·kᵀ/√d + M)·v,     M_ij = 0 for j ≤ i,  −∞ for j > i
///
/// Written by hand, of `matmul` and `softmax` (the core's `scaledDotProductAttention` is what the transformer uses).
/// −∞ before the softmax makes the weight exactly 0, and the others add up to 1. Vaswani et al. 2017, eq. 1; Esser et
/// al. 2021, eq. 1.
///
/// - Parameters:
///   - q: queries, of shape […, L, d].
///   - k: keys, of the same shape.
///   - v: values, of shape […, L, e].
/// - Returns: […, L, e]; differentiable.
/// - Throws: `InvalidArgument` if the shapes don't fit each other or are empty.
/// - Complexity: O(L²·(d + e)) a sequence.
public func causalAttention(_ q: Tensor, _ k: Tensor, _ v: Tensor) throws -> Tensor {
  try InvalidArgument.require(
    q.ndim >= 2 && q.shape == k.shape && q.scalarCount > 0 && v.ndim == q.ndim && v.scalarCount > 0
      && Array(v.shape.dropLast()) == Array(q.shape.dropLast()),
    "q and k should have the same shape […, L, d] and v […, L, e], but they have \(q.shape), \(k.shape) and \(v.shape)")
  throw unsolved("3.9")
}

/// What the prior reads, and what it is to answer, for one code map s₁ … s_L of class c:
///
///     input     K + c, s₁, s₂, …, s_{L−1}
///     targets   s₁,    s₂, s₃, …, s_L
///
/// The class stands before the codes as a word of its own, beyond the K codes; so the first code too has something to
/// be predicted from, and the answer at every position is the code that the input has *next*. Esser et al. 2021, eq.
/// 9.
///
/// - Parameters:
///   - codes: L ≥ 1 codes in reading order, each from 0 to K − 1.
///   - label: c ≥ 0.
///   - codeCount: K.
/// - Returns: two sequences of length L.
/// - Throws: `InvalidArgument` if there are no codes, an index names none, or the class is negative.
public func priorSequence(
  codes: [Int], label: Int, codeCount: Int
) throws -> (input: [Int], targets: [Int]) {
  try InvalidArgument.require(!codes.isEmpty, "a code map has at least one code")
  try InvalidArgument.requireIndices(codes, below: codeCount)
  try InvalidArgument.require(label >= 0, "classes count from 0, but the label is \(label)")
  throw unsolved("3.9")
}

/// The prior's loss in nats a code: the mean of −ln p(s_t | c, s₁ … s_{t−1}) over all positions of all maps.
///
/// The model knows K + C words, but an answer is always a code: the last C scores are cut off before the softmax, so
/// that no probability goes to words that never follow. Esser et al. 2021, eq. 8 and 9.
///
/// - Parameters:
///   - codes: N code maps, all of the same length L.
///   - labels: their N classes.
///   - codeCount: K.
///   - model: N sequences of length L → scores of shape [N, L, V] with V ≥ K; row t scores the word after word t.
/// - Returns: a single number; differentiable.
/// - Throws: `InvalidArgument` if counts or lengths disagree, or the model's answer has another shape.
public func priorLoss(
  codes: [[Int]], labels: [Int], codeCount: Int, model: (_ sequences: [[Int]]) throws -> Tensor
) throws -> Tensor {
  try InvalidArgument.require(
    !codes.isEmpty && codes.count == labels.count && codes.allSatisfy { $0.count == codes[0].count },
    "\(codes.count) code maps need as many labels and one length, but have \(labels.count) labels and the lengths "
      + "\(Set(codes.map(\.count)).sorted())")
  throw unsolved("3.9")
}
