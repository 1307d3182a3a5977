import Chapter02WGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import OptimalTransport
import Tensors

/// Two claims, measured in one pair of trainings: that the critic's estimate follows W₁ (exercise 2.11), and that
/// clipping drives weights to ±c (exercise 2.8).
struct ClaimsEstimate: Sendable {
  let writer: FigureWriter
  let random: RandomStream

  /// How one of the two critics is kept from growing steep.
  private struct Way: Sendable {
    let name: String
    let constraint: LipschitzConstraint
    /// Makes an optimizer with this factor on its learning rate.
    let makeOptimizer: @Sendable (_ factor: Double) throws -> any Optimizer
  }

  /// What was measured at one moment of a training, on samples that the networks have not been trained on.
  private struct Moment: Sendable {
    let step: Int
    /// W₁ between the samples, by the network simplex.
    let transport: Double
    /// `criticEstimate` on the same samples.
    let estimate: Double
    /// `transportLowerBound` on the same samples.
    let bound: Double
  }

  private static let clippingBound = 0.1
  private static let penaltyWeight = 1.0
  private static let standardSteps = 600
  /// Steps of the critic alone, so that the first estimate is a trained critic's.
  private static let warmUp = 300
  /// The generator's learning rate, as a share of the critic's: the estimate can only follow who doesn't run away.
  private static let generatorFactor = 0.25

  /// Trains on the ring of 8 under both constraints; draws estimate-vs-w1 and clipped-weights.
  func draw() throws {
    let ways = [
      Way(name: "gradient penalty", constraint: .gradientPenalty(Self.penaltyWeight)) { factor in
        try wganOptimizer(learningRate: 1e-3 * factor)
      },
      Way(name: "clipping", constraint: .clipping(Self.clippingBound)) { factor in
        RMSProp(learningRate: 5e-4 * factor)
      },
    ]
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
    var upper: [Plot] = []
    var lower: [Plot] = []
    var weights: [[Double]] = []
    let trainings = try concurrently(ways) { way in try train(way) }
    for (way, (moments, parameters)) in zip(ways, trainings) {
      weights.append(parameters)
      let transport = moments.map(\.transport)
      let correlation = Self.correlation(moments.map(\.estimate), transport)
      let ratios = moments.map { $0.estimate / $0.transport }
      metrics["\(way.name): correlation"] = correlation
      // Under clipping this is any number: nobody chose how steep the critic gets.
      if case .gradientPenalty = way.constraint { metrics["\(way.name): estimate / W₁ at the start"] = ratios[0] }
      let (first, last) = (moments[0], moments[moments.count - 1])
      rows.append([
        way.name, correlation.short, Self.correlation(moments.map(\.bound), transport).short,
        "\(first.estimate.short) of \(first.transport.short)", "\(last.estimate.short) of \(last.transport.short)",
        "\((ratios.min() ?? 0).short) … \((ratios.max() ?? 0).short)",
      ])
      upper.append(alongTraining(way.name, moments))
      lower.append(try estimateAgainstTransport(way, moments, correlation))
    }
    print(
      "The critic's estimate against the exact W₁ of \(count) + \(count) held-out samples, while a ring of 8 is learnt")
    print(
      TextTable(
        ["constraint", "correlation", "of the bound", "estimate at first", "at last", "estimate / W₁"], rows))
    try writer.write(
      FigureGrid([upper, lower]).image(width: 1080, height: 760), as: "estimate-vs-w1", kind: .samples,
      metrics: metrics)
    try drawWeights(clipped: weights[1], penalized: weights[0])
  }

  private var count: Int { writer.isQuick ? 64 : 512 }

  /// Steps of the generator at which something is measured, evenly spread over a logarithmic axis.
  private var moments: [Int] {
    let steps = writer.isQuick ? 12 : Self.standardSteps
    let spread = (0..<26).map { Int(Foundation.pow(Double(steps), Double($0) / 25).rounded()) }
    return Array(Set(spread)).sorted()
  }

  // MARK: - Training

  private func train(_ way: Way) throws -> (moments: [Moment], weights: [Double]) {
    let ring = GaussianMixture.ring8()
    let rng = random.stream("estimate")
    var (initial, data, noise) = (rng.stream("init"), rng.stream("data"), rng.stream("noise"))
    var (between, heldOut) = (rng.stream("between"), rng.stream("held out"))
    let networks = PlanePair(using: &initial)
    let (generator, pair) = (networks.generator, networks.wgan)
    let (criticOptimizer, generatorOptimizer) = (
      try way.makeOptimizer(1), try way.makeOptimizer(Self.generatorFactor)
    )
    let batch = 64
    let moments = moments
    let steps = moments[moments.count - 1]
    for _ in 0..<(writer.isQuick ? 5 : Self.warmUp) {
      try criticStep(
        pair, real: ring.samples(batch, using: &data), noise: .normal([batch, 2], using: &noise),
        constraint: way.constraint, optimizer: criticOptimizer, using: &between)
    }
    var measured: [Moment] = []
    try trainWGAN(
      pair, settings: WGANSettings(steps: steps, batchSize: batch, constraint: way.constraint),
      criticOptimizer: criticOptimizer, generatorOptimizer: generatorOptimizer,
      data: { ring.samples($0, using: &data) }, noise: { .normal([$0, 2], using: &noise) }, using: &between
    ) { step, _ in
      guard moments.contains(step) else { return }
      let real = ring.samples(count, using: &heldOut)
      let fake = withoutGrad { generator(.normal([count, 2], using: &heldOut)) }
      measured.append(
        Moment(
          step: step, transport: try Self.transport(real, fake),
          estimate: try criticEstimate(pair.criticize, real: real, fake: fake),
          bound: try transportLowerBound(pair.criticize, real: real, fake: fake)))
    }
    return (measured, networks.critic.trainableParameters().flatMap { $0.parameter.value.scalars.map(Double.init) })
  }

  /// The exact W₁ between two samples of equal weights.
  static func transport(_ real: Tensor, _ fake: Tensor) throws -> Double {
    let difference = real.expandedDimensions(axis: 1) - fake.expandedDimensions(axis: 0)
    let cost = sqrt(square(difference).sum(axis: 2)).scalars.map(Double.init)
    func uniform(_ n: Int) -> [Double] { Array(repeating: 1 / Double(n), count: n) }
    return try exactTransport(uniform(real.dim(0)), uniform(fake.dim(0)), cost: cost).cost
  }

  /// Pearson's correlation.
  static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let n = Double(x.count)
    let (meanX, meanY) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
  }

  // MARK: - Figures

  private func alongTraining(_ name: String, _ moments: [Moment]) -> Plot {
    let steps = moments.map { Double($0.step) }
    var plot = Plot(name, x: Axis("steps of the generator", scale: .log), y: Axis(""))
    plot.line(x: steps, y: moments.map(\.transport), label: "exact W₁", color: .palette(0), width: 2.4, marker: .disc)
    plot.line(x: steps, y: moments.map(\.estimate), label: "estimate", color: .palette(1), width: 2)
    plot.line(x: steps, y: moments.map(\.bound), label: "estimate / steepest slope", color: .palette(2), width: 1.6)
    return plot
  }

  private func estimateAgainstTransport(_ way: Way, _ moments: [Moment], _ correlation: Double) throws -> Plot {
    var plot = Plot("\(way.name): correlation \(correlation.short)", x: Axis("exact W₁"), y: Axis("estimate"))
    plot.legend = .topLeft
    if case .gradientPenalty(let weight) = way.constraint {
      // What the best critic between two points at that distance would say.
      let distances = (0...60).map { Double($0) / 60 * (moments.map(\.transport).max() ?? 1) }
      plot.line(
        x: distances, y: try distances.map { try diracCritic(distance: $0, weight: weight).estimate },
        label: "θ + θ²/(2λ)", color: .palette(3), width: 1.6)
    }
    plot.scatter(
      x: moments.map(\.transport), y: moments.map(\.estimate), label: "a moment of the training",
      color: .palette(1), radius: 3.5)
    return plot
  }

  private func drawWeights(clipped: [Double], penalized: [Double]) throws {
    let c = Self.clippingBound
    let atBound = Double(clipped.count { abs($0) > 0.99 * c }) / Double(max(1, clipped.count))
    let largest = penalized.map { abs($0) }.max() ?? 0
    print(
      "Weights of the critic: under clipping \((100 * atBound).short) % lie within 1 % of ±\(c); under the penalty the "
        + "largest is \(largest.short)")
    // An odd number of bins, so that ±c are the middles of the last ones that hold anything.
    let (bins, edge) = (45, 1.125 * c)
    var left = Plot("clipping, c = \(c)", x: Axis("weight", range: -edge...edge), y: Axis("count"))
    left.histogram(clipped, bins: bins, range: -edge...edge, isDensity: false, color: .palette(1))
    let outside = penalized.count { abs($0) > 0.5 }
    var right = Plot(
      "gradient penalty (\(outside) of \(penalized.count) lie farther out)", x: Axis("weight", range: -0.5...0.5),
      y: Axis("count"))
    right.histogram(penalized, bins: bins, range: -0.5...0.5, isDensity: false, color: .palette(0))
    try writer.write(
      FigureGrid([[left, right]]).image(width: 1000, height: 380), as: "clipped-weights", kind: .samples,
      metrics: ["share of clipped weights at ±c": atBound])
  }
}
