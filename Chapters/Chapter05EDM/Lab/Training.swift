import Chapter05EDM
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// How a digit model is trained.
struct TrainingPlan {
  /// What two cores do in three quarters of a minute.
  static let standardSteps = 500

  var steps: Int
  var batchSize = 32
  var learningRate = 6e-3
  var averageDecay = 0.998
  /// How often a label is hidden, so that the network also learns what any digit looks like: guidance needs that.
  var labelDropout = 0.1
  /// ln σ ~ N(mean, deviation²). The paper has −1.2 and 1.2 for photographs. A digit is decided at higher noise: all
  /// 784 pixels together tell it when no single one can.
  var logSigma = (mean: -0.4, deviation: 1.2)

  /// Trains a fresh model, or goes on with the run saved in `checkpoint`. Unless it was interrupted, the model ends
  /// with the averaged weights.
  func train(
    on data: ImageDataset, seed: UInt64, checkpoint: URL, resume: Bool, resumeCommand: String
  ) throws -> (model: DigitModel, outcome: TrainingLoop.Outcome, losses: [Float]) {
    var initial = RandomStream(seed: seed).stream("init")
    let model = DigitModel(for: data, using: &initial)
    let run = TrainingRun(
      model: model.network, optimizer: Adam(learningRate: learningRate, betas: (0.9, 0.99)),
      average: ExponentialMovingAverage(of: model.network, decay: averageDecay), seed: seed,
      configuration: ["data": data.name, "batch size": "\(batchSize)", "steps": "\(steps)"])
    if resume {
      guard FileManager.default.fileExists(atPath: checkpoint.path) else {
        throw LabError(
          "There is nothing to resume: \(checkpoint.path) does not exist. Leave --resume out to start anew.")
      }
      try run.restore(from: checkpoint)
    }
    var loop = TrainingLoop(
      steps: steps, schedule: .warmup(steps: 100, then: .cosine(from: learningRate, to: 0, steps: steps)), clipNorm: 1)
    loop.checkpoint = checkpoint
    loop.resumeCommand = resumeCommand
    let outcome = try loop.train(run) { run in
      let batch = data.batch(size: batchSize, using: &run["data"])
      var labels = data.isLabelled ? batch.labels : nil
      for index in batch.labels.indices where run["dropout"].nextUniform() < labelDropout {
        labels?[index] = model.network.noClass
      }
      let sigmas = try trainingSigmas(
        count: batchSize, mean: logSigma.mean, standardDeviation: logSigma.deviation, using: &run["sigma"])
      let noise = Tensor.normal(batch.images.shape, using: &run["noise"])
      return try model.loss(batch.images, labels: labels, sigmas: sigmas, noise: noise)
    }
    if outcome != .interrupted, let average = run.average { try model.network.load(average.stateDictionary()) }
    return (model, outcome, run.losses)
  }
}
