import Chapter02WGAN
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Does the loss decide whether a generator finds all modes, or the optimizer? Every loss with every setting, several
/// seeds each, on the ring of 8.
struct ClaimsTable: Sendable {
  let isQuick: Bool
  /// Seeds 1, 2, …
  var seeds = 4

  enum Loss: String, CaseIterable {
    case nonSaturating = "GAN"
    case nonSaturatingR1 = "GAN + R1"
    case clipping = "WGAN, clipped"
    case gradientPenalty = "WGAN-GP"

    /// Critic's steps for one of the generator's.
    var criticSteps: Int {
      switch self {
      case .nonSaturating, .nonSaturatingR1: 1
      case .clipping, .gradientPenalty: 5
      }
    }

    /// Steps of the generator: GANs get twice as many, as theirs cost a third.
    var steps: Int { criticSteps == 1 ? 3000 : 1500 }
  }

  struct Setting: Sendable {
    let name: String
    let generatorRate: Double
    let criticRate: Double
    let makeOptimizer: @Sendable (_ rate: Double) -> any Optimizer
  }

  static let settings = [
    Setting(name: "Adam, β = (0.9, 0.999)", generatorRate: 1e-3, criticRate: 1e-3) {
      Adam(learningRate: $0, betas: (0.9, 0.999))
    },
    Setting(name: "Adam, β = (0.5, 0.9)", generatorRate: 1e-3, criticRate: 1e-3) {
      Adam(learningRate: $0, betas: (0.5, 0.9))
    },
    Setting(name: "Adam, β = (0, 0.9)", generatorRate: 1e-3, criticRate: 1e-3) {
      Adam(learningRate: $0, betas: (0, 0.9))
    },
    Setting(name: "the same, critic 10 × slower", generatorRate: 1e-3, criticRate: 1e-4) {
      Adam(learningRate: $0, betas: (0, 0.9))
    },
    Setting(name: "RMSProp", generatorRate: 5e-4, criticRate: 5e-4) { RMSProp(learningRate: $0) },
  ]

  private static let r1Weight = 0.1
  private static let penaltyWeight = 0.1
  private static let clippingBound = 0.1
  private static let batchSize = 128

  /// What became of one training: the worst of its last five checkpoints.
  struct Outcome: Sendable {
    /// Modes that are nearest to at least 1 % of the samples.
    var reachedModes: Int
    /// Modes that have at least 1 % of the samples within three standard deviations.
    var occupiedModes: Int
    /// The share of samples within three standard deviations of some mode.
    var highQualityShare: Double
  }

  /// Trains everything and prints a row as soon as it is known; the table comes at the end.
  func printTable() throws {
    var rows: [[String]] = []
    for setting in Self.settings {
      for loss in Loss.allCases {
        let start = Date()
        let outcomes = try concurrently(Array(1...(isQuick ? 1 : seeds))) { seed in
          try train(loss, setting, seed: UInt64(seed))
        }
        let shares = outcomes.map(\.highQualityShare)
        rows.append([
          setting.name, loss.rawValue, outcomes.map { "\($0.reachedModes)" }.joined(separator: " "),
          outcomes.map { "\($0.occupiedModes)" }.joined(separator: " "),
          "\((shares.min() ?? 0).short)–\((shares.max() ?? 0).short)",
        ])
        print("  \(rows[rows.count - 1].joined(separator: "  ")) in \(Int(-start.timeIntervalSinceNow)) s")
      }
    }
    print("\nThe ring of 8: the worst of the last five checkpoints of each seed")
    print(TextTable(["optimizer", "loss", "reached modes", "occupied modes", "good (law: 0.989)"], rows))
  }

  /// One training. Checkpoints are 2,000 samples after 80, 85, … 100 % of the steps.
  func train(_ loss: Loss, _ setting: Setting, seed: UInt64) throws -> Outcome {
    let ring = GaussianMixture.ring8()
    let random = RandomStream(seed: seed)
    var (initial, data, noise) = (random.stream("init"), random.stream("data"), random.stream("noise"))
    var (between, shown) = (random.stream("between"), random.stream("shown"))
    let networks = PlanePair(using: &initial)
    let (generator, pair) = (networks.generator, networks.wgan)
    let generatorOptimizer = setting.makeOptimizer(setting.generatorRate)
    let criticOptimizer = setting.makeOptimizer(setting.criticRate)

    let steps = isQuick ? 20 : loss.steps
    let checkpoints = (0...4).map { steps * (16 + $0) / 20 }
    var outcome = Outcome(
      reachedModes: ring.componentCount, occupiedModes: ring.componentCount, highQualityShare: 1)
    func look(_ step: Int) {
      guard checkpoints.contains(step) else { return }
      let samples = withoutGrad { generator(.normal([2000, 2], using: &shown)) }
      let coverage = ModeCoverage(samples, of: ring)
      // So wide a mode takes every sample that is nearest to it.
      let reached = ModeCoverage(samples, centers: ring.means, standardDeviation: 1000)
      outcome.reachedModes = min(outcome.reachedModes, reached.occupiedModes)
      outcome.occupiedModes = min(outcome.occupiedModes, coverage.occupiedModes)
      outcome.highQualityShare = min(outcome.highQualityShare, coverage.highQualityShare)
    }

    let constraint: LipschitzConstraint? =
      switch loss {
      case .clipping: .clipping(Self.clippingBound)
      case .gradientPenalty: .gradientPenalty(Self.penaltyWeight)
      case .nonSaturating, .nonSaturatingR1: nil
      }
    if let constraint {
      let settings = WGANSettings(
        steps: steps, batchSize: Self.batchSize, criticSteps: loss.criticSteps, constraint: constraint)
      try trainWGAN(
        pair, settings: settings, criticOptimizer: criticOptimizer, generatorOptimizer: generatorOptimizer,
        data: { ring.samples($0, using: &data) }, noise: { .normal([$0, 2], using: &noise) }, using: &between
      ) { step, _ in look(step) }
    } else {
      for step in 1...steps {
        try nonSaturatingStep(
          pair, real: ring.samples(Self.batchSize, using: &data), noise: &noise,
          r1Weight: loss == .nonSaturatingR1 ? Self.r1Weight : 0, criticOptimizer: criticOptimizer,
          generatorOptimizer: generatorOptimizer)
        look(step)
      }
    }
    return outcome
  }

  /// Chapter 1's game with logits f: softplus(−f(real)) + softplus(f(fake)), and softplus(−f(fake)) for the generator.
  private func nonSaturatingStep(
    _ pair: WGAN, real: Tensor, noise: inout RandomStream, r1Weight: Double, criticOptimizer: any Optimizer,
    generatorOptimizer: any Optimizer
  ) throws {
    let fake = try withoutGrad { try pair.generate(.normal([real.dim(0), 2], using: &noise)) }
    let (_, criticGradients) = try valueAndGrad(pair.critic) {
      let loss = try softplus(-pair.criticize(real)).mean() + softplus(pair.criticize(fake)).mean()
      guard r1Weight > 0 else { return loss }
      let slopes = try gradientNorms(of: pair.criticize, at: real)
      return loss + square(slopes).mean() * Float(r1Weight / 2)
    }
    criticOptimizer.update(pair.critic, gradients: criticGradients)
    let z = Tensor.normal([real.dim(0), 2], using: &noise)
    let (_, generatorGradients) = try valueAndGrad(pair.generator) {
      try softplus(-pair.criticize(pair.generate(z))).mean()
    }
    generatorOptimizer.update(pair.generator, gradients: generatorGradients)
  }
}
