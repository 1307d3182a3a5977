import Chapter06RectifiedFlow
import Figures
import Foundation
import LabKit
import Tensors

/// The figures that need no training: the same for everybody who solved the exercises, whatever the seed.
struct ExactFigures {
  let writer: FigureWriter
  /// Exact figures do not follow --seed: they are compared by pixel.
  private let random = RandomStream(seed: 6)

  init(_ writer: FigureWriter) { self.writer = writer }

  /// Three clusters on the line: two thirds of the figures are about them.
  private func line() throws -> IsotropicMixture {
    try IsotropicMixture(
      weights: [0.35, 0.4, 0.25], means: Tensor([-1.8, 0.2, 1.9], shape: [3, 1]),
      variances: [0.2 * 0.2, 0.15 * 0.15, 0.3 * 0.3])
  }

  /// log p of ``line()`` with variance added and centres scaled, at single points.
  private func logDensity(_ law: IsotropicMixture, at x: Double, scale: Double = 1, added: Double = 0) -> Double {
    let centres = law.means.scalars.map { scale * Double($0) }
    let terms = law.weights.indices.map { k in
      let variance = scale * scale * law.variances[k] + added
      let square = (x - centres[k]) * (x - centres[k])
      return Foundation.log(law.weights[k]) - 0.5 * (square / variance + Foundation.log(2 * .pi * variance))
    }
    let largest = terms.max() ?? 0
    return largest + Foundation.log(terms.reduce(0) { $0 + Foundation.exp($1 - largest) })
  }

  // MARK: - rewiring (exercises 6.1 to 6.3, 6.5 and 6.6): after Liu et al. 2022, figure 2

  /// Straight lines that cross, the flow that they make, and the lines between its ends.
  func rewiring() throws {
    let law = try line()
    let velocity: Velocity = { x, t in try mixtureVelocity(x, t: t, mixture: law) }
    let count = 40
    // The middles of 40 equal shares of the noise, each with a partner by chance.
    var rng = random.stream("partners")
    let starts = (0..<count).map { Self.normalQuantile((Double($0) + 0.5) / Double(count)) }
    let noise = Tensor(starts, shape: [count, 1])
    var times: [Double] = []
    var nodes: [[Float]] = []
    let (end, _) = try heunODE(velocity, initial: noise, times: evenTimes(steps: 100)) { _, x, t in
      times.append(t)
      nodes.append(x.scalars)
    }
    // Partners at random: the flow's own ends, shuffled, so that all three panels have the same ends.
    let partners = end.take(rng.permutation(count))
    let ends = Tensor(end.scalars, shape: [count, 1])

    func panel(_ title: String) -> Plot {
      var plot = Plot(title, x: Axis("t", range: 0...1), y: Axis("x", range: -3...3))
      plot.legend = .none
      return plot
    }
    func color(_ end: Float) -> Color { .palette(end < -0.9 ? 0 : end < 1.05 ? 1 : 2) }
    func lines(_ title: String, _ ends: [Float]) -> Plot {
      var plot = panel(title)
      for (start, end) in zip(starts, ends) {
        plot.line(x: [0, 1], y: [start, Double(end)], color: color(end), width: 1.2)
      }
      return plot
    }
    var flow = panel("the flow: no two paths cross")
    for (index, end) in end.scalars.enumerated() {
      flow.line(x: times, y: nodes.map { Double($0[index]) }, color: color(end), width: 1.2)
    }
    let plots = [
      lines("pairs at random: lines cross", partners.scalars), flow,
      lines("reflow: straight, and none cross", ends.scalars),
    ]
    let many = Tensor.normal([4000, 1], using: &rng)
    let s = try straightness(velocity, initial: many, steps: 100)
    try writer.write(
      FigureGrid([plots.map { $0 as any Drawable }]).image(width: 1260, height: 400), as: "rewiring", kind: .exact,
      metrics: ["S": s])
  }

  /// The z with P(N(0, 1) < z) = p, by bisection.
  private static func normalQuantile(_ p: Double) -> Double {
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  // MARK: - velocity-field (exercises 6.3 and 6.8)

  /// The ring's exact velocity at four times over the density that the likelihood finds for that time.
  func velocityField() throws {
    let h = 0.5.squareRoot()
    let directions: [[Double]] = [[1, 0], [h, h], [0, 1], [-h, h], [-1, 0], [-h, -h], [0, -1], [h, -h]]
    let ring = try IsotropicMixture(
      means: Tensor(directions.flatMap { $0.map { $0 * 2.0.squareRoot() } }, shape: [8, 2]), standardDeviation: 0.2)
    let velocity: Velocity = { x, t in try mixtureVelocity(x, t: t, mixture: ring) }
    let range = -2.6...2.6
    let side = writer.isQuick ? 16 : 80
    let cell = (range.upperBound - range.lowerBound) / Double(side)
    let places = (0..<side).map { range.lowerBound + cell * (Double($0) + 0.5) }
    let points = Tensor(places.flatMap { y in places.flatMap { x in [x, y] } }, shape: [side * side, 2])
    let arrows = (0..<15).map { range.lowerBound + (range.upperBound - range.lowerBound) * (Double($0) + 0.5) / 15 }
    var worst = 0.0
    let plots = try [0, 0.4, 0.7, 1].map { t in
      let logDensities =
        t == 0
        ? try standardNormalLogDensity(points)
        : try logLikelihood(
          velocity, x: points, times: evenTimes(steps: writer.isQuick ? 10 : 60, from: t, to: 0))
      let values = logDensities.scalars.map { Foundation.exp(Double($0)) }
      let exact = try density(of: ring, at: points, t: t)
      let largest = exact.max() ?? 1
      worst = max(worst, zip(values, exact).map { Swift.abs($0 - $1) / largest }.max() ?? 0)
      var plot = Plot("t = \(t == 0 || t == 1 ? "\(Int(t))" : "\(t)")", x: Axis(range: range), y: Axis(range: range))
      plot.isEqual = true
      plot.hasGrid = false
      plot.heatMap(values, columns: side, rows: side, x: range, y: range, map: .mist, low: 0, barLabel: nil)
      let at = Tensor(arrows.flatMap { y in arrows.flatMap { x in [x, y] } }, shape: [arrows.count * arrows.count, 2])
      let v = try mixtureVelocity(at, t: t, mixture: ring).scalars.map(Double.init)
      func column(_ values: [Double], _ axis: Int) -> [Double] {
        stride(from: axis, to: values.count, by: 2).map { values[$0] }
      }
      let xy = at.scalars.map(Double.init)
      plot.quiver(
        x: column(xy, 0), y: column(xy, 1), u: column(v, 0), v: column(v, 1), color: .ink, length: 22)
      return plot as any Drawable
    }
    try writer.write(
      FigureGrid([Array(plots[..<2]), Array(plots[2...])]).image(width: 900, height: 920), as: "velocity-field",
      kind: .exact, metrics: ["largest error of the density, over its maximum": worst])
  }

  /// p_t of a mixture in the plane: Σ wₖ N(tμₖ, (1 − t)² + t²sₖ²).
  private func density(of law: IsotropicMixture, at points: Tensor, t: Double) throws -> [Double] {
    let xy = points.scalars.map(Double.init)
    let centres = law.means.scalars.map { t * Double($0) }
    return stride(from: 0, to: xy.count, by: 2).map { i in
      law.weights.indices.reduce(0.0) { sum, k in
        let variance = (1 - t) * (1 - t) + t * t * law.variances[k]
        let (dx, dy) = (xy[i] - centres[2 * k], xy[i + 1] - centres[2 * k + 1])
        return sum + law.weights[k] * Foundation.exp(-0.5 * (dx * dx + dy * dy) / variance) / (2 * .pi * variance)
      }
    }
  }

  // MARK: - straightness-exact (exercises 6.3 and 6.5)

  /// S, V and their sum for N(0, 1) → N(0, s²): the closed forms and what the exercises measure.
  func straightnessOfGaussians() throws {
    let fine = (0...100).map { 0.03 * Double($0) }
    var plot = Plot("N(0, 1) → N(m, s²), independent", x: Axis("s"), y: Axis(""))
    plot.legend = .automatic
    let curves: [(String, (Double) -> Double)] = [
      ("S = s(2 − π/2)", { $0 * (2 - .pi / 2) }), ("V = sπ/2", { $0 * .pi / 2 }), ("S + V = 2s", { 2 * $0 }),
    ]
    for (index, (label, f)) in curves.enumerated() {
      plot.line(x: fine, y: fine.map(f), label: label, color: .palette(index))
    }
    let count = writer.isQuick ? 500 : 20_000
    let deviations = [0.25, 0.5, 1, 1.5, 2, 2.5, 3]
    var rng = random.stream("straightness")
    var measured: [[Double]] = []
    for s in deviations {
      let (source, target) = (
        try Gaussian(mean: 0, standardDeviation: 1), try Gaussian(mean: 1, standardDeviation: s)
      )
      let velocity: Velocity = { x, t in try gaussianVelocity(x, t: t, from: source, to: target) }
      let pairs = try Pairs(
        x0: Tensor.normal([count, 1], using: &rng), x1: Tensor.normal([count, 1], using: &rng) * Float(s) + 1)
      let own = try straightness(velocity, initial: pairs.x0, steps: 50)
      let crossing = try intersection(velocity, pairs: pairs, steps: 50)
      measured.append([own, crossing, own + crossing])
    }
    for index in 0..<3 {
      plot.scatter(
        x: deviations, y: measured.map { $0[index] }, label: index == 0 ? "measured, \(count) points" : "",
        color: .palette(index), radius: 4, opacity: 1)
    }
    try writer.write(
      plot.image(width: 620, height: 420), as: "straightness-exact", kind: .exact,
      metrics: ["S at s = 1": measured[2][0], "V at s = 1": measured[2][1]])
  }

  // MARK: - heat-flow (exercise 6.9)

  /// The heat equation as a flow: three clusters spread, and every path goes down the density.
  func heatFlow() throws {
    let law = try line()
    let last = 2.0
    // ∂p/∂t = ½Δp adds t to every variance.
    func score(_ x: Double, _ t: Double) -> Double {
      let centres = law.means.scalars.map(Double.init)
      let total = logDensity(law, at: x, added: t)
      return law.weights.indices.reduce(0.0) { sum, k in
        let variance = law.variances[k] + t
        let term =
          Foundation.log(law.weights[k])
          - 0.5 * ((x - centres[k]) * (x - centres[k]) / variance + Foundation.log(2 * .pi * variance))
        return sum - Foundation.exp(term - total) * (x - centres[k]) / variance
      }
    }
    let velocity: Velocity = { x, t in
      let scores = x.scalars.map { score(Double($0), t) }
      return try heatVelocity(score: Tensor(scores, shape: x.shape))
    }
    let (columns, rows) = (200, 160)
    let range = -4.6...4.6
    var plot = Plot("∂p/∂t = Δp/2 as a flow", x: Axis("t", range: 0...last), y: Axis("x", range: range))
    plot.legend = .none
    plot.hasGrid = false
    plot.heatMap(
      x: 0...last, y: range, columns: columns, rows: rows, map: .mist, low: 0, high: 0.75, barLabel: "p(x, t)"
    ) { t, x in Foundation.exp(logDensity(law, at: x, added: t)) }
    // Starts that share the law out evenly, by its distribution function.
    let count = 24
    let starts = try (0..<count).map { try quantile((Double($0) + 0.5) / Double(count), of: law) }
    var times: [Double] = []
    var nodes: [[Float]] = []
    let grid = try evenTimes(steps: 200, from: 0, to: 1).map { last * $0 * $0 }
    _ = try heunODE(velocity, initial: Tensor(starts, shape: [count, 1]), times: grid) { _, x, t in
      times.append(t)
      nodes.append(x.scalars)
    }
    for index in 0..<count {
      plot.line(x: times, y: nodes.map { Double($0[index]) }, color: Color.ink.opacity(0.75), width: 1.1)
    }
    try writer.write(plot.image(width: 760, height: 440), as: "heat-flow", kind: .exact)
  }

  private func quantile(_ p: Double, of law: IsotropicMixture) throws -> Double {
    let centres = law.means.scalars.map(Double.init)
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      let below = law.weights.indices.reduce(0.0) { sum, k in
        sum + law.weights[k] * 0.5 * erfc((centres[k] - middle) / (2 * law.variances[k]).squareRoot())
      }
      if below < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  // MARK: - likelihood (exercise 6.8)

  /// The density of three clusters by the likelihood with few and with many steps, and how its error falls.
  func likelihood() throws {
    let law = try line()
    let velocity: Velocity = { x, t in try mixtureVelocity(x, t: t, mixture: law) }
    let places = (0...240).map { -3 + 6 * Double($0) / 240 }
    let points = Tensor(places, shape: [places.count, 1])
    let exact = places.map { logDensity(law, at: $0) }
    func estimate(_ steps: Int) throws -> [Double] {
      try logLikelihood(velocity, x: points, times: evenTimes(steps: steps, from: 1, to: 0)).scalars.map(Double.init)
    }
    var densities = Plot("The density by the likelihood", x: Axis("x"), y: Axis("p₁(x)"))
    densities.line(x: places, y: exact.map { Foundation.exp($0) }, label: "exact", color: .frame, width: 5)
    for steps in [8, 32] {
      densities.line(x: places, y: try estimate(steps).map { Foundation.exp($0) }, label: "\(steps) steps")
    }
    let counts = [8, 16, 32, 64, 128, 256]
    let errors = try counts.map { steps in
      // Weighted by the law: where nothing lies, nothing is asked for.
      let weights = exact.map { Foundation.exp($0) }
      let gaps = zip(try estimate(steps), exact).map { Swift.abs($0 - $1) }
      return zip(gaps, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    }
    var decay = Plot(
      "Its error", x: Axis("steps of Heun's method", scale: .log), y: Axis("mean |error| of log p, nats", scale: .log))
    decay.line(x: counts.map(Double.init), y: errors, label: "measured", marker: .disc)
    decay.line(
      x: counts.map(Double.init), y: counts.map { errors[3] * Foundation.pow(64 / Double($0), 2) }, label: "slope −2",
      color: .softInk, width: 1.2, dash: [5, 4])
    try writer.write(
      FigureGrid([[densities, decay]]).image(width: 980, height: 390), as: "likelihood", kind: .exact,
      metrics: Dictionary(uniqueKeysWithValues: zip(counts.map { "error, \($0) steps" }, errors)))
  }
}
