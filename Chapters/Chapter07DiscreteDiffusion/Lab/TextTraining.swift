import Chapter07DiscreteDiffusion
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// How a text model is trained: masked diffusion within blocks (exercises 7.1, 7.6 and 7.9), Adam, a moving average, a cosine.
struct TextTraining {
  var steps: Int
  var seed: UInt64
  var batchSize = 64
  var learningRate = 3e-3
  var dimensions = 64
  var layerCount = 3
  /// L′; nil for the whole length, which is plain masked diffusion.
  var blockLength: Int?
  /// The shares of masked tokens that are drawn in block diffusion.
  var shares = 0.0...1.0
  /// No mask is rarer: at t = 0 its weight would be infinite.
  static let smallestShare = 1e-3

  /// Where the run is saved; nil for trainings that nobody goes on with.
  var checkpoint: URL?
  var resume = false
  var resumeCommand = ""
  var title = "training"
  var isSilent = false

  static let standardSteps = 2500

  /// Trains a fresh model, or goes on with the run saved in `checkpoint`; nil if it was interrupted.
  func train(on source: TextSource) throws -> TextModel? {
    let blockLength = blockLength ?? source.length
    let rates = try Self.divided(source.length, by: blockLength)
    var initial = RandomStream(seed: seed).stream("init")
    let model = TextModel(
      characters: source.characters, length: source.length, blockLength: blockLength, dimensions: dimensions,
      layerCount: layerCount, using: &initial)
    let run = TrainingRun(
      model: model.network, optimizer: Adam(learningRate: learningRate, betas: (0.9, 0.99)),
      average: ExponentialMovingAverage(of: model.network, decay: 0.998), seed: seed,
      configuration: [
        "text": source.name, "characters": String(source.characters), "context": "\(source.length)",
        "block": "\(blockLength)", "steps": "\(steps)", "batch size": "\(batchSize)",
      ])
    try check(source)
    if resume, let checkpoint { try run.restore(from: checkpoint) }
    var loop = TrainingLoop(
      steps: steps, schedule: .warmup(steps: 100, then: .cosine(from: learningRate, to: 0, steps: steps)), clipNorm: 1)
    loop.title = title
    loop.checkpoint = checkpoint
    loop.resumeCommand = resumeCommand
    if isSilent { loop.progress = .silent }
    let allowed = try trainingMask(blockMasks(length: source.length, blockLength: blockLength))
    let outcome = try loop.train(run) { run in
      let clean = source.batch(batchSize, using: &run["data"])
      return rates == 1
        ? try wholeLoss(model, clean: clean, run: run)
        : try blockwiseLoss(model, clean: clean, blocks: rates, allowed: allowed, run: run)
    }
    guard outcome != .interrupted else { return nil }
    if let average = run.average { try model.network.load(average.stateDictionary()) }
    return model
  }

  /// What can be refused before anything is drawn.
  ///
  /// - Throws: ``LabError`` for blocks that do not fill the text, or where there is nothing to resume.
  func check(_ source: TextSource) throws {
    _ = try Self.divided(source.length, by: blockLength ?? source.length)
    if resume, let checkpoint, !FileManager.default.fileExists(atPath: checkpoint.path) {
      throw LabError(
        "There is nothing to resume: \(checkpoint.path) does not exist. Leave --resume out to start anew.")
    }
  }

  /// The number of blocks.
  ///
  /// - Throws: ``LabError`` for blocks that do not fill the text.
  static func divided(_ length: Int, by blockLength: Int) throws -> Int {
    guard blockLength >= 1, length % blockLength == 0 else {
      let fitting = (1...length).filter { length % $0 == 0 }.map(String.init).joined(separator: ", ")
      throw LabError(
        "Blocks of \(blockLength) do not fill a text of \(length) characters: choose --block among \(fitting).")
    }
    return length / blockLength
  }

  /// The standard deviation of the loss of single texts, in nats a text: what a batch has to average out. It is the spread
  /// over masks and texts; with everything masked only that of the texts.
  func deviation(of model: TextModel, source: TextSource, count: Int) throws -> Double {
    let blocks = try Self.divided(model.length, by: model.blockLength)
    let allowed = try trainingMask(blockMasks(length: model.length, blockLength: model.blockLength))
    let run = TrainingRun(model: model.network, optimizer: Adam(learningRate: 0), seed: seed)
    let losses = try (0..<count).map { _ in
      let clean = source.batch(1, using: &run["deviation"])
      return try withoutGrad {
        Double(try blockwiseLoss(model, clean: clean, blocks: blocks, allowed: allowed, run: run).item())
          * Double(model.length)
      }
    }
    return Spread(losses).deviation
  }

  // MARK: - Losses

  /// MDLM: every text has a time of its own, spread evenly over (0, 1].
  private func wholeLoss(_ model: TextModel, clean: [[Int]], run: TrainingRun) throws -> Tensor {
    let first = run["time"].nextUniform()
    let times = clean.indices.map { index in
      max(Self.smallestShare, 1 - (first + Double(index) / Double(clean.count)).truncatingRemainder(dividingBy: 1))
    }
    let graph = TokenGraph.absorbing(tokens: model.characters.count)
    let noisy = try zip(clean, times).map { text, t in
      // 1 − e^(−σ) = t.
      try corrupt(text, graph: graph, sigma: -log1p(-t), using: &run["noise"])
    }
    let logProbabilities = try subsLogProbabilities(logits: model.network(noisy), noisy: noisy, mask: model.mask)
    return try mdlmLoss(
      logProbabilities: logProbabilities, clean: clean, noisy: noisy, mask: model.mask,
      weights: times.map { try nelboWeight(.linear, at: $0) })
  }

  /// Block diffusion: every block has a share of masks of its own.
  private func blockwiseLoss(
    _ model: TextModel, clean: [[Int]], blocks: Int, allowed: Tensor, run: TrainingRun
  ) throws -> Tensor {
    let graph = TokenGraph.absorbing(tokens: model.characters.count)
    let length = model.length / blocks
    let drawn = try clippedMaskShares(
      count: clean.count * blocks, low: max(Self.smallestShare, shares.lowerBound), high: shares.upperBound,
      using: &run["time"])
    try requireCount(drawn.count, clean.count * blocks, of: "clippedMaskShares", exercise: "7.9")
    let shares = clean.indices.map { Array(drawn[$0 * blocks..<($0 + 1) * blocks]) }
    let noisy = try zip(clean, shares).map { text, shares in
      try shares.enumerated().flatMap { block, share in
        try corrupt(
          Array(text[block * length..<(block + 1) * length]), graph: graph, sigma: -log1p(-share), using: &run["noise"])
      }
    }
    let logits = try model.network(noisy: noisy, clean: clean, allowed: allowed)
    let logProbabilities = try subsLogProbabilities(logits: logits, noisy: noisy, mask: model.mask)
    return try blockLoss(
      logProbabilities: logProbabilities, clean: clean, noisy: noisy, mask: model.mask, shares: shares)
  }
}
