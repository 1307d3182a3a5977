import Chapter04DDPM
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// How the lab's network is trained with exercise 4.5.
struct TrainingPlan {
  /// What two cores do in about a minute.
  static let standardSteps = 1200

  var steps: Int
  var head: DigitNetwork.Head

  /// Trains a fresh network, or goes on with the run saved in `checkpoint`.
  func train(
    on data: ImageDataset, chain: DiffusionChain, seed: UInt64, checkpoint: URL, resume: Bool, resumeCommand: String
  ) throws -> (network: DigitNetwork, outcome: TrainingLoop.Outcome) {
    var initial = RandomStream(seed: seed).stream("init")
    let network = DigitNetwork(for: data, head: head, chain: chain, using: &initial)
    var training = PictureTraining(steps: steps)
    training.configuration = ["head": head.rawValue]
    let (outcome, _) = try training.train(
      network.model, on: data, seed: seed, checkpoint: checkpoint, resume: resume, resumeCommand: resumeCommand
    ) { batch, run in
      let times = try trainingTimes(count: batch.pictures.dim(0), chain: chain, using: &run["time"])
      let noise = Tensor.normal(batch.pictures.shape, using: &run["noise"])
      return try network.loss(batch.pictures, labels: batch.labels, times: times, noise: noise)
    }
    return (network, outcome)
  }
}
