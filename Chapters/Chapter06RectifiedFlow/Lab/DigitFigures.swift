import Chapter06RectifiedFlow
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The sheets of digits, and what the judge says of them.
struct DigitFigures {
  let writer: FigureWriter
  /// What judges the digits; nil for data that are not 28 × 28 digits.
  let judge: DigitJudge?

  /// The numbers of Euler steps that are compared.
  static let stepCounts = [1, 2, 5, 20]

  /// What a flow drew in so many steps.
  struct Row {
    let flow: String
    let steps: Int
    let evaluations: Int
    let score: DigitScore
  }

  /// Pictures by Euler's method, `perClass` of each class, one class after the other; from the same noise whatever the
  /// flow and the number of steps.
  func samples(
    _ model: PictureModel, guidance: Double, steps: Int, seed: UInt64, perClass: Int
  ) throws -> (pictures: Tensor, labels: [Int]?) {
    let labels = model.sheetLabels(perClass: perClass)
    var rng = RandomStream(seed: seed).stream("digits")
    let noise = model.noise(labels?.count ?? 10 * perClass, using: &rng)
    let (x, _) = try eulerODE(
      model.velocity(labels: labels, guidance: guidance), initial: noise, times: evenTimes(steps: steps))
    return (model.pictures(x), labels)
  }

  // MARK: - digits-trained-now, digits-one-step, digits-five-steps: sheets of one class a row

  /// A sheet of samples, one class a row.
  @discardableResult
  func sheet(
    _ model: PictureModel, guidance: Double, steps: Int, as figure: String, seed: UInt64, perClass: Int = 10
  ) throws -> DigitScore? {
    let (pictures, labels) = try samples(model, guidance: guidance, steps: steps, seed: seed, perClass: perClass)
    return try writer.write(sheetOf: pictures, labels: labels, columns: perClass, as: figure, judge: judge)
  }

  // MARK: - digits-by-steps

  /// Both flows side by side: the same noise in 1, 2, 5 and 20 steps, two of each class a row.
  func stepsBeforeAndAfter(_ before: PictureModel, _ after: PictureModel, seed: UInt64) throws {
    var rows: [(label: String, tiles: [Image])] = []
    for (name, model, guidance) in [
      ("1-RF", before, DigitTraining.guidance), ("2-RF", after, 0),
    ] {
      for steps in Self.stepCounts {
        let (pictures, _) = try samples(model, guidance: guidance, steps: steps, seed: seed, perClass: 2)
        rows.append((steps == 1 ? "\(name), 1 step" : "\(name), \(steps) steps", tiles(of: pictures)))
      }
    }
    let sheet = ContactSheet(
      rows.flatMap(\.tiles), columns: rows[0].tiles.count, title: "", rowLabels: rows.map(\.label), columnLabels: [],
      zoom: 2)
    try writer.write(sheet, as: "digits-by-steps")
  }

  // MARK: - quality-by-steps

  /// digit-FID against the number of steps, before and after reflow.
  func qualityBySteps(
    _ before: PictureModel, _ after: PictureModel, perClass: Int, seeds: [UInt64]
  ) throws -> [[Row]] {
    guard let judge else { return [] }
    let flows: [(name: String, model: PictureModel, guidance: Double)] = [
      ("1-RF, guided", before, DigitTraining.guidance), ("1-RF, not guided", before, 0), ("2-RF", after, 0),
    ]
    var bar = ProgressBar("quality by steps", total: seeds.count * flows.count * Self.stepCounts.count)
    var done = 0
    var runs: [[Row]] = []
    for seed in seeds {
      var rows: [Row] = []
      for flow in flows {
        for steps in Self.stepCounts {
          let (pictures, labels) = try samples(
            flow.model, guidance: flow.guidance, steps: steps, seed: seed, perClass: perClass)
          rows.append(
            Row(
              flow: flow.name, steps: steps, evaluations: flow.guidance > 0 ? 2 * steps : steps,
              score: judge.score(pictures, labels: labels)))
          done += 1
          bar.update(done)
        }
      }
      runs.append(rows)
    }
    bar.finish(done)
    return runs
  }

  /// The picture of one seed's rows.
  func draw(_ rows: [Row], count: Int) throws {
    guard let judge, !rows.isEmpty else { return }
    var plot = Plot(
      "Quality by steps, \(count) digits each", x: Axis("steps of Euler's method", scale: .log),
      y: Axis("digit-FID (lower is better)", scale: .log))
    var metrics: [String: Double] = [:]
    for name in ["1-RF, guided", "1-RF, not guided", "2-RF"] {
      let own = rows.filter { $0.flow == name }
      plot.line(x: own.map { Double($0.steps) }, y: own.map(\.score.digitFID), label: name, marker: .disc)
      for row in own { metrics["\(name), \(row.steps)"] = row.score.digitFID }
    }
    let heldOut = try DigitSheet.load().heldOut
    let real = judge.score(heldOut.images((0..<10).flatMap { Array(heldOut.indices(ofClass: $0).prefix(count / 10)) }))
    plot.horizontalLine(real.digitFID, label: "as many real digits")
    metrics["real"] = real.digitFID
    try writer.write(plot.image(), as: "quality-by-steps", kind: .exact, metrics: metrics)
  }

  /// The table of one seed or of several, with the spread.
  static func table(_ runs: [[Row]]) -> String {
    guard let first = runs.first, !first.isEmpty else { return "" }
    func cell(_ values: [Double]) -> String {
      let mean = values.reduce(0, +) / Double(values.count)
      guard values.count > 1 else { return mean.short }
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return "\(mean.short) ± \((squares / Double(values.count - 1)).squareRoot().short)"
    }
    let lines = first.indices.map { index in
      let own = runs.map { $0[index].score }
      return [
        first[index].flow, "\(first[index].steps)", "\(first[index].evaluations)", cell(own.map(\.digitFID)),
        cell(own.map(\.meanConfidence)), cell(own.compactMap(\.agreement)),
      ]
    }
    return TextTable(["flow", "steps", "evaluations", "digit-FID", "confidence", "class as asked"], lines).description
  }
}
