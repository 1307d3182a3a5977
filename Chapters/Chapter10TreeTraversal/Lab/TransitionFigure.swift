import Chapter10TreeTraversal
import Figures
import Foundation
import LabKit
import Tensors

/// transition: up to which noise the leaves of a hierarchy still tell the symbols above them (exercise 10.10).
///
/// The random hierarchy model with the exact posterior: the picture in small of the transition that Sclocchi, Favero
/// and Wyart (2025) found in diffusion models. Measured is the probability that a symbol drawn from the posterior is
/// the true one.
struct TransitionFigure {
  let writer: FigureWriter
  let random: RandomStream

  private static let symbolCount = 8
  private static let rulesPerSymbol = 2
  private static let hierarchies = 6

  /// One hierarchy's mean probability of the true symbol: [noise][level].
  private func agreement(depth: Int, noises: [Double], samples: Int, hierarchy: Int) throws -> [[Double]] {
    var rng = random.stream("depth \(depth), hierarchy \(hierarchy)")
    let model = try TreeModel.randomHierarchy(
      depth: depth, symbolCount: Self.symbolCount, rulesPerSymbol: Self.rulesPerSymbol, using: &rng)
    var sums = noises.map { _ in [Double](repeating: 0, count: depth + 1) }
    for _ in 0..<samples {
      let symbols = try sample(model, using: &rng)
      guard symbols.count == model.nodeCount else {
        throw LabError.wrongAnswer(
          "sample returned \(symbols.count) symbols for \(model.nodeCount) nodes", exercise: "10.10")
      }
      let luck = model.leaves.map { _ in rng.nextUniform() }
      let shift = model.leaves.map { _ in 1 + rng.integer(below: Self.symbolCount - 1) }
      for (index, noise) in noises.enumerated() {
        let observed = model.leaves.indices.map { place -> Int? in
          let symbol = symbols[model.leaves[place]]
          return luck[place] < noise ? (symbol + shift[place]) % Self.symbolCount : symbol
        }
        let evidence = try leafEvidence(observed, symbolCount: Self.symbolCount, noise: noise)
        let laws = try posteriors(model, messages: try upwardPass(model, evidence: evidence).messages)
        for (node, law) in laws.enumerated() {
          let level = Int.bitWidth - 1 - (node + 1).leadingZeroBitCount
          sums[index][level] += law[symbols[node]] / Double(samples * (1 << level))
        }
      }
    }
    return sums
  }

  private static func thousandths(_ value: Double) -> String { ((value * 1000).rounded() / 1000).description }

  func draw() throws -> TextTable {
    let top = 1 - 1 / Double(Self.symbolCount)
    let noises = (0...(writer.isQuick ? 7 : 14)).map { top * Double($0) / (writer.isQuick ? 7 : 14) }
    let depths = [3, 5, 7, 9]
    let jobs = depths.flatMap { depth in (0..<Self.hierarchies).map { (depth: depth, hierarchy: $0) } }
    let results = try concurrently(jobs) { job in
      // One large tree averages over as many leaves as many small ones.
      let samples = writer.isQuick ? 2 : job.depth > 8 ? 5 : 10
      return try agreement(depth: job.depth, noises: noises, samples: samples, hierarchy: job.hierarchy)
    }
    /// For each noise the mean over hierarchies, and its spread.
    func statistics(depth: Int, level: Int) -> (mean: [Double], spread: [Double]) {
      let own = zip(jobs, results).filter { $0.0.depth == depth }.map { $0.1.map { $0[level] } }
      let mean = noises.indices.map { index in own.reduce(0) { $0 + $1[index] } / Double(own.count) }
      let spread = noises.indices.map { index in
        (own.reduce(0) { $0 + ($1[index] - mean[index]) * ($1[index] - mean[index]) } / Double(own.count - 1))
          .squareRoot()
      }
      return (mean, spread)
    }
    let deepest = depths[depths.count - 1]
    var levels = Plot(
      "Four levels of a hierarchy of depth \(deepest)", x: Axis("share of mistaken leaves", range: 0...top),
      y: Axis("probability of the true symbol", range: 0...1.02))
    for (order, level) in [0, 3, 6, 9].enumerated() {
      let (mean, spread) = statistics(depth: deepest, level: level)
      levels.band(
        x: noises, lower: zip(mean, spread).map { $0 - $1 }, upper: zip(mean, spread).map { min(1, $0 + $1) },
        color: .palette(order))
      levels.line(
        x: noises, y: mean, label: level == 0 ? "root" : level == deepest ? "leaves" : "\(level) below the root",
        color: .palette(order), width: 2.2, marker: .disc)
    }
    levels.horizontalLine(1 / Double(Self.symbolCount), label: "a guess")
    levels.legend = .bottomLeft
    var roots = Plot(
      "The root, in hierarchies of growing depth", x: Axis("share of mistaken leaves", range: 0...top),
      y: Axis("probability of the true symbol", range: 0...1.02))
    for (order, depth) in depths.enumerated() {
      let (mean, spread) = statistics(depth: depth, level: 0)
      let color = Color.palette([3, 2, 4, 0][order])
      roots.band(
        x: noises, lower: zip(mean, spread).map { $0 - $1 }, upper: zip(mean, spread).map { min(1, $0 + $1) },
        color: color)
      roots.line(x: noises, y: mean, label: "depth \(depth)", color: color, width: 2.2, marker: .disc)
    }
    roots.horizontalLine(1 / Double(Self.symbolCount), label: "a guess")
    roots.legend = .bottomLeft

    var metrics: [String: Double] = [:]
    for depth in depths {
      let mean = statistics(depth: depth, level: 0).mean
      for index in noises.indices where index % 2 == 0 && index > 0 {
        metrics["root, depth \(depth), noise \(NumberText.short(noises[index]))"] = mean[index]
      }
    }
    try writer.write(
      FigureGrid([[levels, roots]], gap: 24).image(width: 1400, height: 480, scale: 1.5), as: "transition",
      kind: .samples, metrics: metrics)
    let shown = noises.indices.filter { $0 % 2 == 0 }
    var rows: [[String]] = []
    for (depth, level, name) in [
      (9, 0, "root, depth 9"), (9, 3, "3 below"), (9, 6, "6 below"), (9, 9, "leaves"), (7, 0, "root, depth 7"),
      (5, 0, "root, depth 5"), (3, 0, "root, depth 3"),
    ] {
      let (mean, spread) = statistics(depth: depth, level: level)
      rows.append([name] + shown.map { "\(Self.thousandths(mean[$0])) ± \(Self.thousandths(spread[$0]))" })
    }
    return TextTable(["share of mistaken leaves"] + shown.map { NumberText.short(noises[$0]) }, rows)
  }
}
