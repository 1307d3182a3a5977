import Chapter07DiscreteDiffusion
import LabKit
import NeuralNetworks
import Tensors

extension TextModel {
  // MARK: - The network as a denoiser

  /// Probabilities of the clean tokens, as the samplers of exercises 7.7, 7.8 and 7.11 want them (exercise 7.6).
  var denoiser: CleanDenoiser {
    { [self] noisy in
      // In parts: an enumeration asks for thousands of texts at once.
      try stride(from: 0, to: noisy.count, by: 1024).flatMap { start in
        let part = Array(noisy[start..<min(start + 1024, noisy.count)])
        return try withoutGrad {
          Self.rows(try subsLogProbabilities(logits: network(part), noisy: part, mask: mask))
        }
      }
    }
  }

  /// exp of [B, L, S] as rows of Doubles that sum to 1.
  fileprivate static func rows(_ logProbabilities: Tensor) -> [[[Double]]] {
    let (length, states) = (logProbabilities.dim(1), logProbabilities.dim(2))
    let numbers = exp(logProbabilities).scalars
    return (0..<logProbabilities.dim(0)).map { text in
      (0..<length).map { place in
        let start = (text * length + place) * states
        let row = numbers[start..<start + states].map(Double.init)
        let sum = row.reduce(0, +)
        return row.map { $0 / sum }
      }
    }
  }

  /// The denoiser with each place's law cut to its nucleus of this mass (exercise 7.10): the clean tokens' law. The law of a
  /// step must not be cut, for its most probable state is nearly always to stay masked.
  func denoiser(nucleus mass: Double) -> CleanDenoiser {
    let denoiser = denoiser
    return { noisy in try denoiser(noisy).map { text in try text.map { try nucleus($0, mass: mass) } } }
  }

  /// The law of MDLM's ancestral step in time t, α = 1 − t (exercise 7.7), with a nucleus of `mass`.
  func ancestralLaw(nucleus mass: Double = 1) -> StepLaw {
    let (denoiser, mask) = (mass < 1 ? denoiser(nucleus: mass) : denoiser, mask)
    return { x, time, next in
      let clean = try denoiser(x)
      return try x.indices.map { text in
        try x[text].indices.map { place in
          try ancestralProbabilities(
            from: x[text][place], clean: clean[text][place], alpha: 1 - time, next: 1 - next, mask: mask)
        }
      }
    }
  }

  // MARK: - Sampling

  /// Times from 1 to 0 in equal steps.
  static func times(_ steps: Int) -> [Double] { (0...steps).map { 1 - Double($0) / Double(steps) } }

  /// A token by exercise 7.10, in Double.
  static var draw: Draw { { try categoricalIndex(weights: $0, uniform: $1.nextUniform()) } }

  /// Texts in so many steps from all masks: ancestral sampling, or block by block for a model of blocks.
  func sample(
    _ count: Int, steps: Int, nucleus mass: Double = 1, using rng: inout RandomStream, onStep: SamplerObserver? = nil
  ) throws -> [[Int]] {
    if blockLength < length {
      return try sampleBlocks(
        prompts: Array(repeating: [], count: count), length: length, blockLength: blockLength, mask: mask,
        times: Self.times(steps), model: blockModel(), draw: Self.draw, using: &rng, onStep: onStep)
    }
    let start = Array(repeating: Array(repeating: mask, count: length), count: count)
    return try reverseSample(
      from: start, times: Self.times(steps), mask: mask, law: ancestralLaw(nucleus: mass), draw: Self.draw, using: &rng,
      onStep: onStep)
  }

  /// One token a step, at the very time when it is due.
  func firstHitting(_ count: Int, using rng: inout RandomStream) throws -> [[Int]] {
    try firstHittingSample(
      count: count, length: length, mask: mask, denoiser: denoiser, draw: Self.draw, using: &rng)
  }

  /// Texts around the given tokens (exercise 7.11); nil where anything may stand.
  func infilled(
    _ given: [Int?], count: Int, steps: Int, using rng: inout RandomStream
  ) throws -> [[Int]] {
    try infill(
      given: Array(repeating: given, count: count),
      from: Array(repeating: Array(repeating: mask, count: length), count: count), times: Self.times(steps), mask: mask,
      law: ancestralLaw(), draw: Self.draw, using: &rng)
  }

  // MARK: - Blocks

  /// The network with a memory of the blocks that are finished (exercise 7.9).
  func blockModel() -> BlockModel {
    var cache = network.makeCache()
    return BlockModel(
      denoise: { [self] noisy in
        // A copy: what is still noisy shall not be remembered.
        var scratch = cache
        let logits = try network(next: noisy, cache: &scratch)
        return Self.rows(try subsLogProbabilities(logits: logits, noisy: noisy, mask: mask))
      },
      append: { [self] block in _ = try network(next: block, cache: &cache) })
  }

  /// The mean of −log p over some texts in nats by the bound of exercise 7.8, block after block and without a draw: for
  /// every block all 2^L′ masks, given the clean blocks before it.
  ///
  /// - Parameter weights: one bound for each: the weight of a mask of k = 1, …, L′ characters.
  func bounds(of texts: [[Int]], weights: [[Double]]) throws -> [Double] {
    let allowed = try trainingMask(blockMasks(length: length, blockLength: blockLength))
    var sums = [Double](repeating: 0, count: weights.count)
    for text in texts {
      // All blocks of the text are asked with the same mask at once; each is judged for itself.
      let masks = 1..<(1 << blockLength)
      let noisy = masks.map { subset in
        text.enumerated().map { subset >> ($0 % blockLength) & 1 == 1 ? mask : $1 }
      }
      let laws =
        blockLength == length
        ? try denoiser(noisy)
        : try withoutGrad {
          let logits = try network(
            noisy: noisy, clean: Array(repeating: text, count: noisy.count), allowed: allowed)
          return Self.rows(try subsLogProbabilities(logits: logits, noisy: noisy, mask: mask))
        }
      for start in stride(from: 0, to: length, by: blockLength) {
        let block = start..<start + blockLength
        let own = laws.map { Array($0[block]) }
        // By the mask, in whatever order they are asked for.
        let answers = Dictionary(uniqueKeysWithValues: zip(noisy.map { Array($0[block]) }, own))
        for (index, weights) in weights.enumerated() {
          sums[index] += try exactNELBO(
            of: Array(text[block]), mask: mask, weight: { weights[$0 - 1] },
            denoiser: { asked in
              try asked.map { text in
                guard let answer = answers[text] else {
                  throw LabError.wrongAnswer("exactNELBO asked about what is no mask of the text", exercise: "7.8")
                }
                return answer
              }
            })
        }
      }
    }
    return sums.map { $0 / Double(texts.count) }
  }

  /// The weights of exercise 7.8 for steps without number (nil) or so many steps a block.
  func maskWeights(steps: Int?) throws -> [Double] {
    try (1...blockLength).map { masked in
      guard let steps else { return try continuousMaskWeight(masked: masked, length: blockLength) }
      return try maskWeight(masked: masked, length: blockLength, alphas: Self.times(steps))
    }
  }
}
