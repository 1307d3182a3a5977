import Datasets
import Foundation
import NeuralNetworks
import Tensors

/// How a ``PictureModel`` is trained: Adam with a moving average, a short warm-up and a cosine, classes hidden now and then.
public struct PictureTraining {
  public var steps: Int
  public var batchSize = 32
  public var learningRate = 6e-3
  public var averageDecay = 0.998
  /// How often a label is hidden, so that the network also learns what any picture looks like: guidance needs that.
  public var labelDropout = 0.1
  /// The word before the progress bar.
  public var title = "training"
  /// What else the result depends on; a checkpoint with other values is refused.
  public var configuration: [String: String] = [:]

  /// - Parameter steps: 500 steps of 32 digits are what two cores do in less than a minute.
  public init(steps: Int) { self.steps = steps }

  /// One step's pictures, as the network sees them, and their classes: nil without labels; a hidden one is the network's
  /// "no class".
  public typealias Batch = (pictures: Tensor, labels: [Int]?)

  /// Trains `model`, or goes on with the run saved in `checkpoint`. Unless it was interrupted, the model ends with the
  /// averaged weights.
  ///
  /// - Parameters:
  ///   - resumeCommand: what to type after Ctrl-C; see `LabOptions.resumeCommand(chapter:)`.
  ///   - loss: of a batch; takes its random numbers from the run's own streams, `&run["noise"]`.
  /// - Throws: ``LabError`` when there is nothing to resume; `CheckpointError`; `TrainingError` for NaN; what `loss` throws.
  public func train(
    _ model: PictureModel, on data: ImageDataset, seed: UInt64, checkpoint: URL, resume: Bool, resumeCommand: String,
    loss: (Batch, TrainingRun) throws -> Tensor
  ) throws -> (outcome: TrainingLoop.Outcome, losses: [Float]) {
    let own = ["data": data.name, "batch size": "\(batchSize)", "steps": "\(steps)"]
    return try train(
      model, seed: seed, checkpoint: checkpoint, resume: resume, resumeCommand: resumeCommand, configuration: own
    ) { run in
      let batch = data.batch(size: batchSize, using: &run["data"])
      var labels = data.isLabelled ? batch.labels : nil
      for index in batch.labels.indices where run["dropout"].nextUniform() < labelDropout {
        labels?[index] = model.network.noClass
      }
      return try loss((model.normalized(batch.images), labels), run)
    }
  }

  /// The same, for a loss that draws its batches itself: pairs of a reflow, for instance.
  ///
  /// - Parameter configuration: what the result depends on besides `self.configuration`.
  public func train(
    _ model: PictureModel, seed: UInt64, checkpoint: URL, resume: Bool, resumeCommand: String,
    configuration own: [String: String], loss: (TrainingRun) throws -> Tensor
  ) throws -> (outcome: TrainingLoop.Outcome, losses: [Float]) {
    let run = TrainingRun(
      model: model.network, optimizer: Adam(learningRate: learningRate, betas: (0.9, 0.99)),
      average: ExponentialMovingAverage(of: model.network, decay: averageDecay), seed: seed,
      configuration: configuration.merging(own) { _, new in new })
    if resume {
      guard FileManager.default.fileExists(atPath: checkpoint.path) else {
        throw LabError(
          "There is nothing to resume: \(checkpoint.path) does not exist. Leave --resume out to start anew.")
      }
      try run.restore(from: checkpoint)
    }
    var loop = TrainingLoop(
      steps: steps, schedule: .warmup(steps: 100, then: .cosine(from: learningRate, to: 0, steps: steps)), clipNorm: 1)
    loop.title = title
    loop.checkpoint = checkpoint
    loop.resumeCommand = resumeCommand
    let outcome = try loop.train(run, loss: loss)
    if outcome != .interrupted, let average = run.average { try model.network.load(average.stateDictionary()) }
    return (outcome, run.losses)
  }
}
