import Chapter05EDM
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// The figures that need no training: the same for everybody who solved the exercises, whatever the seed.
struct ExactFigures {
  let writer: FigureWriter
  /// Exact figures do not follow --seed: they are compared by pixel.
  private let random = RandomStream(seed: 5)

  init(_ writer: FigureWriter) { self.writer = writer }

  // MARK: - sigma-grid (exercise 5.2)

  func sigmaGrid() throws {
    let count = 18
    var plot = Plot(
      "18 noise levels from 80 to 0.002", x: Axis("step i"), y: Axis("σ", scale: .log, range: 1e-3...200))
    for (rho, label) in [(1.0, "ρ = 1"), (3, "ρ = 3"), (7, "ρ = 7"), (1e6, "ρ → ∞ (geometric)")] {
      let sigmas = try karrasSigmas(count: count, rho: rho).dropLast()
      plot.line(x: (0..<count).map(Double.init), y: Array(sigmas), label: label, marker: .disc)
    }
    try writer.write(plot.image(), as: "sigma-grid", kind: .exact)
  }

  // MARK: - preconditioning (exercises 5.3 and 5.4)

  func preconditioningCurves() throws {
    let sigmas = (0...160).map { Foundation.pow(10, -3 + 5.5 * Double($0) / 160) }
    let coefficients = try sigmas.map { try preconditioning(sigma: $0) }
    let weights = try sigmas.map { try lossWeight(sigma: $0) }
    func panel(_ title: String, _ y: Axis) -> Plot { Plot(title, x: Axis("σ", scale: .log), y: y) }
    var mixing = panel("What goes past the network, and what it adds", Axis("factor", range: 0...1.05))
    mixing.line(x: sigmas, y: coefficients.map(\.skip), label: "c_skip")
    mixing.line(x: sigmas, y: coefficients.map(\.out), label: "c_out")
    mixing.verticalLine(0.5, label: "σ_d")
    var scales = panel("What the network sees, and what an error costs", Axis("", scale: .log))
    scales.line(x: sigmas, y: coefficients.map(\.input), label: "c_in")
    scales.line(x: sigmas, y: weights, label: "λ = 1/c_out²")
    scales.verticalLine(0.5, label: "σ_d")
    let grid = FigureGrid([[mixing, scales]])
    try writer.write(grid.image(width: 980, height: 380), as: "preconditioning", kind: .exact)
  }

  // MARK: - trajectories-1d (exercises 5.5 and 5.6): after Karras et al. 2022, figure 3

  func trajectories() throws {
    let data = Tensor([-1, 1], shape: [2, 1])
    let denoiser: Denoiser = { x, sigma in try idealDenoiser(x, sigma: sigma, data: data) }
    let sigmaMax = 80.0
    // The same noisy samples in every panel, evenly spread over the law at σ_max.
    let quantiles: [Float] = [-1.96, -1.44, -1.04, -0.67, -0.39, -0.13, 0.13, 0.39, 0.67, 1.04, 1.44, 1.96]
    let levels = (0..<400).map { sigmaMax * Foundation.pow(0.002 / sigmaMax, Double($0) / 399) }
    let panels: [(title: String, schedule: NoiseSchedule, range: ClosedRange<Double>, timeRange: ClosedRange<Double>)] =
      [
        ("VP: t from 1 to 0", .variancePreserving(), -3...3, 0...1),
        ("VE: t = σ²", .varianceExploding, -8...8, 0...25),
        ("EDM: t = σ", .edm, -8...8, 0...5),
      ]
    let plots: [Plot] = try panels.map { panel in
      var plot = Plot(
        panel.title, x: Axis("t", range: panel.timeRange), y: Axis("x", range: panel.range))
      plot.legend = .none
      let schedule = panel.schedule
      let start = schedule.time(levels[0])
      var x = Tensor(quantiles.map { $0 * Float(sigmaMax * schedule.s(start)) }, shape: [quantiles.count, 1])
      var paths = quantiles.indices.map { [Double(x.scalars[$0])] }
      var times = [start]
      for (sigma, next) in zip(levels, levels.dropFirst()) {
        let (t, u) = (schedule.time(sigma), schedule.time(next))
        // Heun's step, written out: the figure asks for exercises 5.5 and 5.6 only.
        let first = try odeDerivative(denoiser: denoiser, schedule: schedule, x: x, t: t)
        let second = try odeDerivative(denoiser: denoiser, schedule: schedule, x: x + first * Float(u - t), t: u)
        x = x + (first + second) * Float((u - t) / 2)
        times.append(u)
        for (index, value) in x.scalars.enumerated() { paths[index].append(Double(value)) }
      }
      for path in paths {
        let ending = path[path.count - 1]
        plot.line(x: times, y: path, color: .palette(ending < 0 ? 0 : 1), width: 1.3)
      }
      return plot
    }
    try writer.write(
      FigureGrid([plots.map { $0 as any Drawable }]).image(width: 1260, height: 400), as: "trajectories-1d",
      kind: .exact)
  }

  // MARK: - ideal-denoiser (exercise 5.5)

  func idealDenoiserOfDigits() throws {
    let digits = try DigitSheet.load().train
    let (height, width) = (digits.height, digits.width)
    let pictures = digits.images.reshaped([digits.count, height * width])
    let chosen = [2, 5, 8].map { digits.indices(ofClass: $0)[7] }
    let sigmas = [0.2, 0.5, 1, 2, 3, 4, 10, 80]
    var rng = random.stream("ideal denoiser")
    let noise = Tensor.normal([1, height * width], using: &rng)
    var tiles: [Image] = []
    for index in chosen {
      let clean = pictures.sliced(axis: 0, index..<index + 1)
      let noisy = sigmas.map { clean + noise * Float($0) }
      for (x, sigma) in zip(noisy, sigmas) {
        // Shown as the network would see it: scaled back to the range of a picture.
        let shown = x * Float(1 / (1 + sigma * sigma).squareRoot())
        tiles.append(Image(gray: clamp(shown, -1, 1).scalars, width: width, height: height))
      }
      for (x, sigma) in zip(noisy, sigmas) {
        let answer = try idealDenoiser(x, sigma: sigma, data: pictures)
        tiles.append(Image(gray: clamp(answer, -1, 1).scalars, width: width, height: height))
      }
    }
    let sheet = ContactSheet(
      tiles, columns: sigmas.count, title: "",
      rowLabels: chosen.flatMap { _ in ["noisy", "D(x; σ)"] },
      columnLabels: sigmas.map { $0 < 1 ? "σ = \($0)" : "σ = \(Int($0))" }, zoom: 3)
    try writer.write(sheet, as: "ideal-denoiser", kind: .exact)
  }

  // MARK: - error-vs-nfe (exercises 5.5 and 5.7)

  func errorAgainstEvaluations() throws {
    let counts = [5, 7, 10, 14, 18, 25, 36, 50, 72, 100]
    let gaussian = try GaussianMixture(means: Tensor([0], shape: [1, 1]), standardDeviation: 0.5)
    let start = Tensor([80], shape: [1, 1])
    // x(0) = x₀ s/√(s² + σ₀²), the exact end for data N(0, s²).
    let end = 80 * 0.5 / (0.25 + 6400).squareRoot()
    let one = try panel("Gaussian data, s = 0.5", mixture: gaussian, start: start, counts: counts) { _ in
      Tensor([Float(end)], shape: [1, 1])
    }
    let grid = Datasets.GaussianMixture.grid25(standardDeviation: 0.05 / 2.828)
    let mixture = try GaussianMixture(
      means: Tensor(grid.means.flatMap { $0 }, shape: [25, 2]), standardDeviation: 0.05 / 2.828)
    var rng = random.stream("error")
    let noise = Tensor.normal([500, 2], using: &rng) * 80
    let two = try panel("grid25, spots of sd 0.0177", mixture: mixture, start: noise, counts: counts) { denoiser in
      try heunSample(denoiser: denoiser, sigmas: try karrasSigmas(count: 1000), initial: noise).sample
    }
    try writer.write(
      FigureGrid([[one.plot, two.plot]]).image(width: 980, height: 400), as: "error-vs-nfe", kind: .exact,
      metrics: [
        "gaussian.euler.order": one.orders.euler, "gaussian.heun.order": one.orders.heun,
        "grid25.euler.order": two.orders.euler, "grid25.heun.order": two.orders.heun,
      ])
  }

  /// Median distance to the exact end for Euler's and Heun's method.
  private func panel(
    _ title: String, mixture: Chapter05EDM.GaussianMixture, start: Tensor, counts: [Int],
    exact: (Denoiser) throws -> Tensor
  ) throws -> (plot: Plot, orders: (euler: Double, heun: Double)) {
    let denoiser: Denoiser = { x, sigma in try mixtureDenoiser(x, sigma: sigma, mixture: mixture) }
    let goal = try exact(denoiser)
    // The median: a mean over grid25 is that of the few samples which ended in another spot.
    func error(_ sample: Tensor) -> Double {
      let distances = sqrt(square(sample - goal).sum(axis: 1)).scalars.sorted()
      return Double(distances[distances.count / 2])
    }
    var plot = Plot(
      title, x: Axis("evaluations of D", scale: .log), y: Axis("median error of the end", scale: .log))
    var orders: [Double] = []
    for (name, sampler) in [("Euler", eulerSample), ("Heun", heunSample)] {
      var points: [(evaluations: Double, error: Double)] = []
      for count in counts {
        let result = try sampler(denoiser, karrasSigmas(count: count), start) { _, _, _ in }
        points.append((Double(result.evaluations), error(result.sample)))
      }
      plot.line(x: points.map(\.evaluations), y: points.map(\.error), label: name, marker: .disc)
      // The slope between the two finest grids.
      let (a, b) = (points[points.count - 2], points[points.count - 1])
      orders.append(Foundation.log(a.error / b.error) / Foundation.log(b.evaluations / a.evaluations))
    }
    return (plot, (orders[0], orders[1]))
  }

  // MARK: - samples-grid25 (exercises 5.5 and 5.7)

  /// grid25 drawn by its exact denoiser, and a table of how well.
  func gridSamples() throws -> [SamplerRow] {
    let sd = 0.05 / 2.828
    let law = Datasets.GaussianMixture.grid25(standardDeviation: sd)
    let mixture = try GaussianMixture(means: Tensor(law.means.flatMap { $0 }, shape: [25, 2]), standardDeviation: sd)
    let denoiser: Denoiser = { x, sigma in try mixtureDenoiser(x, sigma: sigma, mixture: mixture) }
    var rng = random.stream("grid25")
    let noise = Tensor.normal([4000, 2], using: &rng) * 80
    let exact = try heunSample(denoiser: denoiser, sigmas: karrasSigmas(count: 400), initial: noise).sample
    let ddim = try ddimSigmas(count: 50, alphaBars: ddpmAlphaBars())
    var rows: [SamplerRow] = []
    var plots: [Plot] = []
    var metrics: [String: Double] = [:]
    func add(_ name: String, drawn: Bool, _ sample: (Tensor) throws -> (sample: Tensor, evaluations: Int)) throws {
      let (points, evaluations) = try sample(noise)
      let coverage = ModeCoverage(points, centers: law.means, standardDeviation: sd)
      let error = Double(sqrt(square(points - exact).sum(axis: 1)).mean().item())
      rows.append(
        SamplerRow(
          name: name, evaluations: evaluations, error: error, highQuality: coverage.highQualityShare,
          spread: coverage.spreadRatio))
      metrics["\(name), \(evaluations).share"] = coverage.highQualityShare
      metrics["\(name), \(evaluations).spread"] = coverage.spreadRatio
      guard drawn else { return }
      var plot = Plot(
        "\(name), \(evaluations) evaluations", x: Axis(range: -2...2), y: Axis(range: -2...2))
      plot.isEqual = true
      plot.legend = .none
      plot.scatter(interleaved: points.scalars, color: .palette(plots.count), radius: 0.9, opacity: 0.5)
      plots.append(plot)
    }
    try add("Euler", drawn: true) { try eulerSample(denoiser: denoiser, sigmas: karrasSigmas(count: 18), initial: $0) }
    try add("Heun", drawn: true) { try heunSample(denoiser: denoiser, sigmas: karrasSigmas(count: 9), initial: $0) }
    try add("Euler", drawn: true) { try eulerSample(denoiser: denoiser, sigmas: karrasSigmas(count: 35), initial: $0) }
    try add("Heun", drawn: true) { try heunSample(denoiser: denoiser, sigmas: karrasSigmas(count: 18), initial: $0) }
    try add("DDIM", drawn: false) {
      try eulerSample(denoiser: denoiser, sigmas: ddim, initial: $0 * Float(ddim[0] / 80))
    }
    try add("Euler", drawn: false) { try eulerSample(denoiser: denoiser, sigmas: karrasSigmas(count: 71), initial: $0) }
    try add("Euler", drawn: false) {
      try eulerSample(denoiser: denoiser, sigmas: karrasSigmas(count: 200), initial: $0)
    }
    let grid = FigureGrid([[plots[0], plots[1]], [plots[2], plots[3]]])
    try writer.write(grid.image(width: 820, height: 820), as: "samples-grid25", kind: .exact, metrics: metrics)
    return rows
  }
}

/// How well a sampler drew grid25.
struct SamplerRow {
  let name: String
  let evaluations: Int
  /// The mean distance to the exact end of the same trajectory.
  let error: Double
  /// The share of samples within three standard deviations of a centre; 0.989 for the law itself.
  let highQuality: Double
  /// The spread within a spot, over the law's own.
  let spread: Double
}
