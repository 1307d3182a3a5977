import Chapter03VQGAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Small coders that differ in one thing, each trained on one core: what the losses, the number of codes and the size of a
/// patch do.
struct LossStudy {
  /// Which losses a coder is trained with.
  enum Losses: String, CaseIterable, Sendable {
    case pixels = "squared error"
    case perceptual = "+ perceptual"
    case adversarial = "+ perceptual + GAN"
  }

  /// One training.
  struct Item: Sendable {
    var losses = Losses.adversarial
    var plan: CompressionPlan = {
      var plan = CompressionPlan()
      plan.codeCount = 64
      plan.width = 32
      return plan
    }()
    var seed: UInt64 = 1
  }

  /// What became of it.
  struct Outcome: Sendable {
    let score: ReconstructionScore
    /// Reconstructions of the pictures to be shown, 28 · 28 pixels each.
    let shown: [Float]
  }

  /// Steps of the trainings behind the figure and behind the tables.
  static let figureSteps = 150
  static let tableSteps = 400

  let steps: Int
  let train: ImageDataset
  let heldOut: ImageDataset

  func run(_ items: [Item], shown: [Int] = [], title: String) throws -> [Outcome] {
    let (steps, train, heldOut) = (steps, train, heldOut)
    return try concurrently(items, title: title) { item in
      let classifier = try DigitClassifier.trained()
      var training = CoderTraining(steps: steps)
      training.classifier = item.losses == .pixels ? nil : classifier
      training.adversarialWeight = item.losses == .adversarial ? 0.5 : 0
      training.title = nil
      guard let coder = try training.train(item.plan, on: train, seed: item.seed) else { throw CancellationError() }
      return Outcome(
        score: try ReconstructionScore(coder, on: heldOut.images, classifier: classifier),
        shown: shown.isEmpty ? [] : try coder.reconstructions(of: heldOut.images(shown)).scalars)
    }
  }

  // MARK: - losses (exercises 3.6 to 3.8)

  /// The same pictures through three coders with as many codes.
  func figure(_ writer: FigureWriter, seed: UInt64) throws -> String {
    let shown = (0..<12).map { index -> Int in
      let own = heldOut.indices(ofClass: index % 10)
      return own[(40 + index / 10) % own.count]
    }
    let items = Losses.allCases.map { Item(losses: $0, seed: seed) }
    let outcomes = try run(items, shown: shown, title: "three losses")
    let pictures = tiles(of: heldOut.images(shown))
    let decoded = outcomes.map { tiles(of: Tensor($0.shown, shape: [shown.count, 1, 28, 28])) }
    let sheet = ContactSheet(
      pictures + decoded.flatMap { $0 }, columns: shown.count,
      rowLabels: ["picture"] + Losses.allCases.map(\.rawValue), zoom: 3)
    var metrics: [String: Double] = [:]
    for (losses, outcome) in zip(Losses.allCases, outcomes) {
      metrics["\(losses.rawValue): PSNR"] = outcome.score.psnr
      metrics["\(losses.rawValue): sharpness"] = outcome.score.sharpness
    }
    try writer.write(sheet, as: "losses", metrics: metrics)
    return Self.table(zip(Losses.allCases, outcomes).map { ($0.rawValue, [$1]) }, title: "loss")
  }

  // MARK: - Tables

  /// The tables behind the lesson's claims about stage one.
  func tables(seeds: [UInt64], print out: (String) -> Void) throws {
    func rows(_ named: [(String, Item)], title: String) throws {
      let items = named.flatMap { _, item in
        seeds.map { seed in
          var item = item
          item.seed = seed
          return item
        }
      }
      let outcomes = try run(items, title: title)
      let groups = named.enumerated().map { index, pair in
        (pair.0, Array(outcomes[index * seeds.count..<(index + 1) * seeds.count]))
      }
      out(Self.table(groups, title: title))
    }
    let names = seeds.map(String.init).joined(separator: " ")
    out("\(steps) steps of 32 digits, width 32; seeds \(names); 1,000 held-out digits")
    try rows(Losses.allCases.map { ($0.rawValue, Item(losses: $0)) }, title: "losses, K = 64, f = 4")
    let counts = [4, 16, 64, 256]
    try rows(
      counts.map { count in
        var item = Item()
        item.plan.codeCount = count
        return ("K = \(count)", item)
      }, title: "codes, f = 4")
    let patches: [(Int, Bool)] = [(2, false), (2, true), (7, false)]
    try rows(
      patches.map { patchSize, isHalved in
        var item = Item()
        (item.plan.patchSize, item.plan.isHalved) = (patchSize, isHalved)
        return ("f = \(item.plan.factor), \(item.plan.codesPerPicture) codes", item)
      }, title: "patches, K = 64")
  }

  private static func table(_ rows: [(String, [Outcome])], title: String) -> String {
    let lines = rows.map { name, outcomes in
      [
        name, Spread(outcomes.map(\.score.psnr)).text, Spread(outcomes.map(\.score.sharpness)).text,
        Spread(outcomes.map(\.score.rFID)).text, Spread(outcomes.map(\.score.perplexity)).text,
      ]
    }
    return TextTable([title, "PSNR, dB", "high frequencies", "rFID", "perplexity"], lines).description
  }
}

/// A mean with the standard deviation of single values.
struct Spread {
  let mean: Double
  let deviation: Double?

  init(_ values: [Double]) {
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    deviation =
      values.count < 2
      ? nil : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  var text: String { mean.short + (deviation.map { " ± \($0.short)" } ?? "") }
}
