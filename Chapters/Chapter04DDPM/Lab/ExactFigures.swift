import Chapter04DDPM
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// The figures that need no training: the same for everybody who solved the exercises, whatever the seed.
struct ExactFigures {
  let writer: FigureWriter
  /// DDPM's chain: 1000 steps, linear betas.
  let chain: DiffusionChain
  let cosineChain: DiffusionChain
  /// Exact figures do not follow --seed: they are compared by pixel.
  private let random = RandomStream(seed: 4)

  init(_ writer: FigureWriter, chain: DiffusionChain) throws {
    self.writer = writer
    self.chain = chain
    cosineChain = try DiffusionChain(alphaBars: alphaBars(betas: cosineBetas(count: chain.count)))
  }

  // MARK: - schedules (exercise 4.1)

  /// ᾱ and the signal-to-noise ratio of both schedules, and what is left of a digit at their ends.
  func schedules() throws -> String {
    let times = Array(1...chain.count)
    let chains = [("linear", chain), ("cosine", cosineChain)]
    var remaining = Plot("Signal that is left", x: Axis("t", range: 0...1000), y: Axis("ᾱ", range: 0...1))
    var ratio = Plot(
      "Signal-to-noise ratio", x: Axis("t", range: 0...1000), y: Axis("ᾱ / (1 − ᾱ)", scale: .log, range: 1e-6...1e5))
    remaining.legend = .topRight
    ratio.legend = .topRight
    for (name, chain) in chains {
      let alphaBars = try times.map { try chain.alphaBar($0) }
      remaining.line(x: times.map(Double.init), y: alphaBars, label: name)
      ratio.line(x: times.map(Double.init), y: try alphaBars.map { try signalToNoise(alphaBar: $0) }, label: name)
    }
    ratio.horizontalLine(1)
    try writer.write(
      FigureGrid([[remaining, ratio]]).image(width: 980, height: 360), as: "schedules", kind: .exact)

    // A mean digit of variance 1 has ‖x₀‖² = D.
    let dimensions = 784
    var rows: [[String]] = []
    for (name, count) in [("linear", 1000), ("linear", 100), ("cosine", 1000), ("cosine", 100)] {
      let betas = try name == "linear" ? linearBetas(count: count) : cosineBetas(count: count)
      let end = try alphaBars(betas: betas)[count - 1]
      let nats = try priorDivergence(squaredNorm: Double(dimensions), dimensions: dimensions, alphaBar: end)
      rows.append([
        name, "\(count)", end.short, try signalToNoise(alphaBar: end).short, nats.short,
        try bitsPerDimension(nats: nats, dimensions: dimensions).short,
      ])
    }
    return TextTable(["betas", "T", "ᾱ_T", "SNR", "KL to N(0, I), nats a digit", "bits/dim"], rows).description
  }

  // MARK: - forward-strip (exercise 4.2)

  func forwardStrip() throws {
    let digits = try DigitSheet.load().train
    let times = [0, 50, 100, 200, 300, 400, 600, 800, 1000]
    var rng = random.stream("forward strip")
    let pictures = (digits.images([2, 5].map { digits.indices(ofClass: $0)[7] }) - digits.images.mean())
    let scale = Float(1 / digits.standardDeviation)
    var tiles: [Image] = []
    for row in 0..<2 {
      let clean = pictures.sliced(axis: 0, row..<row + 1) * scale
      let noise = Tensor.normal(clean.shape, using: &rng)
      for chain in [chain, cosineChain] {
        for t in times {
          let x = t == 0 ? clean : try qSample(x0: clean, times: [t], chain: chain, noise: noise)
          tiles.append(Image(gray: clamp(x, -2, 2).scalars, width: 28, height: 28, low: -2, high: 2))
        }
      }
    }
    let sheet = ContactSheet(
      tiles, columns: times.count, rowLabels: ["linear", "cosine", "linear", "cosine"],
      columnLabels: times.map { $0 == 0 ? "t = 0" : "\($0)" }, zoom: 3)
    try writer.write(sheet, as: "forward-strip", kind: .exact)
  }

  // MARK: - posterior-weights (exercise 4.3)

  func posteriorWeights() throws {
    let times = Array(1...chain.count)
    let x = times.map(Double.init)
    let coefficients = try times.map { try posteriorCoefficients(t: $0, chain: chain) }
    var mean = Plot(
      "The posterior's mean: clean · x₀ + noisy · xₜ", x: Axis("t", scale: .log),
      y: Axis("factor", range: 0...1.05))
    mean.line(x: x, y: coefficients.map(\.clean), label: "clean")
    mean.line(x: x, y: coefficients.map(\.noisy), label: "noisy")
    var variance = Plot("Its variance, over β", x: Axis("t", scale: .log), y: Axis("β̃ / β", range: 0...1.05))
    variance.line(x: x, y: try zip(coefficients, times).map { $0.variance / (try chain.beta($1)) })
    try writer.write(
      FigureGrid([[mean, variance]]).image(width: 980, height: 360), as: "posterior-weights", kind: .exact)
  }

  // MARK: - elbo-weights (exercises 4.5 and 4.6)

  func boundWeights() throws {
    var plot = Plot(
      "Weight of ‖ε − ε̂‖² at each time", x: Axis("t", scale: .log), y: Axis("weight", scale: .log))
    for (kind, name) in [(ReverseVariance.beta, "bound, σ² = β"), (.posterior, "bound, σ² = β̃")] {
      let variances = try reverseVariances(kind, chain: chain)
      // β̃₁ is 0: there the bound has another kind of term.
      let times = (kind == .beta ? 1 : 2)...chain.count
      let weights = try times.map { try boundWeight(t: $0, variance: variances[$0 - 1], chain: chain) }
      plot.line(x: times.map(Double.init), y: weights, label: name)
    }
    plot.line(x: [1, Double(chain.count)], y: [1, 1], label: "simple loss", color: .ink, dash: [5, 4])
    try writer.write(plot.image(), as: "elbo-weights", kind: .exact)
  }

  // MARK: - gaussian-table (exercises 4.8 and 4.11): DDIM's Table 1 in closed form

  static let noises: [(name: String, noise: DDIMNoise)] = [
    ("η = 0", .eta(0)), ("η = 0.5", .eta(0.5)), ("η = 1", .eta(1)), ("σ̂", .larger),
  ]

  func gaussianTable() throws -> String {
    let counts = [5, 10, 20, 50, 100, 200, 500, 1000]
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
    let plots = try [0.05, 0.5].map { deviation in
      var plot = Plot(
        "Data N(0, s²), s = \(deviation)", x: Axis("steps S", scale: .log),
        y: Axis("deviation of the samples, over s", scale: .log))
      for (name, noise) in Self.noises {
        let ratios = try counts.map { count in
          let times = try subsequence(count: count, of: chain.count)
          let variance = try finalVariance(
            dataVariance: deviation * deviation, alphaBars: times.reversed().map { try chain.alphaBar($0) },
            noise: { try stepNoise(noise, from: $0, to: $1) })
          return variance.squareRoot() / deviation
        }
        plot.line(x: counts.map(Double.init), y: ratios, label: name, marker: .disc)
        rows.append(["\(deviation)", name] + ratios.map { (($0 * 1e4).rounded() / 1e4).description })
        for (count, ratio) in zip(counts, ratios) { metrics["s = \(deviation), \(name), S = \(count)"] = ratio }
      }
      plot.horizontalLine(1)
      return plot
    }
    try writer.write(
      FigureGrid([plots.map { $0 as any Drawable }]).image(width: 980, height: 400), as: "gaussian-table", kind: .exact,
      metrics: metrics)
    return TextTable(["s", "noise"] + counts.map { "S = \($0)" }, rows).description
  }

  // MARK: - sde-limit (exercises 4.6 and 4.10)

  /// ᾱ of short chains against the limit, and how fast three reverse steps approach the right variance.
  func sdeLimit() throws -> String {
    let rate = try DiffusionRate()
    let fine = (0...200).map { Double($0) / 200 }
    let limit = try fine.map { try continuousAlphaBar(rate: rate, t: $0) }
    var products = Plot(
      "ᾱ of chains of N steps, and its limit", x: Axis("t / N", range: 0...1), y: Axis("ᾱ", range: 0...1))
    for count in [25, 50, 200] {
      let chain = try DiffusionChain(alphaBars: alphaBars(betas: chainBetas(rate: rate, count: count)))
      products.line(
        x: (0...count).map { Double($0) / Double(count) }, y: try (0...count).map { try chain.alphaBar($0) },
        label: "N = \(count)", width: 1.3)
    }
    products.line(x: fine, y: limit, label: "N → ∞", color: .ink, dash: [5, 4])

    let dataVariance = 0.25
    let counts = [50, 100, 200, 400, 800, 1600]
    var errors = Plot(
      "Reverse of N(0, s²), s = 0.5: error of the variance", x: Axis("steps N", scale: .log),
      y: Axis("|V − s²| / s²", scale: .log))
    var rows: [[String]] = []
    for (name, step) in try reverseSteps(rate: rate, dataVariance: dataVariance) {
      let values = try counts.map { count in
        var variance = 1.0
        for i in (1...count).reversed() {
          // A linear step is known by what it makes of 1 without noise, and of 0 with the noise 1.
          let factor = Double(try step(count, i, 1, 0))
          let added = Double(try step(count, i, 0, 1))
          variance = factor * factor * variance + added * added
        }
        return abs(variance - dataVariance) / dataVariance
      }
      errors.line(x: counts.map(Double.init), y: values, label: name, marker: .disc)
      let order = log(values[values.count - 2] / values[values.count - 1]) / log(2)
      rows.append([name] + values.map(\.short) + [order.short])
    }
    try writer.write(
      FigureGrid([[products, errors]]).image(width: 980, height: 400), as: "sde-limit", kind: .exact)
    return TextTable(["reverse step"] + counts.map { "N = \($0)" } + ["order"], rows).description
  }

  /// A reverse step i of N for Gaussian data with the exact score, of numbers x and z.
  private typealias ScalarStep = (_ count: Int, _ i: Int, _ x: Float, _ z: Float) throws -> Float

  private func reverseSteps(
    rate: DiffusionRate, dataVariance: Double
  ) throws -> [(name: String, step: ScalarStep)] {
    var chains: [Int: DiffusionChain] = [:]
    func chain(_ count: Int) throws -> DiffusionChain {
      if let known = chains[count] { return known }
      let made = try DiffusionChain(alphaBars: alphaBars(betas: chainBetas(rate: rate, count: count)))
      chains[count] = made
      return made
    }
    let zero = Tensor([Float(0)])
    func noise(_ x: Tensor, _ alphaBar: Double) throws -> Tensor {
      try gaussianNoise(x, alphaBar: alphaBar, mean: zero, variance: dataVariance)
    }
    return [
      (
        "ancestral, variance β",
        { count, i, x, z in
          let (chain, x) = (try chain(count), Tensor([x]))
          let predicted = try noise(x, chain.alphaBar(i))
          return try ancestralStep(
            x, t: i, predictedNoise: predicted, freshNoise: Tensor([z]), variance: chain.beta(i), chain: chain
          ).item()
        }
      ),
      (
        "Euler–Maruyama, reverse SDE",
        { count, i, x, z in
          let (t, x) = (Double(i) / Double(count), Tensor([x]))
          let alphaBar = try continuousAlphaBar(rate: rate, t: t)
          let score = try scoreFromNoise(noise(x, alphaBar), alphaBar: alphaBar)
          return try reverseDiffusionStep(
            x, t: t, h: 1 / Double(count), score: score, noise: Tensor([z]), rate: rate
          ).item()
        }
      ),
      (
        "Euler, probability flow",
        { count, i, x, _ in
          let (t, x) = (Double(i) / Double(count), Tensor([x]))
          let alphaBar = try continuousAlphaBar(rate: rate, t: t)
          let score = try scoreFromNoise(noise(x, alphaBar), alphaBar: alphaBar)
          return try probabilityFlowStep(x, t: t, h: 1 / Double(count), score: score, rate: rate).item()
        }
      ),
    ]
  }

  // MARK: - langevin (exercises 4.6, 4.10 and 4.11)

  /// Four samplers of one law, each with a thousand evaluations of its exact score: histograms, and a table with three seeds.
  func langevin() throws -> String {
    let (means, weights, deviation) = ([-1.5, 1.5], [0.8, 0.2], 0.2)
    let mixture = try IsotropicMixture(
      weights: weights, means: Tensor(means, shape: [2, 1]), variances: [deviation, deviation].map { $0 * $0 })
    let predictor: NoisePredictor = { x, t in
      try mixtureNoise(x, alphaBar: chain.alphaBar(t), mixture: mixture)
    }
    let score: ScoreFunction = { x, t in
      try scoreFromNoise(predictor(x, t), alphaBar: chain.alphaBar(t))
    }
    let variances = try reverseVariances(.beta, chain: chain)
    let hundred = try subsequence(count: 100, of: chain.count)
    typealias Draw = (Tensor, inout RandomStream) throws -> Tensor
    let samplers: [(name: String, draw: Draw)] = [
      (
        "Ancestral, T = 1000",
        { x, rng in
          try ancestralSample(predictor: predictor, initial: x, variances: variances, chain: chain, using: &rng)
        }
      ),
      (
        "DDIM, η = 0, 1000 steps",
        { x, rng in
          try ddimSample(
            predictor: predictor, initial: x, times: Array(1...chain.count), noise: .eta(0), chain: chain, using: &rng)
        }
      ),
      (
        "Langevin at the data, 1000 steps",
        { x, rng in
          var x = x
          for _ in 0..<1000 {
            let slope = try score(x, 1)
            let noise = Tensor.normal(x.shape, using: &rng)
            x = try langevinStep(x, stepSize: 0.01, score: slope, noise: noise)
          }
          return x
        }
      ),
      (
        "Annealed Langevin, 100 laws × 10 steps",
        { x, rng in
          try annealedLangevin(
            score: score, initial: x, times: hundred, stepsPerTime: 10, stepScale: 0.2, chain: chain, using: &rng)
        }
      ),
    ]
    let count = 2000
    let axis = (0...300).map { -3 + 6 * Double($0) / 300 }
    let density = axis.map { x in
      zip(means, weights).map { mean, weight in
        weight * exp(-0.5 * pow((x - mean) / deviation, 2)) / (deviation * (2 * Double.pi).squareRoot())
      }.reduce(0, +)
    }
    var plots: [Plot] = []
    var rows: [[String]] = []
    for (name, draw) in samplers {
      let shares = try (1...(writer.isQuick ? 1 : 3)).map { seed -> (left: Double, spread: Double) in
        var rng = RandomStream(seed: UInt64(seed)).stream("langevin")
        let start = Tensor.normal([count, 1], using: &rng)
        let values = try draw(start, &rng).scalars.map(Double.init)
        if seed == 1 {
          var plot = Plot(name, x: Axis("x", range: -3...3), y: Axis("density", range: 0...1.8))
          plot.legend = .none
          plot.histogram(values, bins: 60, range: -3...3, color: .palette(plots.count))
          plot.line(x: axis, y: density, color: .ink, width: 1.2)
          plots.append(plot)
        }
        let left = values.filter { $0 < 0 }
        let mean = left.reduce(0, +) / Double(left.count)
        let variance = left.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(left.count)
        return (Double(left.count) / Double(count), variance.squareRoot())
      }
      rows.append([name, Spread(shares.map(\.left)).description, Spread(shares.map(\.spread)).description])
    }
    let grid = FigureGrid([[plots[0], plots[1]], [plots[2], plots[3]]])
    try writer.write(grid.image(width: 980, height: 640), as: "langevin-ancestral", kind: .exact)
    return TextTable(["sampler", "share on the left (law: 0.8)", "deviation there (law: 0.2)"], rows).description
  }
}
