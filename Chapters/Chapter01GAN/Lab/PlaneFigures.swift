import Chapter01GAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The figures of GANs in the plane, where everything that a network should have learnt is known.
struct PlaneFigures {
  let writer: FigureWriter

  /// The part of the plane that is drawn.
  private let range = -2.2...2.2

  init(_ writer: FigureWriter) { self.writer = writer }

  // MARK: - discriminator-surface (exercises 1.1, 1.3 and 1.7)

  /// A discriminator is trained against a generator that stands still and whose density is known.
  ///
  /// - Returns: a line of what was measured.
  func discriminatorSurface(seed: UInt64) throws -> String {
    let data = GaussianMixture.ring8(standardDeviation: 0.3)
    let fakes = GaussianMixture(mean: [0, 0], covariance: [[1, 0], [0, 1]])
    var settings = GANSettings(steps: writer.isQuick ? 20 : 1500)
    settings.batchSize = 256
    let plan = PlaneGAN(mixture: data, settings: settings, beta1: 0.9)
    let random = RandomStream(seed: seed)
    let trained = try plan.players(seed: seed)
    // The noise itself is the fake: q is the standard normal law.
    let players = try GANPlayers(
      generator: Activation("identity") { $0 }, discriminator: trained.discriminator,
      generatorOptimizer: trained.generatorOptimizer, discriminatorOptimizer: trained.discriminatorOptimizer,
      latentDimensions: 2)
    var rng = random.stream("surface")
    for step in 0..<settings.steps {
      players.discriminatorOptimizer.learningRate = 2e-3 * (1 - Double(step) / Double(settings.steps))
      let real = data.samples(settings.batchSize, using: &rng)
      try discriminatorStep(players, real: real, noise: players.noise(settings.batchSize, using: &rng))
    }

    let points = PlaneGAN.grid(over: range)
    let p = data.logDensity(of: points).map(Foundation.exp)
    let q = fakes.logDensity(of: points).map(Foundation.exp)
    let exact = try optimalDiscriminator(p: p, q: q)
    let learnt = try PlaneGAN.surface(players, over: range)
    let seen = zip(p, q).map { ($0 + $1) / 2 }
    let weighted = zip(zip(learnt, exact), seen).map { ($0.0 - $0.1) * $1 }
    let total = seen.reduce(0, +)
    let error = zip(zip(learnt, exact), seen).reduce(0) { $0 + Swift.abs($1.0.0 - $1.0.1) * $1.1 } / total

    // Section 4's bound, on fresh samples, and section 5's ratio.
    let real = data.samples(5000, using: &rng)
    let fake = players.noise(5000, using: &rng)
    let (loss, ratio) = try withoutGrad {
      let logits = try players.logits(fake)
      let loss = try discriminatorLoss(real: players.logits(real), fake: logits)
      return (Double(loss.item()), Double(try densityRatio(logits: logits).mean().item()))
    }
    // The densities over a square that leaves nothing out; an integral in the plane has dx² where one on the line has dx.
    let everywhere = PlaneGAN.grid(over: -6...6)
    let side = 12 / Double(PlaneGAN.surfaceSide)
    let divergence = try jensenShannonDivergence(
      p: data.logDensity(of: everywhere).map(Foundation.exp), q: fakes.logDensity(of: everywhere).map(Foundation.exp),
      dx: side * side)
    let bound = Foundation.log(2) - loss / 2

    func panel(_ title: String, _ values: [Double], map: ColorMap, low: Double, high: Double, label: String) -> Plot {
      var plot = Plot(title, x: Axis("", range: range), y: Axis("", range: range))
      plot.isEqual = true
      plot.heatMap(
        values, columns: PlaneGAN.surfaceSide, rows: PlaneGAN.surfaceSide, x: range, y: range, map: map, low: low,
        high: high, barLabel: label)
      return plot
    }
    let largest = weighted.map { Swift.abs($0) }.max() ?? 1
    let grid = FigureGrid([
      [
        panel("exact: p/(p + q)", exact, map: .viridis, low: 0, high: 1, label: "D*"),
        panel("network", learnt, map: .viridis, low: 0, high: 1, label: "D"),
        panel("difference, as often as it is seen", weighted, map: .diverging, low: -largest, high: largest, label: ""),
      ]
    ])
    try writer.write(
      grid.image(width: 1260, height: 400), as: "discriminator-surface", kind: .samples,
      metrics: ["JSD from the loss": bound, "JSD by the densities": divergence])
    return "Discriminator against a frozen generator: mean |D − D*| \(error.short), JSD ≥ \(bound.short) by its loss, "
      + "\(divergence.short) by the densities; mean of p/q over the fakes \(ratio.short) (exact: 1)"
  }

  // MARK: - ring-snapshots and mode-occupancy (exercises 1.7 and 1.8)

  /// The two trainings that are shown. They differ in two things; ``ClaimTable`` takes them one by one.
  private static let contest: [(name: String, gamma: Double, beta1: Double)] = [
    ("NS, β₁ = 0.9", 0, 0.9), ("NS + R1, β₁ = 0", 0.1, 0),
  ]

  /// Trains both with four seeds.
  ///
  /// - Returns: a table of how they ended.
  func ring(seed: UInt64, steps: Int) throws -> String {
    let marks = writer.isQuick ? [1, 2, 3, 4, 5].map { $0 * steps / 5 } : [100, 300, 700, 1300, 2000]
    let looks = writer.isQuick ? 5 : 20
    let regular = (1...looks).map { $0 * steps / looks }
    let seeds = (0..<4).map { seed + UInt64($0) }
    let trainings = Self.contest.flatMap { kind in seeds.map { (kind: kind, seed: $0) } }
    let range = range
    let runs = try concurrently(trainings, title: "ring") { kind, own in
      let gan = PlaneGAN.ring(steps: steps, gamma: kind.gamma, beta1: kind.beta1)
      return try gan.train(
        seed: own, checkpoints: Array(Set(regular + marks)), sampleCount: 500,
        surfaceRange: own == seed ? range : nil)
    }

    var snapshots: [[any Drawable]] = []
    var occupancy: [[any Drawable]] = []
    var lines: [[String]] = []
    var metrics: [String: Double] = [:]
    for (row, kind) in Self.contest.enumerated() {
      let own = Array(runs[row * seeds.count..<(row + 1) * seeds.count])
      snapshots.append(own[0].filter { marks.contains($0.step) }.map { snapshot($0, name: kind.name) })
      let timelines = own.map { looks in looks.filter { regular.contains($0.step) } }
      occupancy.append(
        zip(seeds, timelines).map { seed, looks in occupancyPanel(looks, title: "\(kind.name), seed \(seed)") })
      let ends = timelines.map { $0.suffix(5) }
      let leastModes = ends.map { $0.map(\.occupiedModes).min() ?? 0 }
      let qualities = ends.map { $0.reduce(0) { $0 + $1.report.highQualityShare } / Double($0.count) }
      lines.append([
        kind.name, leastModes.map(String.init).joined(separator: " "), qualities.map(\.short).joined(separator: " "),
      ])
      // What collapses is nowhere twice; only the other training is compared with the reference.
      if kind.gamma > 0 {
        let all = ends.flatMap { $0 }
        metrics["\(kind.name): modes"] = all.reduce(0) { $0 + Double($1.occupiedModes) } / Double(all.count)
        metrics["\(kind.name): good samples"] = qualities.reduce(0, +) / Double(qualities.count)
      }
    }
    try writer.write(
      FigureGrid(snapshots).image(width: 1250, height: 530), as: "ring-snapshots", kind: .samples, metrics: metrics)
    try writer.write(
      FigureGrid(occupancy).image(width: 1250, height: 500), as: "mode-occupancy", kind: .samples, metrics: metrics)
    return TextTable(["ring", "modes with 1 %, least of the last five looks", "good samples"], lines).description
  }

  private func snapshot(_ look: PlaneGAN.Checkpoint, name: String) -> Plot {
    var plot = Plot("\(name), step \(look.step)", x: Axis("", range: range), y: Axis("", range: range))
    plot.isEqual = true
    plot.legend = .none
    if let surface = look.surface {
      plot.heatMap(
        surface, columns: PlaneGAN.surfaceSide, rows: PlaneGAN.surfaceSide, x: range, y: range, map: .diverging, low: 0,
        high: 1, barLabel: nil)
    }
    let centers = GaussianMixture.ring8().means
    plot.scatter(
      x: centers.map { $0[0] }, y: centers.map { $0[1] }, color: .ink, radius: 3, opacity: 1, marker: .cross)
    plot.scatter(interleaved: look.samples, color: .ink, radius: 1.1, opacity: 0.6)
    return plot
  }

  /// Modes upwards, time to the right, the share of the samples as the colour.
  private func occupancyPanel(_ looks: [PlaneGAN.Checkpoint], title: String) -> Plot {
    let steps = Double(looks.last?.step ?? 1)
    var plot = Plot(title, x: Axis("step", range: 0...steps), y: Axis("mode", range: 0.5...8.5))
    plot.hasGrid = false
    let shares = (0..<8).flatMap { mode in
      looks.map { Double($0.report.counts[mode]) / Double($0.sampleCount) }
    }
    plot.heatMap(
      shares, columns: looks.count, rows: 8, x: 0...steps, y: 0.5...8.5, map: .mist, low: 0, high: 0.2, barLabel: nil)
    return plot
  }

  // MARK: - grid25 (exercises 1.7, 1.8 and 1.10)

  /// Twenty-five clusters, taught by all fakes and by the best ones.
  ///
  /// - Returns: a table.
  func grid(seed: UInt64, steps: Int) throws -> String {
    let mixture = GaussianMixture.grid25()
    let names = ["all fakes teach", "the best half teaches"]
    let looks = try concurrently([false, true], title: "grid") { isTopK in
      try PlaneGAN.grid(steps: steps, isTopK: isTopK).train(seed: seed, checkpoints: [steps], sampleCount: 2500)[0]
    }
    var lines: [[String]] = []
    var plots: [any Drawable] = []
    var metrics: [String: Double] = [:]
    for (name, look) in zip(names, looks) {
      let quality = (1000 * look.report.highQualityShare).rounded() / 10
      lines.append([
        name, "\(look.report.modes)", "\(look.report.highQualityShare.short)", look.report.divergenceFromUniform.short,
      ])
      metrics["\(name): modes"] = Double(look.report.modes)
      var plot = Plot(
        "\(name): \(look.report.modes) modes, \(quality) % good", x: Axis("", range: range), y: Axis("", range: range))
      plot.isEqual = true
      plot.legend = .none
      plot.scatter(interleaved: look.samples, radius: 1.1, opacity: 0.5)
      plot.scatter(
        x: mixture.means.map { $0[0] }, y: mixture.means.map { $0[1] }, color: .palette(1), radius: 3, opacity: 1,
        marker: .cross)
      plots.append(plot)
    }
    try writer.write(FigureGrid([plots]).image(width: 900, height: 460), as: "grid25", kind: .samples, metrics: metrics)
    return TextTable(["grid of 25", "modes", "good samples", "KL from uniform"], lines).description
  }
}
