import Chapter03VQGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Both stages on ``ShapePictures``, where everything that a picture can be is known.
struct ShapeStudy {
  /// Steps of the two stages that two cores take in three quarters of a minute.
  static let standardSteps = (coder: 700, prior: 1000)

  var coderSteps: Int
  var priorSteps: Int
  let seed: UInt64
  /// Whether a rough measurement is enough.
  var isQuick = false

  static let plan: CompressionPlan = {
    var plan = CompressionPlan()
    plan.imageChannels = 3
    plan.side = ShapePictures.side
    plan.patchSize = 4
    plan.isHalved = false
    plan.isLocal = true
    plan.codeCount = 256
    plan.codeDimensions = 32
    plan.width = 64
    return plan
  }()

  /// Two trained stages.
  struct Outcome {
    let coder: PictureCoder
    let prior: CodePriorModel
    /// The maps of all 2,048 pictures.
    let maps: [[Int]]
    /// How many different maps there are among them.
    var distinctMaps: Int { Set(maps).count }
  }

  /// - Returns: nil if it was interrupted.
  func train(title: (coder: String?, prior: String?) = ("shapes, stage one", "shapes, stage two")) throws -> Outcome? {
    var stageOne = CoderTraining(steps: coderSteps)
    stageOne.adversarialWeight = 0
    stageOne.batchSize = 16
    stageOne.learningRate = 6e-3
    stageOne.commitment = 0.1
    stageOne.title = title.coder
    let all = ShapePictures.all
    guard let coder = try stageOne.train(Self.plan, on: all, seed: seed) else { return nil }
    var own = RandomStream(seed: seed).stream("prior of shapes")
    let prior = CodePriorModel(
      codeCount: Self.plan.codeCount, classCount: all.classCount, mapSide: Self.plan.mapSide, dimensions: 72,
      layerCount: 3, dropout: 0, using: &own)
    let maps = try coder.maps(of: all.images)
    var stageTwo = PriorTraining(steps: priorSteps)
    stageTwo.title = title.prior
    stageTwo.learningRate = 5e-3
    stageTwo.weightDecay = 0
    let isFinished = try stageTwo.train(prior, data: all.name, seed: seed) { run in
      let numbers = (0..<stageTwo.batchSize).map { _ in run["data"].integer(below: all.count) }
      return (numbers.map { maps[$0] }, numbers.map { all.labels[$0] })
    }
    return isFinished ? Outcome(coder: coder, prior: prior, maps: maps) : nil
  }

  // MARK: - shapes, shape-samples and wallpaper (exercises 3.9 to 3.11)

  /// What was measured.
  struct Report {
    /// The share of the 2,048 pictures that are nearest to themselves after both ways, and near enough.
    let kept: Double
    /// How many different maps the pictures have.
    let distinctMaps: Int
    /// The prior's negative log-likelihood of a map, given its class, in nats; never below `bound` on average.
    let loss: Double
    /// H(map | class) in nats, what the maps of a class leave open: log 512 if no two pictures have the same map.
    let bound: Double
    /// The share of samples whose map is a picture's.
    let valid: Double
    /// The same, where every code comes from the histogram of its place and class.
    let validIndependent: Double
    /// The share of the windows of the wallpaper whose map is a picture's.
    let validWindows: Double
    /// The share of its windows that show nothing but ground.
    let emptyWindows: Double

    var line: String {
      "Shapes: \(kept.short) of the pictures survive both ways, \(distinctMaps) different maps; \(loss.short) nats a map where "
        + "\(bound.short) is the least possible; valid samples \(valid.short) (codes drawn independently: "
        + "\(validIndependent.short)); valid windows of the wallpaper \(validWindows.short), empty \(emptyWindows.short)"
    }
  }

  /// Measures both stages, and draws them if there is a writer.
  func measure(_ outcome: Outcome, writer: FigureWriter?, perClass: Int = 50) throws -> Report {
    let (coder, prior, maps, all) = (outcome.coder, outcome.prior, outcome.maps, ShapePictures.all)
    let known = Set(maps)
    let decoded = try coder.pictures(of: maps)
    let matches = ShapePictures.nearest(to: decoded)
    let kept = matches.enumerated().count { $0.element.number == $0.offset && $0.element.isValid }
    let judged = stride(from: 0, to: all.count, by: isQuick ? 16 : 1)
    let loss =
      try prior.loss(of: judged.map { maps[$0] }, labels: judged.map { all.labels[$0] }) * Double(prior.length)

    let labels = SampleFigures.labels(prior.classCount, perClass: perClass)
    var rng = RandomStream(seed: seed).stream("shapes")
    let drawn = try prior.samples(labels: labels, settings: SamplingSettings(), using: &rng)
    let independent = try SampleFigures.samples(
      .ownHistogram, labels: labels, prior: prior, maps: maps, classes: all.labels, settings: SamplingSettings(),
      using: &rng)
    func share(_ samples: [[Int]]) -> Double {
      Double(samples.count { known.contains($0) }) / Double(samples.count)
    }
    let (height, width) = isQuick ? (9, 12) : (18, 30)
    let large = try prior.largeMap(label: 2, height: height, width: width, settings: SamplingSettings(), using: &rng)
    var windows: [[Int]] = []
    for row in 0...height - prior.mapSide {
      for column in 0...width - prior.mapSide {
        windows.append((row..<row + prior.mapSide).flatMap { large[$0][column..<column + prior.mapSide] })
      }
    }
    let ground = Self.groundCode(of: maps)
    let report = Report(
      kept: Double(kept) / Double(all.count), distinctMaps: outcome.distinctMaps, loss: loss,
      bound: Self.entropy(of: maps, given: all.labels), valid: share(drawn),
      validIndependent: share(independent), validWindows: share(windows),
      emptyWindows: Double(windows.count { $0.allSatisfy { $0 == ground } }) / Double(windows.count))
    guard let writer else { return report }

    let shown = (0..<12).map { 1 + 173 * $0 }
    let colors = CodeColors(coder.codes.codebook)
    let sheet = ContactSheet(
      tiles(of: all.images(shown)) + shown.map { colors.image(of: maps[$0], columns: prior.mapSide, size: 4) }
        + tiles(of: decoded.take(shown)), columns: shown.count, rowLabels: ["picture", "codes", "decoded"], zoom: 3)
    try writer.write(
      sheet, as: "shapes", metrics: ["kept": report.kept, "different maps": Double(report.distinctMaps)])
    let samples = (0..<prior.classCount).flatMap { label in (0..<12).map { drawn[label * perClass + $0] } }
    try writer.write(
      ContactSheet(
        tiles(of: try coder.pictures(of: samples)), columns: 12,
        rowLabels: ShapeScene.Shape.allCases.map { "\($0)" }, zoom: 3), as: "shape-samples",
      metrics: ["nats a map": loss, "valid": report.valid, "valid, codes independent": report.validIndependent])
    let picture = try coder.pictures(of: [large.flatMap { $0 }], height: height)
    try writer.write(
      tiles(of: picture)[0].magnified(by: 6), as: "wallpaper", kind: .samples,
      metrics: ["valid windows": report.validWindows])
    return report
  }

  /// The entropy of a map given its class, in nats, where every picture is equally frequent.
  private static func entropy(of maps: [[Int]], given labels: [Int]) -> Double {
    (0...(labels.max() ?? 0)).reduce(0.0) { sum, label in
      let those = maps.indices.filter { labels[$0] == label }
      // A map that several pictures share is no surprise to that extent.
      let counts = Dictionary(grouping: those) { maps[$0] }.values.map { Double($0.count) }.sorted()
      return sum - counts.reduce(0.0) { $0 + $1 * Foundation.log($1 / Double(those.count)) } / Double(maps.count)
    }
  }

  /// The code that plain ground has: the most frequent one.
  private static func groundCode(of maps: [[Int]]) -> Int {
    var counts: [Int: Int] = [:]
    for map in maps { for code in map { counts[code, default: 0] += 1 } }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
  }
}
