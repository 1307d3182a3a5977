import Chapter05EDM
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// How the lab's network is trained with exercise 5.4.
struct TrainingPlan {
  /// What two cores do in three quarters of a minute.
  static let standardSteps = 500

  var steps: Int
  /// ln σ ~ N(mean, deviation²). The paper has −1.2 and 1.2 for photographs. A digit is decided at higher noise: all
  /// 784 pixels together tell it when no single one can.
  var logSigma = (mean: -0.4, deviation: 1.2)

  /// Trains a fresh model, or goes on with the run saved in `checkpoint`.
  func train(
    on data: ImageDataset, seed: UInt64, checkpoint: URL, resume: Bool, resumeCommand: String
  ) throws -> (model: PictureModel, outcome: TrainingLoop.Outcome) {
    var initial = RandomStream(seed: seed).stream("init")
    let model = PictureModel(for: data, using: &initial)
    let (outcome, _) = try PictureTraining(steps: steps).train(
      model, on: data, seed: seed, checkpoint: checkpoint, resume: resume, resumeCommand: resumeCommand
    ) { batch, run in
      let sigmas = try trainingSigmas(
        count: batch.pictures.dim(0), mean: logSigma.mean, standardDeviation: logSigma.deviation, using: &run["sigma"])
      let noise = Tensor.normal(batch.pictures.shape, using: &run["noise"])
      return try model.loss(batch.pictures, labels: batch.labels, sigmas: sigmas, noise: noise)
    }
    return (model, outcome)
  }
}
