import Chapter02WGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// WGAN-GP on chapter 1's ring of 8 and grid of 25 Gaussians (exercise 2.12).
struct GaussianTraining {
  let writer: FigureWriter
  let random: RandomStream

  /// What a core does in about fifteen seconds.
  private static let standardSteps = 2500

  /// What a data set's training leaves behind.
  private struct Outcome: Sendable {
    /// Samples at each moment, as x₀, y₀, x₁, y₁, …
    var samples: [(title: String, values: [Float])] = []
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
  }

  /// samples-gaussians: what the generator draws at five moments.
  func draw() throws {
    let sets = [("ring of 8", GaussianMixture.ring8()), ("grid of 25", GaussianMixture.grid25())]
    let outcomes = try concurrently(sets) { name, mixture in try train(name, on: mixture) }
    print("WGAN-GP on Gaussians")
    print(
      TextTable(
        ["data", "step", "estimate", "occupied modes", "good (law: 0.989)", "spread (law: 1)"],
        outcomes.flatMap(\.rows)))
    let plots = zip(sets, outcomes).map { set, outcome in
      outcome.samples.map { picture(of: $0.values, set.1, $0.title) }
    }
    try writer.write(
      FigureGrid(plots).image(width: 1400, height: 600, scale: 1.5), as: "samples-gaussians",
      kind: .samples, metrics: outcomes.reduce(into: [:]) { $0.merge($1.metrics) { _, new in new } })
  }

  private func train(_ name: String, on mixture: GaussianMixture) throws -> Outcome {
    let steps = writer.isQuick ? 20 : Self.standardSteps
    let moments = [1, steps / 50, steps / 10, steps * 2 / 5, steps].map { max(1, $0) }
    let rng = random.stream(name)
    var initial = rng.stream("init")
    let networks = PlanePair(generatorWidth: 128, criticWidth: 96, using: &initial)
    let (generator, pair) = (networks.generator, networks.wgan)
    let average = ExponentialMovingAverage(of: generator, decay: 0.99)
    let rate = 1e-3
    let generatorOptimizer = try wganOptimizer(learningRate: rate)
    let criticOptimizer = try wganOptimizer(learningRate: rate)
    var data = rng.stream("data")
    var noise = rng.stream("noise")
    var between = rng.stream("between")
    var shown = rng.stream("shown")
    let pool = mixture.samples(16_384, using: &data)
    var outcome = Outcome()
    try trainWGAN(
      pair, settings: WGANSettings(steps: steps, batchSize: 128, constraint: .gradientPenalty(0.1)),
      criticOptimizer: criticOptimizer, generatorOptimizer: generatorOptimizer,
      data: { count in pool.take((0..<count).map { _ in data.integer(below: pool.dim(0)) }) },
      noise: { .normal([$0, 2], using: &noise) }, using: &between
    ) { step, estimate in
      average.update(generator)
      // Constant for half of the time, then down to a twentieth.
      let late = max(0, Double(step) / Double(steps) * 2 - 1)
      for optimizer in [generatorOptimizer, criticOptimizer] { optimizer.learningRate = rate * (1 - 0.95 * late) }
      guard moments.contains(step) else { return }
      let samples = try average.withAverages(of: generator) {
        withoutGrad { generator(.normal([step == steps ? 2000 : 1000, 2], using: &shown)) }
      }
      let coverage = ModeCoverage(samples, of: mixture)
      outcome.rows.append([
        name, "\(step)", estimate.short, "\(coverage.occupiedModes) of \(coverage.modeCount)",
        coverage.highQualityShare.short, coverage.spreadRatio.short,
      ])
      if step == steps {
        outcome.metrics["\(name): occupied modes"] = Double(coverage.occupiedModes)
        outcome.metrics["\(name): good"] = coverage.highQualityShare
      }
      outcome.samples.append(("\(name), step \(step)", samples.sliced(axis: 0, 0..<1000).scalars))
    }
    return outcome
  }

  private func picture(of samples: [Float], _ mixture: GaussianMixture, _ title: String) -> Plot {
    let range = -2.1...2.1
    var plot = Plot(title, x: Axis(range: range), y: Axis(range: range))
    plot.isEqual = true
    plot.legend = .none
    plot.scatter(
      x: mixture.means.map { $0[0] }, y: mixture.means.map { $0[1] }, color: .palette(3), radius: 5, opacity: 0.55)
    plot.scatter(interleaved: samples, color: .palette(0), radius: 1.1, opacity: 0.6)
    return plot
  }
}
