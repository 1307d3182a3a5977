import Chapter02WGAN
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// The figures of optimal transport (exercises 2.1 to 2.7): nothing is trained, and they are the same for everybody who
/// solved the exercises, whatever the seed.
struct TransportFigures {
  let writer: FigureWriter
  /// Exact figures do not follow --seed: they are compared by pixel.
  private let random = RandomStream(seed: 2)

  private static let sourceColor = Color.palette(0)
  private static let targetColor = Color.palette(1)

  init(_ writer: FigureWriter) { self.writer = writer }

  /// All of them.
  func draw() throws {
    try transportPlans()
    try areaBetweenDistributionFunctions()
    try potentialsAndCones()
    try parallelLines()
    try gaussiansAndSlices()
  }

  // MARK: - The worked example: two bakeries, three cafés (exercises 2.2, 2.3 and 2.5)

  /// The plan of section 1, exact and blurred.
  func bakeries() throws -> TextTable {
    let (p, q) = ([0.6, 0.4], [0.5, 0.3, 0.2])
    let cost = [[1.0, 2, 4], [3, 1, 2]]
    let exact = try exactTransport(p: p, q: q, cost: cost)
    let program = try transportProgram(p: p, q: q, cost: cost)
    let z = try vectorized(exact.plan)
    let residual = zip(program.matrix, program.rightHandSide).map { row, b in
      abs(zip(row, z).reduce(-b) { $0 + $1.0 * $1.1 })
    }
    guard (residual.max() ?? 0) < 1e-9 else {
      throw LabError(
        "The exact plan of exercise 2.3 does not satisfy the equations of exercise 2.2 (off by \(residual.max() ?? 0)). "
          + "Run: swift test --filter Chapter02")
    }
    func row(_ name: String, _ plan: [[Double]], _ objective: Double) throws -> [String] {
      let value = try transportCost(plan: plan, cost: cost)
      return [
        name, plan[0].map { NumberText.fixed($0, digits: 4) }.joined(separator: ", "),
        NumberText.fixed(value, digits: 4), NumberText.fixed(value - exact.value, digits: 4),
        NumberText.fixed(objective, digits: 4),
      ]
    }
    var rows: [[String]] = []
    for epsilon in [10, 1, 0.3, 0.1] {
      let plan = try sinkhorn(p: p, q: q, cost: cost, epsilon: epsilon).plan
      let objective = try entropicCost(plan: plan, p: p, q: q, cost: cost, epsilon: epsilon)
      rows.append(try row("\(epsilon)", plan, objective))
    }
    rows.append(try row("exact", exact.plan, exact.value))
    return TextTable(["ε", "first row of the plan", "cost", "above exact", "with penalty"], rows)
  }

  // MARK: - transport-plans (exercises 2.3 and 2.5)

  private func transportPlans() throws {
    let count = 40
    let places = (0..<count).map { (Double($0) + 0.5) / Double(count) }
    func mixture(_ bumps: [(center: Double, width: Double, weight: Double)]) -> [Double] {
      normalized(
        places.map { x in
          bumps.reduce(0.002) { $0 + $1.weight * Foundation.exp(-0.5 * Foundation.pow((x - $1.center) / $1.width, 2)) }
        })
    }
    let p = mixture([(0.22, 0.07, 1), (0.55, 0.1, 0.7)])
    let q = mixture([(0.35, 0.05, 0.6), (0.62, 0.06, 1), (0.85, 0.05, 0.6)])
    let squares = places.map { x in places.map { y in (x - y) * (x - y) } }

    var points = random.stream("plans")
    let number = 18
    // Targets lean to the right, so that the lines have a common direction without being parallel.
    let from = (0..<number).map { _ in [0.05 + 0.7 * points.nextUniform(), 0.05 + 0.9 * points.nextUniform()] }
    let to = (0..<number).map { _ in [0.25 + 0.7 * points.nextUniform(), 0.05 + 0.9 * points.nextUniform()] }
    let distances = from.map { x in to.map { y in distance(x, y) } }
    let weights = uniformWeights(number)

    var tables: [Plot] = []
    var lines: [Plot] = []
    func add(_ name: String, table: [[Double]], plan: [[Double]]) throws {
      let tableCost = try transportCost(plan: table, cost: squares)
      var plot = Plot(
        "\(name), cost \(NumberText.fixed(tableCost, digits: 4))", x: Axis(range: 0...1), y: Axis(range: 0...1))
      plot.isEqual = true
      // Column i of the picture is the source i, row j the target j. The square root shows faint masses.
      let cells = (0..<count).flatMap { j in (0..<count).map { i in table[i][j].squareRoot() } }
      plot.heatMap(
        cells, columns: count, rows: count, x: 0...1, y: 0...1, map: .mist, low: 0, high: cells.max(), barLabel: nil)
      tables.append(plot)

      let planCost = try transportCost(plan: plan, cost: distances)
      var drawing = Plot(
        "\(name), cost \(NumberText.fixed(planCost, digits: 4))", x: Axis(range: 0...1), y: Axis(range: 0...1))
      drawing.isEqual = true
      drawing.legend = .none
      let full = 1 / Double(number)
      for i in 0..<number {
        for j in 0..<number where plan[i][j] > 0.004 * full {
          let share = min(1, plan[i][j] / full)
          drawing.line(
            x: [from[i][0], to[j][0]], y: [from[i][1], to[j][1]], color: Color.ink.opacity(0.06 + 0.74 * share),
            width: 0.5 + 1.7 * share)
        }
      }
      drawing.scatter(x: from.map { $0[0] }, y: from.map { $0[1] }, color: Self.sourceColor, radius: 3.6, opacity: 1)
      drawing.scatter(x: to.map { $0[0] }, y: to.map { $0[1] }, color: Self.targetColor, radius: 3.6, opacity: 1)
      lines.append(drawing)
    }
    try add(
      "exact", table: exactTransport(p: p, q: q, cost: squares).plan,
      plan: exactTransport(p: weights, q: weights, cost: distances).plan)
    for epsilon in [0.002, 0.01, 0.05, 0.3] {
      try add(
        "ε = \(epsilon)",
        table: sinkhorn(p: p, q: q, cost: squares, epsilon: epsilon, maxIterations: 200, tolerance: 1e-4).plan,
        plan: sinkhorn(
          p: weights, q: weights, cost: distances, epsilon: epsilon, maxIterations: 400, tolerance: 1e-4
        ).plan)
    }
    try writer.write(
      FigureGrid([tables, lines]).image(width: 1400, height: 600, scale: 1.5), as: "transport-plans", kind: .exact)
  }

  // MARK: - cdf-area (exercise 2.1)

  private func areaBetweenDistributionFunctions() throws {
    let x = [0.6, 1.4, 2.0, 2.6, 3.1, 5.2, 6.6]
    let a = [0.1, 0.2, 0.25, 0.15, 0.1, 0.1, 0.1]
    let y = [1.7, 3.9, 4.4, 5.0, 5.6]
    let b = [0.15, 0.2, 0.3, 0.2, 0.15]
    let area = try wasserstein1(x: x, a: a, y: y, b: b)
    let merged = try wasserstein(x: x, a: a, y: y, b: b, order: 1)
    let range = 0.0...7.5

    var masses = Plot("The masses", x: Axis(range: range), y: Axis("mass", range: 0...0.36))
    masses.bars(x: x, heights: a, width: 0.13, label: "p", color: Self.sourceColor)
    masses.bars(x: y, heights: b, width: 0.13, label: "q", color: Self.targetColor)

    func below(_ points: [Double], _ weights: [Double], _ t: Double) -> Double {
      zip(points, weights).reduce(0) { $0 + ($1.0 <= t ? $1.1 : 0) }
    }
    // Stairs: every place at which either curve steps comes twice, before and after the step.
    var places = [range.lowerBound]
    var f = [0.0]
    var g = [0.0]
    for t in (x + y).sorted() {
      places += [t, t]
      f += [f[f.count - 1], below(x, a, t)]
      g += [g[g.count - 1], below(y, b, t)]
    }
    places.append(range.upperBound)
    f.append(1)
    g.append(1)
    var curves = Plot(
      "The area between them is W₁ = \(NumberText.fixed(area, digits: 4)); by quantiles "
        + NumberText.fixed(merged, digits: 4), x: Axis(range: range), y: Axis("mass to the left", range: 0...1.05))
    curves.band(
      x: places, lower: zip(f, g).map { min($0, $1) }, upper: zip(f, g).map { max($0, $1) }, color: .palette(3))
    curves.line(x: places, y: f, label: "F, of p", color: Self.sourceColor)
    curves.line(x: places, y: g, label: "G, of q", color: Self.targetColor)

    // The best potential: down where mass must go right (F > G), up where it must go left.
    var potential = [0.0]
    for k in 1..<places.count {
      let crossing = f[k - 1] - g[k - 1]
      let slope = crossing > 1e-12 ? -1.0 : crossing < -1e-12 ? 1 : 0
      potential.append(potential[k - 1] + slope * (places[k] - places[k - 1]))
    }
    func value(at t: Double) -> Double { potential[places.lastIndex { $0 <= t } ?? 0] }
    let points = x + y
    let earned = try rubinsteinValue(
      potential: points.map(value), p: a + b.map { _ in 0 }, q: a.map { _ in 0 } + b)
    var dual = Plot(
      "A potential with slopes ±1; it earns \(NumberText.fixed(earned, digits: 4))", x: Axis("x", range: range),
      y: Axis("f"))
    dual.line(x: places, y: potential, color: .palette(2))
    dual.scatter(x: x, y: x.map(value), color: Self.sourceColor, radius: 3.5, opacity: 1)
    dual.scatter(x: y, y: y.map(value), color: Self.targetColor, radius: 3.5, opacity: 1)
    try writer.write(
      FigureGrid([[masses], [curves], [dual]]).image(width: 720, height: 900), as: "cdf-area", kind: .exact,
      metrics: ["area": area, "quantiles": merged, "dual": earned])
  }

  // MARK: - potentials (exercises 2.3 and 2.4)

  private func potentialsAndCones() throws {
    let x = [1.6, 3.9, 6.2]
    let y = [0.7, 2.4, 3.1, 5.0, 5.6, 7.3]
    let p = [0.36, 0.32, 0.32]
    let q = [0.16, 0.14, 0.2, 0.16, 0.2, 0.14]
    let cost = x.map { a in y.map { b in abs(a - b) } }
    let solution = try exactTransport(p: p, q: q, cost: cost)
    let g = try cTransform(f: solution.f, cost: cost)
    let fine = (0...320).map { 8 * Double($0) / 320 }
    let envelope = try cTransform(f: solution.f, cost: x.map { a in fine.map { b in abs(a - b) } })

    var cones = Plot("f^{c}: the lower edge of the cones", x: Axis("y", range: 0...8), y: Axis(""))
    let tips = solution.f.map { -$0 }
    let top = (envelope.max() ?? 0) + 1.2
    let bottom = (tips.min() ?? 0) - 0.8
    cones.y.range = bottom...top
    for (index, (place, tip)) in zip(x, tips).enumerated() {
      cones.line(
        x: fine, y: fine.map { abs($0 - place) + tip <= top ? abs($0 - place) + tip : .nan },
        label: index == 0 ? "|y − xᵢ| − fᵢ" : "", color: Self.sourceColor.opacity(0.45), width: 1.1)
    }
    cones.line(x: fine, y: envelope, label: "f^{c}(y)", color: .palette(2), width: 3)
    cones.scatter(x: x, y: tips, label: "sources", color: Self.sourceColor, radius: 4, opacity: 1)
    cones.scatter(x: y, y: g, label: "targets", color: Self.targetColor, radius: 4, opacity: 1)

    // One potential for both, on all points: φ = −g made Lipschitz by exercise 2.4.
    let all = (x + y).sorted()
    let p11 = all.map { t in x.firstIndex(of: t).map { p[$0] } ?? 0 }
    let q11 = all.map { t in y.firstIndex(of: t).map { q[$0] } ?? 0 }
    let metric = all.map { a in all.map { b in abs(a - b) } }
    let joint = try exactTransport(p: p11, q: q11, cost: metric)
    let potential = try rubinsteinPotential(g: joint.g, distances: metric)
    let earned = try rubinsteinValue(potential: potential, p: p11, q: q11)
    // McShane's extension between the points.
    let curve = fine.map { t in zip(potential, all).map { $0 + abs($1 - t) }.min() ?? 0 }
    var single = Plot(
      "One potential φ earns \(NumberText.fixed(earned, digits: 4)) = W₁", x: Axis("x", range: 0...8), y: Axis(""))
    let low = (curve.min() ?? 0) - 1
    let high = (curve.max() ?? 0) + 1.3
    single.y.range = low...high
    single.legend = .topRight
    let tip = all.firstIndex(of: 5.0) ?? 0
    func arm(_ sign: Double) -> [Double] {
      fine.map { min(high, max(low, potential[tip] + sign * abs($0 - all[tip]))) }
    }
    single.band(x: fine, lower: arm(-1), upper: arm(1), label: "|φ(x) − φ(5)| ≤ |x − 5|", color: .palette(3))
    single.line(x: fine, y: curve, label: "φ", color: .palette(2), width: 3)
    single.scatter(
      x: x, y: x.map { potential[all.firstIndex(of: $0) ?? 0] }, label: "sources", color: Self.sourceColor, radius: 4,
      opacity: 1)
    single.scatter(
      x: y, y: y.map { potential[all.firstIndex(of: $0) ?? 0] }, label: "targets", color: Self.targetColor, radius: 4,
      opacity: 1)
    try writer.write(
      FigureGrid([[cones, single]]).image(width: 1160, height: 440), as: "potentials", kind: .exact,
      metrics: ["primal": solution.value, "single potential": earned])
  }

  // MARK: - parallel-lines (exercise 2.3)

  private func parallelLines() throws {
    let count = 12
    let heights = (0..<count).map { (Double($0) + 0.5) / Double(count) }
    let weights = uniformWeights(count)
    let angles = (0...40).map { Double($0) / 20 - 1 }
    // The points of both lines as one list; a point that both have is the same point.
    func masses(_ theta: Double) -> (p: [Double], q: [Double]) {
      theta == 0 ? (weights, weights) : (weights + heights.map { _ in 0 }, heights.map { _ in 0 } + weights)
    }
    var transport: [Double] = []
    var shannon: [Double] = []
    var variation: [Double] = []
    for theta in angles {
      let cost = heights.map { a in heights.map { b in (theta * theta + (a - b) * (a - b)).squareRoot() } }
      transport.append(try exactTransport(p: weights, q: weights, cost: cost).value)
      let (p, q) = masses(theta)
      func divergence(_ p: [Double], _ m: [Double]) -> Double {
        zip(p, m).reduce(0) { $0 + ($1.0 > 0 ? $1.0 * Foundation.log($1.0 / $1.1) : 0) }
      }
      let middle = zip(p, q).map { ($0 + $1) / 2 }
      shannon.append((divergence(p, middle) + divergence(q, middle)) / 2)
      variation.append(zip(p, q).reduce(0) { $0 + abs($1.0 - $1.1) } / 2)
    }

    var scene = Plot("Two lines at the distance θ", x: Axis("x", range: -0.4...1.2), y: Axis("y", range: -0.25...1.25))
    scene.line(x: [0, 0], y: [0, 1], label: "P", color: Self.sourceColor, width: 4)
    scene.line(x: [0.7, 0.7], y: [0, 1], label: "P_{θ}", color: Self.targetColor, width: 4)
    scene.quiver(
      x: heights.map { _ in 0.35 }, y: heights, u: heights.map { _ in 1 }, v: heights.map { _ in 0 },
      color: .softInk, length: 180, isNormalized: false)
    scene.note("every point moves by θ", x: 0.35, y: 1.08, horizontal: .center)

    var plot = Plot(
      "What each distance says", x: Axis("θ", range: -1...1), y: Axis("distance of P and P_{θ}", range: 0...1.3))
    plot.legend = .beside
    let split = 20
    func broken(_ values: [Double], _ label: String, _ color: Color) {
      let x = Array(angles[..<split]) + [0, .nan, 0] + Array(angles[(split + 1)...])
      let y = Array(values[..<split]) + [values[split - 1], .nan, values[split + 1]] + Array(values[(split + 1)...])
      plot.line(x: x, y: y, label: label, color: color, width: 2.2)
      plot.scatter(x: [0], y: [values[split]], color: color, radius: 4, opacity: 1)
    }
    plot.line(x: angles, y: transport, label: "W₁ = |θ|", color: .palette(2), width: 3)
    broken(shannon, "JS = log 2", .palette(0))
    broken(variation, "total variation = 1", .palette(4))
    plot.line(x: [-1, 1], y: [1.22, 1.22], label: "KL = ∞", color: .palette(1), width: 2.2, dash: [7, 5])
    for theta in [-0.75, -0.25, 0.25, 0.75] {
      plot.quiver(x: [theta], y: [1.225], u: [0], v: [1], color: .palette(1), length: 14, isNormalized: true)
    }
    plot.note("at θ = 0 all are 0", x: 0.08, y: 0.02, dx: 6, dy: -2)
    try writer.write(
      FigureGrid([[scene, plot]]).image(width: 1160, height: 420), as: "parallel-lines", kind: .exact)
  }

  // MARK: - gaussians-and-slices (exercises 2.6 and 2.7)

  private func gaussiansAndSlices() throws {
    let (m1, m2) = ([-2.2, -0.6], [2.2, 0.4])
    let s1 = [[1, 0.8], [0.8, 1]]
    let s2 = [[0.2, -0.3], [-0.3, 1.5]]
    let map = try gaussianTransportMap(mean1: m1, covariance1: s1, mean2: m2, covariance2: s2)
    let squared = try gaussianWasserstein2Squared(mean1: m1, covariance1: s1, mean2: m2, covariance2: s2)
    var plot = Plot(
      "Carried by T: W₂ = \(NumberText.fixed(squared.squareRoot(), digits: 4))", x: Axis(range: -5.6...5.2),
      y: Axis(range: -4.4...4.6))
    plot.isEqual = true
    plot.legend = .none
    let root = try symmetricSquareRoot(s1)
    func place(_ u: [Double]) -> [Double] {
      (0..<2).map { m1[$0] + root[$0][0] * u[0] + root[$0][1] * u[1] }
    }
    func between(_ x: [Double], _ t: Double) -> [Double] { zip(x, map(x)).map { (1 - t) * $0 + t * $1 } }
    var rng = random.stream("gaussians")
    let sample = (0..<70).map { _ in place([rng.nextNormal(), rng.nextNormal()]) }
    for x in sample {
      let end = map(x)
      plot.line(x: [x[0], end[0]], y: [x[1], end[1]], color: Color.ink.opacity(0.14), width: 0.8)
    }
    plot.scatter(x: sample.map { $0[0] }, y: sample.map { $0[1] }, color: Self.sourceColor, radius: 2.4)
    plot.scatter(x: sample.map { map($0)[0] }, y: sample.map { map($0)[1] }, color: Self.targetColor, radius: 2.4)
    for step in 0...4 {
      let t = Double(step) / 4
      for radius in [1.0, 2] {
        let circle = (0...96).map { k -> [Double] in
          let angle = 2 * Double.pi * Double(k) / 96
          return between(place([radius * Foundation.cos(angle), radius * Foundation.sin(angle)]), t)
        }
        let color = step == 0 ? Self.sourceColor : step == 4 ? Self.targetColor : Color.palette(4).opacity(0.55)
        plot.line(
          x: circle.map { $0[0] }, y: circle.map { $0[1] }, color: color, width: step == 0 || step == 4 ? 2.2 : 1.3)
      }
    }

    // A cloud and its translate by v: W₂ = ‖v‖ and SW₂ = ‖v‖/√2, exactly.
    let v = [2.0, 1.0]
    var points = random.stream("slices")
    let cloud = (0..<24).map { _ in [points.nextNormal(), points.nextNormal()] }
    let moved = cloud.map { [$0[0] + v[0], $0[1] + v[1]] }
    let weights = uniformWeights(cloud.count)
    let counts = [1, 2, 4, 8, 16, 32, 64, 128, 256]
    var xs: [Double] = []
    var ys: [Double] = []
    for draw in 0..<10 {
      for count in counts {
        var directions = random.stream("\(count) directions, \(draw)")
        let chosen = try randomDirections(count: count, dimension: 2, using: &directions)
        xs.append(Double(count))
        ys.append(try slicedWasserstein(x: cloud, a: weights, y: moved, b: weights, directions: chosen))
      }
    }
    var slices = Plot(
      "Sliced W₂ of a cloud and its translate", x: Axis("directions", scale: .log, range: 0.8...320),
      y: Axis("SW₂", range: 0...2.6))
    let length = (v[0] * v[0] + v[1] * v[1]).squareRoot()
    slices.horizontalLine(length, label: "W₂ = ‖v‖", color: .palette(1))
    slices.horizontalLine(length / 2.0.squareRoot(), label: "‖v‖/√2", color: .palette(2))
    slices.scatter(x: xs, y: ys, label: "estimate, ten draws", color: .palette(0), radius: 3, opacity: 0.8)
    try writer.write(
      FigureGrid([[plot, slices]]).image(width: 1160, height: 460), as: "gaussians-and-slices", kind: .exact,
      metrics: ["W2 squared": squared])
  }

  private func distance(_ x: [Double], _ y: [Double]) -> Double {
    zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}
