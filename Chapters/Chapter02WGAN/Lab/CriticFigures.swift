import Chapter02WGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// What critics learn when the generator stands still (exercises 2.8 and 2.9).
struct CriticFigures {
  let writer: FigureWriter
  /// Where the networks' weights and batches start.
  let random: RandomStream

  /// A network of the plane with one number as output, [B, 2] → [B].
  private static func network(width: Int, using rng: inout RandomStream) -> MLP {
    MLP(dimensions: [2, width, width, width, 1], activation: .relu, using: &rng)
  }

  /// The network's values at the middles of a grid of cells, row by row from below.
  private static func surface(
    of critic: Critic, x: ClosedRange<Double>, y: ClosedRange<Double>, cells: Int
  ) throws -> [Double] {
    func place(_ k: Int, _ range: ClosedRange<Double>) -> Float {
      Float(range.lowerBound + (range.upperBound - range.lowerBound) * (Double(k) + 0.5) / Double(cells))
    }
    let points = (0..<cells).flatMap { row in (0..<cells).flatMap { column in [place(column, x), place(row, y)] } }
    return try withoutGrad { try critic(Tensor(points, shape: [cells * cells, 2])).scalars.map(Double.init) }
  }

  // MARK: - vanishing-gradient

  /// Discriminator and critic on the same two clouds that do not overlap, and what each of them tells the fakes.
  func vanishingGradient() throws {
    let steps = writer.isQuick ? 60 : 600
    let interval = writer.isQuick ? 10 : 20
    let rng = random.stream("vanishing gradient")
    /// Uniform on a disc of radius ½.
    func cloud(_ center: Float, _ count: Int, _ rng: inout RandomStream) -> Tensor {
      var scalars: [Float] = []
      for _ in 0..<count {
        let radius = 0.5 * rng.nextUniform().squareRoot()
        let angle = 2 * Double.pi * rng.nextUniform()
        scalars += [center + Float(radius * Foundation.cos(angle)), Float(radius * Foundation.sin(angle))]
      }
      return Tensor(scalars, shape: [count, 2])
    }
    var shown = rng.stream("shown")
    let real = cloud(1.5, 150, &shown)
    let fake = cloud(-1.5, 150, &shown)

    var initial = rng.stream("init")
    let discriminator = Self.network(width: 64, using: &initial)
    let critic = Self.network(width: 64, using: &initial)
    let logit: Critic = { x in discriminator(x).squeezed(axis: 1) }
    let value: Critic = { x in critic(x).squeezed(axis: 1) }
    let discriminatorOptimizer = try wganOptimizer(learningRate: 1e-3)
    let criticOptimizer = try wganOptimizer(learningRate: 1e-3)
    var batches = rng.stream("batches")
    var between = rng.stream("between")
    var times: [Double] = []
    var minimax: [Double] = []
    var nonSaturating: [Double] = []
    var wasserstein: [Double] = []
    for step in 0...steps {
      if step % interval == 0 {
        times.append(Double(step))
        // |∇ₓ log(1 − σ(ℓ))| = σ(ℓ)·|∇ₓℓ| and |∇ₓ log σ(ℓ)| = σ(−ℓ)·|∇ₓℓ|.
        let slopes = try gradientNorms(of: logit, at: fake).scalars.map(Double.init)
        let logits = try withoutGrad { try logit(fake).scalars.map(Double.init) }
        func mean(_ factor: (Double) -> Double) -> Double {
          zip(slopes, logits).reduce(0) { $0 + $1.0 * factor($1.1) } / Double(slopes.count)
        }
        minimax.append(mean { 1 / (1 + Foundation.exp(-$0)) })
        nonSaturating.append(mean { 1 / (1 + Foundation.exp($0)) })
        wasserstein.append(Double(try gradientNorms(of: value, at: fake).mean().item()))
      }
      let (x, y) = (cloud(1.5, 64, &batches), cloud(-1.5, 64, &batches))
      let (_, own) = try valueAndGrad(discriminator) {
        try softplus(-logit(x)).mean() + softplus(logit(y)).mean()
      }
      discriminatorOptimizer.update(discriminator, gradients: own)
      let u = Tensor.uniform([64], using: &between)
      let (_, other) = try valueAndGrad(critic) {
        let loss = try criticLoss(real: value(x), fake: value(y))
        return try loss + gradientPenalty(critic: value, real: x, fake: y, at: u, weight: 10)
      }
      criticOptimizer.update(critic, gradients: other)
    }

    let (xs, ys) = (-3.0...3.0, -1.8...1.8)
    func panel(_ title: String, _ values: [Double], cells: Int, bar: String) -> Plot {
      var plot = Plot(title, x: Axis(range: xs), y: Axis(range: ys))
      plot.legend = .none
      plot.heatMap(values, columns: cells, rows: cells, x: xs, y: ys, barLabel: bar)
      plot.scatter(interleaved: real.scalars, color: .white, radius: 1.6, opacity: 0.9)
      plot.scatter(interleaved: fake.scalars, color: .palette(3), radius: 1.6, opacity: 0.9)
      return plot
    }
    let cells = 90
    let probabilities = try Self.surface(of: logit, x: xs, y: ys, cells: cells).map { 1 / (1 + Foundation.exp(-$0)) }
    let prices = try Self.surface(of: value, x: xs, y: ys, cells: cells)

    let line = (0...240).map { xs.lowerBound + 6 * Double($0) / 240 }
    let middle = Tensor(line.flatMap { [Float($0), 0] }, shape: [line.count, 2])
    let d = try withoutGrad { try logit(middle).scalars.map { 1 / (1 + Foundation.exp(-Double($0))) } }
    let f = try withoutGrad { try value(middle).scalars.map(Double.init) }
    let zero = f[line.count / 2]
    var profile = Plot("Along the line through both", x: Axis("x", range: xs), y: Axis(""))
    profile.line(x: line, y: d, label: "D(x)", color: .palette(0), width: 2.4)
    profile.line(x: line, y: f.map { $0 - zero }, label: "f(x), shifted", color: .palette(2), width: 2.4)
    profile.note("fakes", x: -1.5, y: 0, dy: 24, color: .palette(3), horizontal: .center)
    profile.note("data", x: 1.5, y: 0, dy: 24, horizontal: .center)
    var gradients = Plot(
      "Gradient at the fakes", x: Axis("steps"), y: Axis("mean norm", scale: .log))
    gradients.line(x: times, y: minimax, label: "GAN, log(1 − D)", color: .palette(0), width: 2.4)
    gradients.line(x: times, y: nonSaturating, label: "GAN, −log D", color: .palette(4), width: 1.6)
    gradients.line(x: times, y: wasserstein, label: "WGAN", color: .palette(2), width: 2.4)
    let grid = FigureGrid([
      [
        panel("Discriminator D: two plateaus", probabilities, cells: cells, bar: "D"),
        panel("Critic f: one slope", prices, cells: cells, bar: "f"),
      ],
      [profile, gradients],
    ])
    let last = times.count - 1
    try writer.write(
      grid.image(width: 1120, height: 720), as: "vanishing-gradient", kind: .samples,
      metrics: [
        "log10 of the GAN's gradient": Foundation.log10(max(minimax[last], 1e-30)),
        "WGAN's gradient": wasserstein[last],
      ])
    print(
      "Gradient at the fakes after \(steps) steps: GAN, log(1 − D) \(minimax[last].short); GAN, −log D "
        + "\(nonSaturating[last].short); WGAN \(wasserstein[last].short)")
  }

  // MARK: - critic-surfaces: after Gulrajani et al. 2017, figure 1a

  /// Standard deviation of the noise that makes a fake of a real point. (The paper's is 1: with that, in a training as
  /// short as this one, the hills of the grid's neighbouring clusters still run together.)
  private static let spread: Float = 0.4

  /// Critics with clipped weights and with a gradient penalty, for fakes that are the data plus normal noise.
  func surfaces() throws {
    let sets = [("ring of 8", GaussianMixture.ring8()), ("grid of 25", GaussianMixture.grid25())]
    let constraints = [
      ("clipped", LipschitzConstraint.clipping(Self.clippingBound)), ("penalty", .gradientPenalty(0.1)),
    ]
    let cases = constraints.flatMap { constraint in sets.map { Surface(set: $0, constraint: constraint) } }
    let outcomes = try concurrently(cases) { try train($0) }
    print("Critics of a fixed generator (data + N(0, \(Self.spread)²))")
    print(
      TextTable(
        ["data", "constraint", "estimate", "mean gradient norm"],
        zip(cases, outcomes).map { [$0.set.name, $0.constraint.name, $1.estimate.short, $1.slope.short] }))
    // How steep a clipped critic is depends on its seed; with the penalty it does not.
    let metrics = zip(cases, outcomes).filter { $0.0.constraint.kind != .clipping(Self.clippingBound) }.map {
      ("\($0.set.name), \($0.constraint.name): gradient norm", $1.slope)
    }
    let plots = zip(cases, outcomes).map { surface, outcome in
      var plot = Plot(
        "\(surface.set.name), \(surface.constraint.name)", x: Axis(range: Self.range), y: Axis(range: Self.range))
      plot.isEqual = true
      plot.legend = .none
      plot.heatMap(
        banded(outcome.values, count: 14), columns: Self.cells, rows: Self.cells, x: Self.range, y: Self.range,
        barLabel: nil)
      plot.scatter(interleaved: outcome.data, color: .white, radius: 1.1, opacity: 0.9)
      return plot
    }
    try writer.write(
      FigureGrid([Array(plots[..<2]), Array(plots[2...])]).image(width: 860, height: 880), as: "critic-surfaces",
      kind: .samples, metrics: Dictionary(uniqueKeysWithValues: metrics))
  }

  private static let clippingBound = 0.1
  private static let range = -2.2...2.2
  private static let cells = 110

  /// What a critic's training leaves behind.
  private struct CriticOutcome: Sendable {
    /// f on a grid of cells.
    let values: [Double]
    /// Some of the data, as x₀, y₀, x₁, y₁, …
    let data: [Float]
    let estimate: Double
    /// Mean norm of the gradient between data and fakes.
    let slope: Double
  }

  /// One panel of critic-surfaces.
  private struct Surface: Sendable {
    let set: (name: String, law: GaussianMixture)
    let constraint: (name: String, kind: LipschitzConstraint)
  }

  private func train(_ surface: Surface) throws -> CriticOutcome {
    let steps = writer.isQuick ? 30 : 2500
    let batch = 128
    let rng = random.stream("surface \(surface.set.name)")
    var data = rng.stream("data")
    let pool = surface.set.law.samples(4096, using: &data)
    func draw(_ count: Int) -> Tensor { pool.take((0..<count).map { _ in data.integer(below: 4096) }) }
    var noise = rng.stream("noise")
    func fakes(_ count: Int) -> Tensor { draw(count) + Tensor.normal([count, 2], using: &noise) * Self.spread }
    var initial = rng.stream("init")
    let critic = Self.network(width: 96, using: &initial)
    let value: Critic = { x in critic(x).squeezed(axis: 1) }
    // The generator is the identity: what it is given are the fakes.
    let pair = WGAN(generator: critic, generate: { $0 }, critic: critic, criticize: value)
    let optimizer: any Optimizer =
      if case .clipping = surface.constraint.kind {
        RMSProp(learningRate: 5e-4)
      } else {
        try wganOptimizer(learningRate: 1e-3)
      }
    var between = rng.stream("between")
    for step in 0..<steps {
      if step == steps * 3 / 4 { optimizer.learningRate /= 5 }
      try criticStep(
        pair, real: draw(batch), noise: fakes(batch), constraint: surface.constraint.kind, optimizer: optimizer,
        using: &between)
    }
    let (real, fake) = (draw(512), fakes(512))
    let estimate = try criticEstimate(value, real: real, fake: fake)
    let lines = try interpolate(real: real, fake: fake, at: .uniform([512], using: &between))
    let slope = Double(try gradientNorms(of: value, at: lines).mean().item())

    let values = try Self.surface(of: value, x: Self.range, y: Self.range, cells: Self.cells)
    return CriticOutcome(values: values, data: draw(260).scalars, estimate: estimate, slope: slope)
  }

  /// Values rounded to `count` levels, so that their edges are level lines.
  private func banded(_ values: [Double], count: Int) -> [Double] {
    guard let low = values.min(), let high = values.max(), high > low else { return values }
    return values.map { value in
      let level = min(Double(count) - 1, ((value - low) / (high - low) * Double(count)).rounded(.down))
      return level / Double(count - 1)
    }
  }
}
