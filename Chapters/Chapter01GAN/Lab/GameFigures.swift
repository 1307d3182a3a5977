import Chapter01GAN
import Figures
import Foundation
import LabKit
import Tensors

/// The figures that need no training: the same for everybody who solved the exercises, whatever the seed.
struct GameFigures {
  let writer: FigureWriter
  /// Exact figures do not follow --seed: they are compared by pixel.
  private let random = RandomStream(seed: 1)

  init(_ writer: FigureWriter) { self.writer = writer }

  // MARK: - optimal-discriminator (exercises 1.3 and 1.4)

  func optimalDiscriminatorAndDivergence() throws {
    let distance = 2.0
    let dx = 0.02
    let x = (0...600).map { -5 + dx * Double($0) }
    func density(_ mean: Double) -> [Double] {
      x.map { Foundation.exp(-0.5 * ($0 - mean) * ($0 - mean)) / (2 * Double.pi).squareRoot() }
    }
    let (p, q) = (density(0), density(distance))
    let best = try optimalDiscriminator(p: p, q: q)

    // A discriminator that saw samples only: 200 of each.
    var rng = random.stream("fit")
    let real = (0..<200).map { _ in rng.nextNormal() }
    let fake = (0..<200).map { _ in distance + rng.nextNormal() }
    let w = try fitDiscriminator(to: WeightedPoints(realSamples: real, fakeSamples: fake))
    let fitted = x.map { 1 / (1 + Foundation.exp(-(w[0] + w[1] * $0 + w[2] * $0 * $0))) }

    var left = Plot("Data N(0, 1), fakes N(2, 1)", x: Axis("x", range: -4...6), y: Axis("", range: 0...1.05))
    left.band(x: x, lower: x.map { _ in 0 }, upper: p, label: "p, data")
    left.band(x: x, lower: x.map { _ in 0 }, upper: q, label: "q, fakes")
    left.line(x: x, y: best, label: "D* = p/(p + q)", color: .ink)
    left.line(x: x, y: fitted, label: "fitted to 200 + 200 samples", color: .palette(3), dash: [6, 4])
    left.horizontalLine(0.5)

    var right = Plot(
      "What D* makes of the game", x: Axis("distance d of the two Gaussians", range: 0...8), y: Axis("JSD, nats"))
    let distances = (0...80).map { 0.1 * Double($0) }
    let wide = (0...1000).map { -6 + dx * Double($0) }
    func gaussian(_ mean: Double) -> [Double] {
      wide.map { Foundation.exp(-0.5 * ($0 - mean) * ($0 - mean)) / (2 * Double.pi).squareRoot() }
    }
    let data = gaussian(0)
    let divergences = try distances.map { try jensenShannonDivergence(p: data, q: gaussian($0), dx: dx) }
    right.line(x: distances, y: divergences, label: "JSD(N(0, 1), N(d, 1))")
    let values = try distances.enumerated().filter { $0.offset % 8 == 0 }.map { _, d in
      let other = gaussian(d)
      let answers = try optimalDiscriminator(p: data, q: other)
      let value = try gameValue(discriminator: answers, p: data, q: other, dx: dx)
      return (value + 2 * Foundation.log(2)) / 2
    }
    right.scatter(
      x: stride(from: 0, through: 80, by: 8).map { 0.1 * Double($0) }, y: values, label: "(V(D*) + log 4)/2",
      color: .palette(1), radius: 3.5, opacity: 1)
    right.horizontalLine(Foundation.log(2), label: "log 2")
    let jsd = [1.0, 2, 4].map { divergences[Int(10 * $0)] }
    try writer.write(
      FigureGrid([[left, right]]).image(width: 980, height: 390), as: "optimal-discriminator", kind: .exact,
      metrics: ["JSD at d = 1": jsd[0], "JSD at d = 2": jsd[1], "JSD at d = 4": jsd[2]])
  }

  // MARK: - generator-gradients (exercise 1.2)

  func generatorGradients() throws {
    let logits = (0...240).map { -12 + 0.1 * Double($0) }
    func panel(_ title: String, _ y: Axis) throws -> Plot {
      var plot = Plot(title, x: Axis("logit ℓ of the fake"), y: y)
      for kind in GeneratorLossKind.allCases {
        let slopes = try logits.map { Swift.abs(try generatorLossSlope(logit: $0, kind: kind)) }
        plot.line(x: logits, y: slopes, label: kind == .saturating ? "saturating" : "non-saturating")
      }
      plot.verticalLine(0)
      return plot
    }
    let grid = FigureGrid([
      [
        try panel("How hard a fake is pushed, |dL/dℓ|", Axis("", range: 0...1.05)),
        try panel("The same, logarithmic", Axis("", scale: .log, range: 1e-6...3)),
      ]
    ])
    try writer.write(grid.image(width: 980, height: 380), as: "generator-gradients", kind: .exact)
  }

  // MARK: - dirac-gan (exercise 1.5)

  private static let diracSteps = 200

  func diracPortraits() throws {
    let start = DiracState(theta: 1, psi: 0)
    let h = 0.2
    let panels: [(title: String, order: UpdateOrder, gamma: Double, isDecided: Bool)] = [
      ("at once: outwards", .simultaneous, 0, false),
      ("taking turns: a ring", .alternating, 0, false),
      ("at once, with R1, γ = 1: arrived", .simultaneous, 1, true),
    ]
    var metrics: [String: Double] = [:]
    let plots: [any Drawable] = try panels.map { panel in
      var plot = Plot(
        panel.title, x: Axis("θ, the counterfeiter", range: -3.2...3.2), y: Axis("ψ, the policeman", range: -3.2...3.2))
      plot.isEqual = true
      plot.legend = .none
      var field: [(x: Double, y: Double, u: Double, v: Double)] = []
      for i in 0..<13 {
        for j in 0..<13 {
          let place = DiracState(theta: -3 + 6 * Double(i) / 12, psi: -3 + 6 * Double(j) / 12)
          let (u, v) = try diracField(at: place, gamma: panel.gamma)
          field.append((place.theta, place.psi, u, v))
        }
      }
      plot.quiver(
        x: field.map(\.x), y: field.map(\.y), u: field.map(\.u), v: field.map(\.v), color: .frame, length: 12,
        isNormalized: true)
      var path = [start]
      for _ in 0..<Self.diracSteps {
        path.append(try diracStep(path[path.count - 1], h: h, order: panel.order, gamma: panel.gamma))
      }
      plot.line(
        x: path.map(\.theta), y: path.map(\.psi), color: panel.isDecided ? .palette(2) : .palette(0), width: 1.3)
      let end = path[path.count - 1]
      plot.scatter(x: [start.theta], y: [start.psi], color: .ink, radius: 4, opacity: 1)
      plot.scatter(x: [end.theta], y: [end.psi], color: .palette(1), radius: 4, opacity: 1)
      plot.note("start", x: start.theta, y: start.psi, dx: 7, dy: -5)
      plot.note("end", x: end.theta, y: end.psi, dx: 8, dy: 12, color: .palette(1))
      metrics["distance after \(Self.diracSteps) steps, \(panel.title)"] = (end.theta * end.theta + end.psi * end.psi)
        .squareRoot()
      return plot
    }
    try writer.write(
      FigureGrid([plots], title: "Dirac-GAN, step h = 0.2").image(width: 1140, height: 430), as: "dirac-gan",
      kind: .exact, metrics: metrics)
  }
}
