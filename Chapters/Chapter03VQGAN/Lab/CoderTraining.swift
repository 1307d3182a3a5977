import Chapter03VQGAN
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Stage one: how encoder, codebook, decoder and discriminator are trained together (exercises 3.1 to 3.8).
struct CoderTraining {
  /// What two cores do in less than a minute.
  static let standardSteps = 420

  var steps: Int
  var batchSize = 32
  var learningRate = 3e-3
  /// β of the commitment.
  var commitment = 0.25
  /// γ of the codebook's moving average.
  var decay = 0.98
  /// What the perceptual loss compares by; nil for pixels alone.
  var classifier: DigitClassifier?
  /// The weight of the GAN, against the adaptive λ; 0 for none.
  var adversarialWeight = 0.5
  /// The first step of the GAN, as a share of all.
  var adversarialStart = 0.3
  /// Steps between two revivals of dead codes.
  var revivalInterval = 50
  /// The word before the progress bar; nil for none.
  var title: String? = "stage one"

  /// Coder and discriminator as one model, so that a checkpoint holds both.
  final class Players: Module {
    let coder: PictureCoder
    let discriminator: PatchDiscriminator

    init(_ plan: CompressionPlan, seed: UInt64) {
      let random = RandomStream(seed: seed)
      var (own, others) = (random.stream("coder"), random.stream("discriminator"))
      coder = PictureCoder(plan, using: &own)
      discriminator = PatchDiscriminator(imageChannels: plan.imageChannels, using: &others)
      super.init()
    }

    override class var hasFixedParts: Bool { true }
  }

  /// Trains a fresh coder, or goes on with the one saved in `checkpoint`.
  ///
  /// - Returns: nil if it was interrupted.
  func train(
    _ plan: CompressionPlan, on data: ImageDataset, seed: UInt64, checkpoint: URL? = nil, resume: Bool = false,
    resumeCommand: String? = nil
  ) throws -> PictureCoder? {
    let players = Players(plan, seed: seed)
    let run = TrainingRun(
      model: players, optimizer: Adam(learningRate: learningRate, betas: (0.8, 0.99)), seed: seed,
      configuration: [
        "data": data.name, "steps": "\(steps)", "batch size": "\(batchSize)", "codes": "\(plan.codeCount)",
      ])
    if resume, let checkpoint { try run.restore(from: checkpoint) }
    var loop = TrainingLoop(
      steps: steps, schedule: .warmup(steps: 50, then: .cosine(from: learningRate, to: 0, steps: steps)))
    if let title { loop.title = title } else { loop.progress = .silent }
    loop.checkpoint = checkpoint
    loop.resumeCommand = resumeCommand
    let outcome = try loop.train(run) { run in
      try loss(players, data.batch(size: batchSize, using: &run["data"]).images, run: run)
    }
    return outcome == .interrupted ? nil : players.coder
  }

  /// The loss of both players for one batch. The codebook moves on the way.
  private func loss(_ players: Players, _ x: Tensor, run: TrainingRun) throws -> Tensor {
    let coder = players.coder
    let (side, batch) = (coder.plan.mapSide, x.dim(0))
    let z = try codeVectors(of: coder.encoder(x))
      .checked([batch * side * side, coder.plan.codeDimensions], of: "codeVectors", exercise: "3.1")
    var state = coder.codes
    // How many vectors of a batch a code would have if all had equally many.
    let share = Double(z.dim(0)) / Double(coder.plan.codeCount)
    if run.step % revivalInterval == 0, run.step * 4 < steps * 3 {
      let dead = try deadCodes(state.counts, threshold: 0.05 * share)
      // Of equal vectors, as plain patches have them, only one can keep a code alive.
      state = try revive(dead, in: state, with: distinctRows(of: z), count: share, using: &run["revival"])
        .checked(like: state, of: "revive", exercise: "3.5")
    }
    let indices = try nearestCodes(z, codebook: state.codebook)
      .checkedCodes(count: z.dim(0), below: coder.plan.codeCount, of: "nearestCodes", exercise: "3.1")
    let quantized = state.codebook.take(indices, axis: 0)
    coder.codes = try movingAverageUpdate(state, z: z.detached(), indices: indices, decay: decay)
      .checked(like: state, of: "movingAverageUpdate", exercise: "3.4")

    let passed = try straightThrough(z, quantized: quantized).checked(z.shape, of: "straightThrough", exercise: "3.3")
    let map = try featureMap(of: passed, batch: batch, height: side, width: side)
      .checked([batch, coder.plan.codeDimensions, side, side], of: "featureMap", exercise: "3.1")
    let y = coder.decoder(map)
    var reconstruction = square(x - y).mean()
    if let classifier {
      let perceptual = try perceptualLoss(y, x, network: classifier, features: { classifier.featureMaps($0) })
      reconstruction = reconstruction + (try perceptual.checkedLoss(of: "perceptualLoss", exercise: "3.8"))
    }
    // The codebook's half of it has no gradient here, as the codebook is no leaf: its averages have moved it.
    let commitment = try quantizationLoss(z: z, quantized: quantized, beta: commitment)
      .checkedLoss(of: "quantizationLoss", exercise: "3.2")
    let factor = try adversarialFactor(
      step: run.step, start: Int(adversarialStart * Double(steps)), weight: adversarialWeight)
    guard factor > 0 else { return reconstruction + commitment }
    let adversarial = try generatorHingeLoss(fake: players.discriminator.judged(y))
      .checkedLoss(of: "generatorHingeLoss", exercise: "3.6")
    let balanced = try balancedLoss(
      reconstruction: reconstruction, adversarial: adversarial, decoderWeights: coder.decoder.layerWeights,
      factor: factor
    ).loss.checkedLoss(of: "balancedLoss", exercise: "3.7")
    let rival = try discriminatorHingeLoss(
      real: players.discriminator(x), fake: players.discriminator(y.detached())
    ).checkedLoss(of: "discriminatorHingeLoss", exercise: "3.6")
    return balanced + commitment + rival
  }

  /// The rows of a matrix, each once.
  private func distinctRows(of z: Tensor) -> Tensor {
    let width = z.dim(1)
    var seen: Set<[Float]> = []
    let rows = z.withScalars { scalars in
      (0..<z.dim(0)).filter { seen.insert(Array(scalars[$0 * width..<($0 + 1) * width])).inserted }
    }
    return z.detached().take(rows, axis: 0)
  }
}
