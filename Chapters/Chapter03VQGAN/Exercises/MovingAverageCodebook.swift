// Exercise 3.4: a codebook that needs no gradient
//
// The best place for a code is the mean of the vectors that chose it. A moving average goes there directly, as
// k-means does, and leaves the optimizer to the networks.

import Exercises
import Tensors

/// The codebook after one more batch:
///
///     N_k ← γ·N_k + (1 − γ)·n_k            n_k: how many of the batch's vectors chose code k
///     m_k ← γ·m_k + (1 − γ)·Σ z            over those vectors
///     e_k ← m_k / N̂_k                      N̂_k = (N_k + ε)/(n + K·ε)·n   with   n = Σ N_k
///
/// N̂ are the counts after Laplace's smoothing: a little more for the rare, a little less for the frequent, the same
/// total. So a code that nobody chooses isn't divided by 0. (It does fade towards 0 once N_k is no larger than ε:
/// `revive` of exercise 3.5 is for such codes.) Where N̂_k is 0 all the same, because ε = 0 or the code's last vector
/// is forgotten at once, the code stays where it is.
///
/// With γ = 0 and ε = 0 this is one step of Lloyd's algorithm (k-means). van den Oord et al. 2017, App. A.1, eq. 6–8;
/// the smoothing is that of their code.
///
/// - Parameters:
///   - state: the averages so far.
///   - z: the batch's vectors, of shape [N, d].
///   - indices: which code each vector chose: N indices.
///   - decay: γ, in [0, 1).
///   - smoothing: ε ≥ 0.
/// - Returns: the new averages. Nothing in it is part of a graph: this codebook learns without gradients.
/// - Throws: `InvalidArgument` if shapes and counts disagree, an index names no code, γ or ε is out of range.
/// - Complexity: O((N + K)·d).
public func movingAverageUpdate(
  _ state: CodebookState, z: Tensor, indices: [Int], decay: Double = 0.99, smoothing: Double = 1e-5
) throws -> CodebookState {
  try state.requireConsistent()
  let codeCount = state.counts.count
  try InvalidArgument.requireMatrix(z, "z", "[N, d]")
  try InvalidArgument.require(
    z.dim(1) == state.codebook.dim(1) && indices.count == z.dim(0),
    "a codebook of shape \(state.codebook.shape) cannot take vectors of shape \(z.shape) with \(indices.count) indices")
  try InvalidArgument.requireIndices(indices, below: codeCount)
  try InvalidArgument.require(decay >= 0 && decay < 1, "the decay must lie in [0, 1), but is \(decay)")
  try InvalidArgument.require(
    smoothing >= 0 && smoothing.isFinite, "the smoothing must not be negative, but is \(smoothing)")
  throw unsolved("3.4")
}
