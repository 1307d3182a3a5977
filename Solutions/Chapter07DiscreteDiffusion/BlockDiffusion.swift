// Exercise 7.9: block diffusion

import Exercises
import Foundation
import Tensors

/// Who may read whom in training, where a network gets the noisy sequence and the clean one side by side, xₜ ⊕ x: three
/// L × L tables, `table[query][key]`.
public struct BlockMasks: Equatable, Sendable {
  /// M_BD: noisy reads noisy, in its own block.
  public var blockDiagonal: [[Bool]]
  /// M_OBC: noisy reads clean, in earlier blocks.
  public var offsetBlockCausal: [[Bool]]
  /// M_BC: clean reads clean, in its own block and earlier ones.
  public var blockCausal: [[Bool]]

  public init(blockDiagonal: [[Bool]], offsetBlockCausal: [[Bool]], blockCausal: [[Bool]]) {
    self.blockDiagonal = blockDiagonal
    self.offsetBlockCausal = offsetBlockCausal
    self.blockCausal = blockCausal
  }
}

extension InvalidArgument {
  /// Throws unless blocks of this length fill the sequence.
  static func requireBlocks(length: Int, blockLength: Int) throws {
    try require(length >= 1 && blockLength >= 1, "length and block length must be ≥ 1: \(length) and \(blockLength)")
    try require(
      length % blockLength == 0,
      "blocks of \(blockLength) do not fill \(length) positions: the block length must divide the length")
  }
}

/// The three tables for L positions in blocks of L′.
///
/// A noisy block sees itself and the *clean* blocks before it, never the clean version of itself: that is the answer.
///
/// Arriola et al. 2025 (BD3-LM), App. B.6.
///
/// - Parameters:
///   - length: L.
///   - blockLength: L′, which divides L.
public func blockMasks(length: Int, blockLength: Int) throws -> BlockMasks {
  try InvalidArgument.requireBlocks(length: length, blockLength: blockLength)
  // BEGIN SOLUTION
  func table(_ reads: (_ query: Int, _ key: Int) -> Bool) -> [[Bool]] {
    (0..<length).map { query in (0..<length).map { key in reads(query / blockLength, key / blockLength) } }
  }
  return BlockMasks(
    blockDiagonal: table { $0 == $1 }, offsetBlockCausal: table { $0 > $1 }, blockCausal: table { $0 >= $1 })
  // END SOLUTION
}

/// The mask of the whole input xₜ ⊕ x, noisy first: shape [2L, 2L], 1 where a query (row) may read a key (column).
///
///     M = | M_BD  M_OBC |
///         |  0    M_BC  |
///
/// As in `AttentionMask.allowed`. BD3-LM, App. B.6.
public func trainingMask(_ masks: BlockMasks) throws -> Tensor {
  let length = masks.blockDiagonal.count
  for table in [masks.blockDiagonal, masks.offsetBlockCausal, masks.blockCausal] {
    try InvalidArgument.require(
      table.count == length && table.allSatisfy { $0.count == length } && length >= 1,
      "the three tables should all be \(length) × \(length)")
  }
  // BEGIN SOLUTION
  let never = Array(repeating: false, count: length)
  let noisy = zip(masks.blockDiagonal, masks.offsetBlockCausal).map { $0 + $1 }
  let clean = masks.blockCausal.map { never + $0 }
  return Tensor((noisy + clean).flatMap { row in row.map { $0 ? 1 : 0 } as [Float] }, shape: [2 * length, 2 * length])
  // END SOLUTION
}

/// `count` shares of masked tokens, one a block, uniform between β and ω: m = β + (ω − β)·u with u in (0, 1], so that
/// m > 0 also if β = 0.
///
/// Both ends of [0, 1] teach little: hardly a token masked, or hardly one to be seen, and a large spread of the loss.
/// BD3-LM (§5) draws from [β, ω] within; β = ω = 1 masks everything, which for blocks of one token is plain
/// autoregressive training.
///
/// Throws `InvalidArgument` unless count ≥ 1 and 0 ≤ β ≤ ω ≤ 1, ω > 0.
public func clippedMaskShares(
  count: Int, low: Double = 0, high: Double = 1, using rng: inout RandomStream
) throws -> [Double] {
  try InvalidArgument.require(count >= 1, "count must be at least 1, but is \(count)")
  try InvalidArgument.require(
    0 <= low && low <= high && high <= 1 && high > 0, "0 ≤ low ≤ high ≤ 1 is needed, but they are \(low) and \(high)")
  // BEGIN SOLUTION
  return (0..<count).map { _ in low + (high - low) * (1 - rng.nextUniform()) }
  // END SOLUTION
}

/// The loss of a batch, in nats a token, where every block of every sequence has its own share of masked tokens m:
///
///     loss = 1/(B·L) · Σ_b Σ_blocks 1/m · Σ over masked i in the block of −log p(x₀ᵢ | block, clean blocks before it)
///
/// Shape []. 1/m is the linear schedule's weight at the m that masked the block: so every token counts once on
/// average, whatever [β, ω] m was drawn from. With m uniform in (0, 1] it is the bound; with m = 1 and blocks of one
/// token the exact likelihood, without the spread that 1/m brings.
///
/// BD3-LM, eq. 8.
///
/// - Parameters:
///   - logProbabilities: shape [B, L, S], of the noisy half.
///   - clean: x₀, B sequences of L tokens.
///   - noisy: x, the same with some tokens masked.
///   - mask: the index of the mask.
///   - shares: m > 0, [B][L/L′].
public func blockLoss(
  logProbabilities: Tensor, clean: [[Int]], noisy: [[Int]], mask: Int, shares: [[Double]]
) throws -> Tensor {
  try InvalidArgument.requireTogether(logProbabilities, clean: clean, noisy: noisy, shares.count, "shares")
  for row in shares {
    try InvalidArgument.require(
      !row.isEmpty && clean[0].count % row.count == 0, "\(row.count) shares do not fit \(clean[0].count) positions")
    for share in row { try InvalidArgument.requirePositive(share, "a share of masked tokens") }
  }
  // BEGIN SOLUTION
  let shape = [clean.count, clean[0].count, 1]
  let found = logProbabilities.gathered(clean.flatMap { $0 }, shape: shape, axis: 2)
  let factors = zip(noisy, shares).flatMap { row, shares in
    let blockLength = row.count / shares.count
    return row.indices.map { row[$0] == mask ? -1 / shares[$0 / blockLength] : 0 }
  }
  return (found * Tensor(factors, shape: shape)).mean()
  // END SOLUTION
}

/// A model that writes block by block and remembers what it has written: a network with a cache of keys and values.
public struct BlockModel {
  /// The probabilities of the clean tokens of the *next* block, [B][L′][S], given the block's noisy version and all the
  /// blocks appended so far. Changes nothing.
  public let denoise: CleanDenoiser
  /// Takes a finished block, [B][L′] tokens, into memory.
  public let append: (_ block: [[Int]]) throws -> Void

  public init(denoise: @escaping CleanDenoiser, append: @escaping (_ block: [[Int]]) throws -> Void) {
    self.denoise = denoise
    self.append = append
  }
}

/// A batch of texts of L tokens, written block after block: within a block by masked diffusion, from all masks at the
/// first of the `times` to none at the last.
///
///     for each block:  start from masks (or the prompt's tokens, where it reaches into the block)
///                      for each step t → t′:  ask for the clean tokens; a masked position takes its draw with
///                                             probability (t − t′)/t and otherwise stays masked
///                      append the finished block
///
/// The linear schedule, α = 1 − t. Every finished block is appended once, clean, and never touched again: its keys and
/// values are worked out once. Blocks that the prompt fills are appended without a question.
///
/// BD3-LM, Alg. 2.
///
/// - Parameters:
///   - prompts: B beginnings of one length, from 0 to L.
///   - length: L.
///   - blockLength: L′, which divides L.
///   - mask: the index of the mask.
///   - times: t₀ > … > t_N, from 1 to 0.
///   - model: is asked at most N times a block.
///   - draw: draws an index by its probability.
///   - onStep: is told of each text so far, B rows of L states with masks for what is to come: before the first step
///     and after each, with t.
/// - Throws: `InvalidArgument` if blocks don't fill L, a prompt is longer than L, or prompts differ in length.
public func sampleBlocks(
  prompts: [[Int]], length: Int, blockLength: Int, mask: Int, times: [Double], model: BlockModel, draw: Draw,
  using rng: inout RandomStream, onStep: SamplerObserver? = nil
) throws -> [[Int]] {
  try InvalidArgument.requireBlocks(length: length, blockLength: blockLength)
  try InvalidArgument.require(!prompts.isEmpty, "at least one prompt is needed, if only an empty one")
  for prompt in prompts {
    try InvalidArgument.require(
      prompt.count <= length, "a prompt of \(prompt.count) tokens is longer than the context of \(length)")
    try InvalidArgument.require(prompt.count == prompts[0].count, "the prompts should have one length")
  }
  try InvalidArgument.requireFalling(times)
  try InvalidArgument.require(times.first == 1 && times.last == 0, "times must fall from 1 to 0, but are \(times)")
  // BEGIN SOLUTION
  var texts = prompts.map { $0 + Array(repeating: mask, count: length - $0.count) }
  var count = 0
  try onStep?(0, texts, times[0])
  for start in stride(from: 0, to: length, by: blockLength) {
    let block = start..<start + blockLength
    if prompts[0].count < block.upperBound {
      for (time, next) in zip(times, times.dropFirst()) {
        let laws = try model.denoise(texts.map { Array($0[block]) })
        for b in texts.indices {
          for i in block where texts[b][i] == mask && rng.nextUniform() < (time - next) / time {
            texts[b][i] = try draw(laws[b][i - start], &rng)
          }
        }
        count += 1
        try onStep?(count, texts, next)
      }
    }
    try model.append(texts.map { Array($0[block]) })
  }
  return texts
  // END SOLUTION
}
