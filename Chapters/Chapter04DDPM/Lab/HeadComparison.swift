import Chapter04DDPM
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The three heads trained alike, and what digits they then draw.
struct HeadComparison {
  let steps: Int
  let seeds: [UInt64]
  let quality: QualityFigure

  /// A row a head: L_simple of held-out digits over all times, and digit-FID after 50 steps of DDIM, with and without noise.
  func table(train: ImageDataset, heldOut: ImageDataset, chain: DiffusionChain) throws -> String {
    let checkpoint = quality.writer.folder.appendingPathComponent("training.safetensors")
    let rows = try DigitNetwork.Head.allCases.map { head in
      let measured = try seeds.map { seed -> [Double] in
        let (network, outcome) = try TrainingPlan(steps: steps, head: head).train(
          on: train, chain: chain, seed: seed, checkpoint: checkpoint, resume: false, resumeCommand: "")
        if outcome == .interrupted { throw LabError("Interrupted: this comparison cannot go on where it stopped.") }
        let scores = try [DDIMNoise.eta(0), .eta(1)].map {
          try quality.score(network, noise: $0, count: 50, seed: seed).digitFID
        }
        return [try simple(network, heldOut: heldOut, seed: seed)] + scores
      }
      return [head.rawValue] + measured[0].indices.map { column in Spread(measured.map { $0[column] }).description }
    }
    return TextTable(["head", "L_simple, held-out", "digit-FID, η = 0", "digit-FID, η = 1"], rows).description
  }

  /// L_simple of 512 held-out digits, each at a time of its own.
  private func simple(_ network: DigitNetwork, heldOut: ImageDataset, seed: UInt64) throws -> Double {
    var rng = RandomStream(seed: seed).stream("simple loss")
    let batches = Array(rng.permutation(heldOut.count).prefix(512))
    let losses = try stride(from: 0, to: batches.count, by: 64).map { start in
      let batch = heldOut.batch(Array(batches[start..<min(start + 64, batches.count)]))
      let x0 = network.model.normalized(batch.images)
      let times = try trainingTimes(count: x0.dim(0), chain: network.chain, using: &rng)
      let noise = Tensor.normal(x0.shape, using: &rng)
      return try withoutGrad {
        Double(
          try simpleLoss(
            predictor: network.batchPredictor(labels: batch.labels), x0: x0, times: times, noise: noise,
            chain: network.chain
          ).item())
      }
    }
    return losses.reduce(0, +) / Double(losses.count)
  }
}
