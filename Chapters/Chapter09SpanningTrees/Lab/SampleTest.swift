import Chapter09SpanningTrees
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// sample-trees, sample-test: does a spanning tree tell generated digits from real ones (exercise 9.6)?
struct SampleTest {
  let writer: FigureWriter
  let random: RandomStream
  let isQuick: Bool

  /// The spaces in which distances are taken.
  private enum Space: String, CaseIterable {
    case pixels, features
  }

  /// A hundred digits, ten of each class.
  private struct Sample {
    let name: String
    let tiles: [Image]
  }

  /// One test, by the formulas and by permutations within the classes.
  private struct Finding {
    let tree: [Edge]
    let byFormula: RunsTest
    /// R less its mean over permutations within the classes, in units of their standard deviation.
    let z: Double
    /// The share of those permutations with so few runs or fewer.
    let pValue: Double
  }

  /// What the test says of one sample against several sets of held-out digits.
  private struct Outcome {
    let name: String
    let space: Space
    let findings: [Finding]

    private func mean(_ value: (Finding) -> Double) -> Double {
      findings.reduce(0) { $0 + value($1) } / Double(findings.count)
    }
    var runs: Double { mean { Double($0.byFormula.runs) } }
    var zByFormula: Double { mean(\.byFormula.z) }
    var z: Double { mean(\.z) }
    /// The standard deviation of z over the sets.
    var spread: Double {
      (findings.reduce(0) { $0 + ($1.z - z) * ($1.z - z) } / Double(max(1, findings.count - 1))).squareRoot()
    }
    var medianP: Double { findings.map(\.pValue).sorted()[findings.count / 2] }
    var rejections: Int { findings.count { $0.pValue < 0.05 } }
  }

  private static let perClass = 10
  /// One more than the palette has, for the ninth sample.
  private static let lineColors = Color.palette + [Color(hex: 0xb0308f)]
  private static let first = Color(hex: 0x5fa8ff)
  private static let second = Color(hex: 0xef6f6c)

  func draw() throws -> TextTable {
    var sets = try heldOutSets(count: isQuick ? 4 : 10)
    let samples = try self.samples(besides: sets.removeLast())
    let tiles = sets.flatMap { $0 } + samples.flatMap(\.tiles)
    let images = pictures(tiles)
    let tables: [(space: Space, distances: DistanceTable)] = [
      (.pixels, DistanceTable(images.reshaped([tiles.count, -1]))),
      (.features, DistanceTable(try DigitClassifier.trained().examine(images).features)),
    ]
    let dealt = dealtWithinClasses(count: isQuick ? 100 : 400)
    // The hundred digits number k: first the held-out sets, then the samples.
    func hundred(_ k: Int) -> [Int] { Array(k * Self.size..<(k + 1) * Self.size) }
    var outcomes: [Outcome] = []
    for (space, distances) in tables {
      let pairs = sets.indices.flatMap { a in sets.indices.filter { $0 > a }.map { (a, $0) } }
      outcomes.append(
        Outcome(
          name: "the held-out sets among themselves", space: space,
          findings: try pairs.map { try test(hundred($1), against: hundred($0), in: distances, dealt: dealt) }))
      for (index, sample) in samples.enumerated() {
        let findings = try sets.indices.map { set in
          try test(hundred(sets.count + index), against: hundred(set), in: distances, dealt: dealt)
        }
        outcomes.append(Outcome(name: sample.name, space: space, findings: findings))
      }
    }
    try drawTrees(samples, sets: sets, outcomes: outcomes.filter { $0.space == .features })
    try drawTest(outcomes, samples: samples)
    return table(outcomes)
  }

  private static let size = GeneratedDigits.count
  private static let isFirst = (0..<2 * size).map { $0 < size }

  private func test(
    _ own: [Int], against real: [Int], in distances: DistanceTable, dealt: [[Bool]]
  ) throws -> Finding {
    let tree = try distances.spanningTree(of: real + own)
    let byFormula = try friedmanRafsky(tree, isFirst: Self.isFirst)
    let runs = dealt.map { labels in 1 + tree.count { labels[$0.u] != labels[$0.v] } }
    let mean = Double(runs.reduce(0, +)) / Double(runs.count)
    let squares = runs.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = (squares / Double(runs.count - 1)).squareRoot()
    return Finding(
      tree: tree, byFormula: byFormula, z: (Double(byFormula.runs) - mean) / max(deviation, 1e-9),
      pValue: try permutationPValue(byFormula.runs, among: runs))
  }

  /// Labels dealt anew within each class: of its twenty digits ten belong to either sample, as it is by construction.
  private func dealtWithinClasses(count: Int) -> [[Bool]] {
    var rng = random.stream("within classes")
    return (0..<count).map { _ in
      var labels = Self.isFirst
      for label in 0..<10 {
        let ten = label * Self.perClass..<(label + 1) * Self.perClass
        let places = Array(ten) + ten.map { $0 + Self.size }
        for (rank, place) in rng.shuffled(places).enumerated() { labels[place] = rank < Self.perClass }
      }
      return labels
    }
  }

  // MARK: - The samples

  /// Sets of held-out digits that have none in common, ten of each class in each.
  private func heldOutSets(count: Int) throws -> [[Image]] {
    let digits = try DigitSheet.load().heldOut
    var rng = random.stream("held out")
    var sets = [[Image]](repeating: [], count: count)
    for label in 0..<10 {
      let order = rng.shuffled(digits.indices(ofClass: label))
      for set in 0..<count {
        sets[set] += order[set * Self.perClass..<(set + 1) * Self.perClass].map { digits.picture($0) }
      }
    }
    return sets
  }

  /// A set of held-out digits, copies of it with noise, training digits, and the chapters' sheets.
  private func samples(besides real: [Image]) throws -> [Sample] {
    var noise = random.stream("noise")
    var samples = [Sample(name: "other real digits", tiles: real)]
    for (name, amount) in [("faint noise", 0.1), ("strong noise", 0.3)] {
      let noisy = real.map { tile in
        Image(
          width: tile.width, height: tile.height, format: .gray,
          pixels: tile.pixels.map {
            UInt8(min(255, max(0, (Double($0) + 255 * amount * noise.nextNormal()).rounded())))
          })
      }
      samples.append(Sample(name: "with \(name)", tiles: noisy))
    }
    let digits = try DigitSheet.load().train
    var rng = random.stream("training digits")
    let seen = (0..<10).flatMap { label in
      rng.shuffled(digits.indices(ofClass: label)).prefix(Self.perClass).map { digits.picture($0) }
    }
    samples.append(Sample(name: "training digits", tiles: seen))
    let (sheets, missing) = try GeneratedDigits.load()
    for word in missing { print(word) }
    return samples + sheets.map { Sample(name: $0.name, tiles: $0.tiles) }
  }

  // MARK: - Pictures and table

  /// The trees of two samples, each with the first set of held-out digits, in feature space.
  private func drawTrees(_ samples: [Sample], sets: [[Image]], outcomes: [Outcome]) throws {
    var panels: [PictureTree] = []
    var metrics: [String: Double] = [:]
    // Real digits, and those of the last chapter on diffusion that is there.
    for index in [0, samples.lastIndex { $0.name == "EDM" } ?? samples.count - 1] {
      let sample = samples[index]
      guard let finding = outcomes.first(where: { $0.name == sample.name })?.findings.first else { continue }
      metrics["\(sample.name): R"] = Double(finding.byFormula.runs)
      let others = index == 0 ? "other real digits" : "digits by \(sample.name)"
      panels.append(
        PictureTree(
          title: "held-out digits (blue) and \(others) (red)",
          subtitle: "R = \(finding.byFormula.runs); z = \(NumberText.fixed(finding.z, digits: 1)), "
            + "p = \(NumberText.short(finding.pValue, digits: 2)) by permutations within the classes",
          tree: finding.tree, layout: TreeLayout(finding.tree, count: 2 * Self.size, spacing: 0.05),
          tiles: sets[0] + sample.tiles, groups: Self.isFirst.map { $0 ? 0 : 1 }, colors: [Self.first, Self.second]))
    }
    try writer.write(
      Page(FigureGrid([panels.map { $0 }], gap: 24)).image(width: 1680, height: 880, scale: 1.5), as: "sample-trees",
      kind: .samples, metrics: metrics)
  }

  /// What permutations give, with where the samples lie; and z for each sample in both spaces.
  private func drawTest(_ outcomes: [Outcome], samples: [Sample]) throws {
    let features = outcomes.filter { $0.space == .features }.dropFirst()
    guard let finding = features.first?.findings.first else { return }
    var rng = random.stream("permutations")
    let anywhere = try permutedRuns(
      finding.tree, isFirst: Self.isFirst, count: isQuick ? 400 : 4000, using: &rng)
    let within = dealtWithinClasses(count: isQuick ? 400 : 3000).map { labels in
      1 + finding.tree.count { labels[$0.u] != labels[$0.v] }
    }
    let lowest = min(70, (features.map(\.runs).min() ?? 70) - 4)
    var law = Plot(
      "R in feature space: labels dealt at random, and the samples",
      x: Axis("R, the number of runs", range: lowest...132),
      y: Axis("probability", range: 0...0.075))
    for (runs, label, color) in [
      (anywhere, "labels dealt anywhere", Color(hex: 0xb9c6d3)), (within, "dealt within classes", Color(hex: 0xf3c98b)),
    ] {
      var counts: [Int: Int] = [:]
      for value in runs { counts[value, default: 0] += 1 }
      let values = counts.keys.sorted()
      law.bars(
        x: values.map(Double.init), heights: values.map { Double(counts[$0] ?? 0) / Double(runs.count) }, width: 0.84,
        label: label, color: color.opacity(0.75))
    }
    let (mean, variance) = (finding.byFormula.expectation, finding.byFormula.variance)
    let grid = stride(from: 75.0, through: 130, by: 0.5).map { $0 }
    law.line(
      x: grid,
      y: grid.map { exp(-($0 - mean) * ($0 - mean) / (2 * variance)) / (2 * Double.pi * variance).squareRoot() },
      label: "normal law, E[R] and Var[R]", color: .ink)
    for (index, one) in features.enumerated() {
      law.verticalLine(
        one.runs, label: "\(one.name): \(NumberText.fixed(one.runs, digits: 1))",
        color: Self.lineColors[index % Self.lineColors.count], dash: [])
    }
    law.legend = .beside
    var bars = Plot.barChart(
      "z within classes, against sets of \(Self.size) held-out digits", groups: samples.map(\.name),
      series: Space.allCases.map { space in
        let own = outcomes.filter { $0.space == space }.dropFirst()
        return ("in \(space.rawValue)", own.map(\.z), own.map(\.spread))
      }, yLabel: "mean z ± standard deviation")
    let lows = outcomes.map { $0.z - $0.spread }
    let highs = outcomes.map { $0.z + $0.spread }
    bars.y.range = (lows.min() ?? 0) - 0.4...(highs.max() ?? 0) + 0.4
    bars.horizontalLine(-1.645, label: "p = 0.05", color: .ink)
    bars.legend = .beside
    var metrics: [String: Double] = [:]
    for one in outcomes { metrics["\(one.name), \(one.space.rawValue): mean R"] = one.runs }
    try writer.write(
      Page(FigureGrid([[law], [bars]], gap: 16)).image(width: 1060, height: 820, scale: 1.5), as: "sample-test",
      kind: .samples, metrics: metrics)
  }

  private func table(_ outcomes: [Outcome]) -> TextTable {
    TextTable(
      [
        "100 digits against 100 held-out ones", "space", "mean R", "z by formula", "z within classes", "± over sets",
        "median p", "p < 0.05",
      ],
      outcomes.map {
        [
          $0.name, $0.space.rawValue, NumberText.fixed($0.runs, digits: 1), NumberText.fixed($0.zByFormula, digits: 2),
          NumberText.fixed($0.z, digits: 2), NumberText.fixed($0.spread, digits: 2), $0.medianP.short,
          "\($0.rejections) of \($0.findings.count)",
        ]
      })
  }
}
