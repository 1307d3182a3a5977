import Chapter05EDM
import Figures
import Foundation
import LabKit
import Tensors

/// One exact denoiser walked down in three languages: DDPM's, EDM's and rectified flow's (exercises 5.5 and 5.11).
struct OnePathFigure {
  private let data = Tensor([-1.2, -0.45, 0.1, 0.6, 1.3], shape: [5, 1])
  private let sigmaMax = 80.0
  private let start = Tensor([-1.7, -0.9, -0.25, 0.35, 0.8, 1.5], shape: [6, 1])

  private var denoiser: Denoiser { { x, sigma in try idealDenoiser(x, sigma: sigma, data: data) } }

  // MARK: - The three languages

  /// A way of writing the same process: its scale and time, and one step of its usual sampler.
  private struct Language {
    let name: String
    /// s at a noise level.
    let scale: (Double) -> Double
    /// The time at a noise level.
    let time: (Double) -> Double
    /// The noise level at a time.
    let sigma: (Double) -> Double
    /// From one noise level to the next, in the language's own coordinates.
    let step: (_ x: Tensor, _ sigma: Double, _ next: Double) throws -> Tensor
  }

  private var languages: [Language] {
    let vp = NoiseSchedule.variancePreserving()
    return [
      Language(
        name: "DDPM", scale: { 1 / (1 + $0 * $0).squareRoot() }, time: vp.time, sigma: vp.sigma,
        step: { x, sigma, next in
          // DDIM, η = 0.
          let (a, b) = (1 / (1 + sigma * sigma), 1 / (1 + next * next))
          let noise = try predictedNoise(denoiser: denoiser, x: x, alphaBar: a)
          let clean = (x - noise * Float((1 - a).squareRoot())) * Float(1 / a.squareRoot())
          return clean * Float(b.squareRoot()) + noise * Float((1 - b).squareRoot())
        }),
      Language(
        name: "EDM", scale: { _ in 1 }, time: { $0 }, sigma: { $0 },
        step: { x, sigma, next in x + (x - (try denoiser(x, sigma))) * Float((next - sigma) / sigma) }),
      Language(
        name: "rectified flow", scale: { 1 / (1 + $0) }, time: { 1 / (1 + $0) }, sigma: { (1 - $0) / $0 },
        step: { z, sigma, next in
          let (t, u) = (1 / (1 + sigma), 1 / (1 + next))
          return z + (try predictedVelocity(denoiser: denoiser, z: z, t: t)) * Float(u - t)
        }),
    ]
  }

  /// All nodes of a walk down `sigmas`, in the language's own coordinates.
  private func walk(_ language: Language, _ sigmas: [Double]) throws -> [[Double]] {
    var x = start * Float(sigmaMax * language.scale(sigmas[0]))
    var nodes = [x.scalars.map(Double.init)]
    for (sigma, next) in zip(sigmas, sigmas.dropFirst()) {
      x = try language.step(x, sigma, next)
      nodes.append(x.scalars.map(Double.init))
    }
    return nodes
  }

  /// Nodes without their scale: x₀ + σε.
  private func unscaled(_ nodes: [[Double]], _ language: Language, _ sigmas: [Double]) throws -> [[Double]] {
    try zip(nodes, sigmas).map { row, sigma in
      let x = Tensor(row.map { Float($0) }, shape: [row.count, 1])
      let here = EDMCoordinates(s: language.scale(sigma), sigma: sigma)
      return try carry(x, from: here, to: EDMCoordinates(s: 1, sigma: sigma)).scalars.map(Double.init)
    }
  }

  private func geometric(_ count: Int, to sigmaMin: Double) -> [Double] {
    (0...count).map { sigmaMax * Foundation.pow(sigmaMin / sigmaMax, Double($0) / Double(count)) }
  }

  // MARK: - The picture

  func draw(_ writer: FigureWriter) throws {
    let fine = geometric(600, to: 0.01)
    let coarse = geometric(16, to: 0.05)
    let frames: [(title: String, time: ClosedRange<Double>, x: ClosedRange<Double>, label: String)] = [
      ("DDPM: x = √ᾱ·x₀ + √(1 − ᾱ)·ε", 0...1, -2.2...2.2, "time of the chain (data at 0)"),
      ("EDM: x = x₀ + σε", 0...5, -6...6, "σ (data at 0)"),
      ("rectified flow: z = t·x₀ + (1 − t)·ε", 0...1, -2.2...2.2, "t (data at 1)"),
    ]
    var together = Plot(
      "The same lines without their scale; dots: 16 steps", x: Axis("σ", scale: .log, range: 0.045...4),
      y: Axis("x/s", range: -4...4))
    var own: [Plot] = []
    for (index, language) in languages.enumerated() {
      let frame = frames[index]
      let path = try walk(language, fine)
      var plot = Plot(frame.title, x: Axis(frame.label, range: frame.time), y: Axis("", range: frame.x))
      plot.legend = .none
      let bare = try unscaled(path, language, fine)
      let dots = try unscaled(walk(language, coarse), language, coarse)
      for column in 0..<start.dim(0) {
        plot.line(x: fine.map(language.time), y: path.map { $0[column] }, color: .palette(index), width: 1.5)
        // The first is drawn widest, so that the others can be seen on it.
        together.line(
          x: fine, y: bare.map { $0[column] }, color: .palette(index), width: [7, 4, 1.2][index])
        together.scatter(
          x: coarse, y: dots.map { $0[column] }, label: column == 0 ? language.name : "", color: .palette(index),
          radius: [8, 5.5, 3][index], opacity: 1)
      }
      own.append(plot)
    }
    let (apart, metrics) = try onOwnTimes()
    let grid = FigureGrid([[FigureGrid([own.map { $0 as any Drawable }])], [FigureGrid([[together, apart]])]])
    try writer.write(grid.image(width: 1180, height: 760), as: "one-path", kind: .exact, metrics: metrics)
  }

  /// The mean distance to the exact path at σ = 0.2, against the number of steps, when each language takes even steps of
  /// its own time (EDM: Karras's).
  private func onOwnTimes() throws -> (Plot, [String: Double]) {
    let end = 0.2
    let counts = [8, 16, 32, 64, 128, 256]
    let exact = try heunSample(
      denoiser: denoiser, sigmas: geometric(3000, to: end), initial: start * Float(sigmaMax)
    ).sample.scalars.map(Double.init)
    var plot = Plot(
      "Each on times of its own: distance at σ = 0.2", x: Axis("steps", scale: .log),
      y: Axis("mean distance to the exact path", scale: .log))
    var metrics: [String: Double] = [:]
    for (index, language) in languages.enumerated() {
      var errors: [Double] = []
      for count in counts {
        let (first, last) = (language.time(sigmaMax), language.time(end))
        var sigmas = (0...count).map { language.sigma(first + (last - first) * Double($0) / Double(count)) }
        if language.name == "EDM" {
          sigmas = try karrasSigmas(count: count + 1, sigmaMin: end, sigmaMax: sigmaMax).dropLast()
        }
        let nodes = try unscaled(walk(language, sigmas), language, sigmas)
        errors.append(zip(nodes[count], exact).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(exact.count))
      }
      metrics["\(language.name).order"] = Foundation.log2(errors[4] / errors[5])
      plot.line(
        x: counts.map(Double.init), y: errors, label: language.name, color: .palette(index), marker: .disc)
    }
    return (plot, metrics)
  }
}
