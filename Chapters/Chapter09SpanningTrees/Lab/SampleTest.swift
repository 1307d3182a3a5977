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

  /// What the test says of one sample against several sets of held-out digits.
  private struct Outcome {
    let name: String
    let space: Space
    let tests: [RunsTest]

    private func mean(_ value: (RunsTest) -> Double) -> Double {
      tests.reduce(0) { $0 + value($1) } / Double(tests.count)
    }
    var runs: Double { mean { Double($0.runs) } }
    var z: Double { mean(\.z) }
    /// The standard deviation of z over the sets.
    var spread: Double {
      (tests.reduce(0) { $0 + ($1.z - z) * ($1.z - z) } / Double(max(1, tests.count - 1))).squareRoot()
    }
    var medianP: Double { tests.map(\.pValue).sorted()[tests.count / 2] }
    var rejections: Int { tests.count { $0.pValue < 0.05 } }
  }

  private static let perClass = 10
  private static let first = Color(hex: 0x5fa8ff)
  private static let second = Color(hex: 0xef6f6c)

  func draw() throws -> TextTable {
    let sets = try heldOutSets(count: isQuick ? 3 : 10)
    let samples = try self.samples()
    let tiles = sets.flatMap { $0 } + samples.flatMap(\.tiles)
    let images = pictures(tiles)
    let tables: [Space: DistanceTable] = [
      .pixels: DistanceTable(images.reshaped([tiles.count, -1])),
      .features: DistanceTable(try DigitClassifier.trained().examine(images).features),
    ]
    let size = GeneratedDigits.count
    let calibration = try Space.allCases.map { space in
      let pairs = sets.indices.flatMap { a in sets.indices.filter { $0 > a }.map { (a, $0) } }
      let tests = try pairs.map { a, b in
        try test(Array(b * size..<(b + 1) * size), against: Array(a * size..<(a + 1) * size), in: tables[space]!)
          .outcome
      }
      return Outcome(name: "held-out digits themselves", space: space, tests: tests)
    }
    var outcomes: [Outcome] = []
    for (index, sample) in samples.enumerated() {
      let own = Array((sets.count + index) * size..<(sets.count + index + 1) * size)
      for space in Space.allCases {
        let tests = try sets.indices.map { set in
          try test(own, against: Array(set * size..<(set + 1) * size), in: tables[space]!).outcome
        }
        outcomes.append(Outcome(name: sample.name, space: space, tests: tests))
      }
    }
    try drawTrees(samples, sets: sets, table: tables[.features]!)
    try drawTest(outcomes, samples: samples, sets: sets, table: tables[.features]!)
    return table(calibration + outcomes)
  }

  private func test(
    _ own: [Int], against real: [Int], in table: DistanceTable
  ) throws -> (tree: [Edge], isFirst: [Bool], outcome: RunsTest) {
    let tree = try table.spanningTree(of: real + own)
    let isFirst = real.map { _ in true } + own.map { _ in false }
    return (tree, isFirst, try friedmanRafsky(tree, isFirst: isFirst))
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

  /// Training digits, copies of them with noise, and the chapters' sheets.
  private func samples() throws -> [Sample] {
    let digits = try DigitSheet.load().train
    var rng = random.stream("training digits")
    let real = (0..<10).flatMap { label in
      rng.shuffled(digits.indices(ofClass: label)).prefix(Self.perClass).map { digits.picture($0) }
    }
    var noise = random.stream("noise")
    var samples = [Sample(name: "real digits", tiles: real)]
    for (name, amount) in [("faint noise", 0.1), ("strong noise", 0.3)] {
      let noisy = real.map { tile in
        Image(
          width: tile.width, height: tile.height, format: .gray,
          pixels: tile.pixels.map {
            UInt8(min(255, max(0, (Double($0) + 255 * amount * noise.nextNormal()).rounded())))
          })
      }
      samples.append(Sample(name: "real, \(name)", tiles: noisy))
    }
    let (sheets, missing) = try GeneratedDigits.load()
    for word in missing { print(word) }
    return samples + sheets.map { Sample(name: $0.name, tiles: $0.tiles) }
  }

  // MARK: - Pictures and table

  /// The trees of two samples, each with the first set of held-out digits, in feature space.
  private func drawTrees(_ samples: [Sample], sets: [[Image]], table: DistanceTable) throws {
    let size = GeneratedDigits.count
    // The last generator in the list that is there, beside real digits.
    let shown = [0, samples.lastIndex { $0.name == "EDM" } ?? samples.count - 1]
    var panels: [PictureTree] = []
    var metrics: [String: Double] = [:]
    for index in shown {
      let own = Array((sets.count + index) * size..<(sets.count + index + 1) * size)
      let (tree, isFirst, outcome) = try test(own, against: Array(0..<size), in: table)
      metrics["\(samples[index].name): runs"] = Double(outcome.runs)
      panels.append(
        PictureTree(
          title:
            "held-out digits (blue) and \(samples[index].name == "real digits" ? "other real" : samples[index].name + "’s") digits (red)",
          subtitle: "R = \(outcome.runs), E[R] = \(NumberText.fixed(outcome.expectation, digits: 0)), "
            + "z = \(NumberText.fixed(outcome.z, digits: 1)), p = \(NumberText.short(outcome.pValue, digits: 2))",
          tree: tree, layout: TreeLayout(tree, count: isFirst.count, spacing: 0.05),
          tiles: sets[0] + samples[index].tiles,
          groups: isFirst.map { $0 ? 0 : 1 }, colors: [Self.first, Self.second]))
    }
    try writer.write(
      Page(FigureGrid([panels.map { $0 }], gap: 24)).image(width: 1680, height: 880, scale: 1.5), as: "sample-trees",
      kind: .samples, metrics: metrics)
  }

  /// What permutations give, with where the samples lie; and z for each sample in both spaces.
  private func drawTest(_ outcomes: [Outcome], samples: [Sample], sets: [[Image]], table: DistanceTable) throws {
    let size = GeneratedDigits.count
    let (tree, isFirst, outcome) = try test(
      Array(sets.count * size..<(sets.count + 1) * size), against: Array(0..<size), in: table)
    var rng = random.stream("permutations")
    let permuted = try permutedRuns(tree, isFirst: isFirst, count: isQuick ? 400 : 4000, using: &rng)
    let deviation = outcome.variance.squareRoot()
    let features = outcomes.filter { $0.space == .features }
    let lowest = min(-4, (features.map(\.z).min() ?? 0) - 1)
    var law = Plot(
      "z in feature space: dealt at random, and observed", x: Axis("z = (R − E[R]) / √Var", range: lowest...4.5),
      y: Axis("density", range: 0...0.46))
    // A bar for each number of runs.
    var counts: [Int: Int] = [:]
    for runs in permuted { counts[runs, default: 0] += 1 }
    let values = counts.keys.sorted()
    law.bars(
      x: values.map { (Double($0) - outcome.expectation) / deviation },
      heights: values.map { Double(counts[$0] ?? 0) / Double(permuted.count) * deviation }, width: 0.86 / deviation,
      label: "\(permuted.count) permutations of the labels", color: Color(hex: 0xb9c6d3))
    let grid = stride(from: -4.5, through: 4.5, by: 0.05).map { $0 }
    law.line(
      x: grid, y: grid.map { exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() }, label: "the normal law", color: .ink)
    for (index, one) in features.enumerated() {
      law.verticalLine(one.z, label: one.name, color: .palette(index), dash: [])
    }
    law.legend = .beside
    var bars = Plot.barChart(
      "z against \(sets.count) sets of \(size) held-out digits", groups: samples.map(\.name),
      series: Space.allCases.map { space in
        let own = outcomes.filter { $0.space == space }
        return ("in \(space.rawValue)", own.map(\.z), own.map(\.spread))
      }, yLabel: "mean z ± standard deviation")
    let lows = outcomes.map { $0.z - $0.spread }
    let highs = outcomes.map { $0.z + $0.spread }
    bars.y.range = (lows.min() ?? 0) - 0.4...(highs.max() ?? 0) + 0.4
    bars.legend = .bottomRight
    var metrics: [String: Double] = [:]
    for one in outcomes { metrics["\(one.name), \(one.space.rawValue): mean R"] = one.runs }
    try writer.write(
      Page(FigureGrid([[law], [bars]], gap: 16)).image(width: 1000, height: 820, scale: 1.5), as: "sample-test",
      kind: .samples, metrics: metrics)
  }

  private func table(_ outcomes: [Outcome]) -> TextTable {
    TextTable(
      ["100 digits against 100 held-out ones", "space", "mean R", "mean z", "± over sets", "median p", "p < 0.05"],
      outcomes.map {
        [
          $0.name, $0.space.rawValue, NumberText.fixed($0.runs, digits: 1), NumberText.fixed($0.z, digits: 2),
          NumberText.fixed($0.spread, digits: 2), $0.medianP.short, "\($0.rejections) of \($0.tests.count)",
        ]
      })
  }
}
