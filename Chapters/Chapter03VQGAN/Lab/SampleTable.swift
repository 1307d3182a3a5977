import Chapter03VQGAN
import Datasets
import Foundation
import LabKit
import Tensors

/// The tables behind the lesson's claims about stage two. The networks of the digits are the committed ones: seeds are those
/// of the drawing. The shapes are trained anew with every seed.
struct SampleTable {
  let seeds: [UInt64]
  let isQuick: Bool

  /// Three laws of codes and four ways of drawing them.
  func digits() throws -> String {
    let (coder, prior) = (try PictureCoder.committed(), try CodePriorModel.committed())
    let (judge, digits) = (try DigitJudge(), try DigitSheet.load())
    let perClass = isQuick ? 2 : 50
    let labels = SampleFigures.labels(10, perClass: perClass)
    func row(_ name: String, _ draw: (inout RandomStream) throws -> [[Int]]) throws -> [String] {
      let scores = try seeds.map { seed in
        var rng = RandomStream(seed: seed).stream("table")
        return judge.score(try coder.pictures(of: draw(&rng)), labels: labels)
      }
      return [
        name, Spread(scores.map(\.digitFID)).text, Spread(scores.map(\.meanConfidence)).text,
        Spread(scores.map { $0.agreement ?? .nan }).text,
      ]
    }
    let header = ["\(labels.count) digits", "digit-FID", "confidence", "class as asked"]
    let maps = try coder.maps(of: digits.train.images)
    var rows: [[String]] = []
    for law in SampleFigures.Law.allCases {
      rows.append(
        try row(law.rawValue) { rng in
          try SampleFigures.samples(
            law, labels: labels, prior: prior, maps: maps, classes: digits.train.labels, settings: SamplingSettings(),
            using: &rng)
        })
    }
    for way in SampleFigures.ways.dropFirst() {
      rows.append(
        try row("transformer, \(way.name)") { try prior.samples(labels: labels, settings: way.settings, using: &$0) })
    }
    let real = (0..<10).flatMap { digits.heldOut.indices(ofClass: $0).prefix(perClass) }
    let originals = judge.score(digits.heldOut.images(real), labels: labels)
    let decoded = judge.score(try coder.reconstructions(of: digits.heldOut.images(real)), labels: labels)
    for (name, score) in [("real digits, held out", originals), ("the same, decoded", decoded)] {
      rows.append([name, score.digitFID.short, score.meanConfidence.short, score.agreement?.short ?? "–"])
    }
    return TextTable(header, rows).description
  }

  /// Both stages on shapes, where the least possible loss is known.
  func shapes() throws -> String {
    let reports = try concurrently(seeds, title: "shapes") { seed in
      let standard = ShapeStudy.standardSteps
      let study = ShapeStudy(
        coderSteps: isQuick ? 8 : standard.coder, priorSteps: isQuick ? 8 : standard.prior, seed: seed,
        isQuick: isQuick)
      guard let outcome = try study.train(title: (nil, nil)) else { throw CancellationError() }
      return try study.measure(outcome, writer: nil, perClass: isQuick ? 2 : 50)
    }
    func cell(_ value: (ShapeStudy.Report) -> Double) -> String { Spread(reports.map(value)).text }
    return TextTable(
      ["shapes", "mean ± sd"],
      [
        ["pictures that survive both ways", cell(\.kept)],
        ["different maps of 2,048", cell { Double($0.distinctMaps) }],
        ["nats a map", cell(\.loss)], ["the least possible, H(map | class)", cell(\.bound)],
        ["valid samples", cell(\.valid)], ["valid samples, codes independent", cell(\.validIndependent)],
        ["valid windows of the wallpaper", cell(\.validWindows)], ["empty windows", cell(\.emptyWindows)],
      ]
    ).description
  }
}
