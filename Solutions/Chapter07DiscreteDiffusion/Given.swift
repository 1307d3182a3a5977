import Exercises
import Tensors

/// A matrix over the states of a token. In this chapter a *column* says where a token comes from: `kernel[y][x]` is the
/// probability (or, in a matrix of rates, the rate) of going from x to y. So probabilities are columns, p′ = K·p, and
/// the columns of a kernel sum to 1, those of rates to 0. (SEDD writes it this way; D3PM's Qₜ is the transpose.)
public typealias Kernel = [[Double]]

/// For a batch of corrupted sequences, [B][L] states, the probability of each clean token at each position given the
/// whole corrupted sequence: [B][L][S], rows that sum to 1, with 0 for the mask.
///
/// A trained network and an enumeration look the same from here.
public typealias CleanDenoiser = (_ noisy: [[Int]]) throws -> [[[Double]]]

/// For a batch of sequences, [B][L] states, the law of each position's next state on the way from one time back to an
/// earlier one: [B][L][S], rows that sum to 1. A position's next state is drawn independently of the others'.
///
/// What "time" is, the maker of the law decides: the noise σ, or t in [0, 1].
public typealias StepLaw = (_ x: [[Int]], _ time: Double, _ next: Double) throws -> [[[Double]]]

/// Draws an index with the given probabilities. Samplers take it as an argument; exercise 7.10 is about writing one.
public typealias Draw = (_ probabilities: [Double], _ rng: inout RandomStream) throws -> Int

/// Is told of every node of a sampling run: once before the first step (step 0), then after each step, with the time
/// arrived at.
public typealias SamplerObserver = (_ step: Int, _ x: [[Int]], _ time: Double) throws -> Void

extension InvalidArgument {
  /// Throws unless the matrix is S × S with S ≥ 2.
  static func requireSquare(_ matrix: Kernel, _ name: String) throws {
    try require(matrix.count >= 2, "\(name) should be over at least 2 states, but has \(matrix.count) rows")
    for row in matrix {
      try require(
        row.count == matrix.count,
        "\(name) should be square, but has \(matrix.count) rows and one of length \(row.count)")
    }
  }

  /// Throws unless the numbers are ≥ 0, finite, and sum to 1.
  static func requireProbabilities(_ values: [Double], _ name: String) throws {
    for value in values {
      try require(value >= 0 && value.isFinite, "\(name) should hold probabilities, but one is \(value)")
    }
    let sum = values.reduce(0, +)
    try require(abs(sum - 1) < 1e-6, "\(name) should sum to 1, but sums to \(sum)")
  }

  /// Throws unless 0 ≤ state < count.
  static func requireState(_ state: Int, below count: Int, _ name: String) throws {
    try require(0 <= state && state < count, "\(name) is \(state), but there are only the states 0 to \(count - 1)")
  }

  /// Throws unless all sequences have the same length L ≥ 1 and states below `count`, and there is at least one.
  static func requireBatch(_ sequences: [[Int]], below count: Int, _ name: String) throws {
    try require(!sequences.isEmpty && !sequences[0].isEmpty, "\(name) should hold at least one sequence of length ≥ 1")
    for sequence in sequences {
      try require(
        sequence.count == sequences[0].count,
        "\(name) should hold sequences of one length, but they have \(sequences[0].count) and \(sequence.count)")
      for state in sequence { try requireState(state, below: count, "a state in \(name)") }
    }
  }

  /// Throws unless a loss can be taken: log-probabilities of shape [B, L, S], B clean and B noisy sequences of length L
  /// and states below S, and B of what `name` names.
  static func requireTogether(
    _ logProbabilities: Tensor, clean: [[Int]], noisy: [[Int]], _ count: Int, _ name: String
  ) throws {
    try require(
      logProbabilities.ndim == 3, "logProbabilities should have shape [B, L, S], but have \(logProbabilities.shape)")
    try requireBatch(clean, below: logProbabilities.dim(2), "clean")
    try requireBatch(noisy, below: logProbabilities.dim(2), "noisy")
    try require(
      logProbabilities.dim(0) == clean.count && logProbabilities.dim(1) == clean[0].count
        && clean.count == noisy.count && clean[0].count == noisy[0].count && count == clean.count,
      "logProbabilities, clean, noisy and \(name) should belong to the same sequences")
  }

  /// Throws unless the times fall: t₀ > t₁ > … > t_N with N ≥ 1.
  static func requireFalling(_ times: [Double]) throws {
    try require(times.count >= 2, "a sampler needs at least two times, but got \(times.count)")
    for (time, next) in zip(times, times.dropFirst()) {
      try require(next < time, "times must fall, but \(next) follows \(time)")
    }
  }
}
