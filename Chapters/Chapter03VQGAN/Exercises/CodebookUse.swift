// Exercise 3.5: are the codes in use?
//
// A codebook of 512 codes of which 9 are used is a codebook of 9, and nothing in the loss says so.

import Exercises
import Foundation
import Tensors

/// The perplexity of the codes' use: how many codes, all used equally often, would be as varied.
///
///     exp H,     H = −Σ_k p_k·ln p_k,     p_k = share of code k among all codes of all maps,     0·ln 0 = 0
///
/// From 1 (one code everywhere) to K (all equally often). Over the whole batch: each picture alone uses few codes,
/// and the mean of the pictures' perplexities says nothing about the codebook.
///
/// - Parameters:
///   - maps: the code maps of a batch, one array a picture; of any lengths, not all empty.
///   - codeCount: K.
/// - Returns: a number from 1 to K.
/// - Throws: `InvalidArgument` if there is no code at all, or an index names none.
public func codePerplexity(_ maps: [[Int]], codeCount: Int) throws -> Double {
  try InvalidArgument.require(maps.contains { !$0.isEmpty }, "the perplexity of no codes at all is not defined")
  for map in maps { try InvalidArgument.requireIndices(map, below: codeCount) }
  throw unsolved("3.5")
}

/// Which codes are dead: those with N_k < `threshold`, in rising order. A code with N_k = `threshold` lives.
///
/// A code that no vector chooses gets no gradient and no average to move by: it stays where it is, and stays unchosen.
///
/// - Parameter counts: N_k, for instance `CodebookState.counts`.
/// - Throws: `InvalidArgument` unless the threshold is positive and finite.
public func deadCodes(_ counts: [Double], threshold: Double) throws -> [Int] {
  try InvalidArgument.requirePositive(threshold, "the threshold")
  throw unsolved("3.5")
}

/// The codebook with its dead codes moved to vectors of the batch, where they will be chosen.
///
/// Each dead code gets a vector of its own, drawn at random without repetition (two codes at one place would be one
/// code: of equally near codes the first is taken). If there are fewer vectors than dead codes, the first of the dead
/// get them and the others stay.
///
///     e_k ← z_i,     N_k ← c,     m_k ← c·z_i
///
/// All three: a code whose averages still speak of its old life is drawn back there by the next update. Dhariwal et
/// al. 2020 (Jukebox), §3.1: "random restarts".
///
/// - Parameters:
///   - dead: the codes to move, each of them once.
///   - state: the codebook with its averages.
///   - z: vectors of the batch, of shape [N, d].
///   - count: c > 0, how many vectors a revived code stands for to begin with.
///   - rng: decides which vectors.
/// - Returns: the new state, not part of any graph. Codes that are not dead are as they were, to the last bit.
/// - Throws: `InvalidArgument` if shapes disagree, or `dead` names a code twice or none that there is.
/// - Complexity: O(N + K·d).
public func revive(
  _ dead: [Int], in state: CodebookState, with z: Tensor, count: Double = 1, using rng: inout RandomStream
) throws -> CodebookState {
  try state.requireConsistent()
  try InvalidArgument.requireMatrix(z, "z", "[N, d]")
  try InvalidArgument.require(
    z.dim(1) == state.codebook.dim(1),
    "vectors and codes should be equally long, but the shapes are \(z.shape) and \(state.codebook.shape)")
  try InvalidArgument.requireIndices(dead, below: state.counts.count)
  try InvalidArgument.require(Set(dead).count == dead.count, "a code can be revived once, but \(dead) repeats one")
  try InvalidArgument.requirePositive(count, "the count of a revived code")
  throw unsolved("3.5")
}
