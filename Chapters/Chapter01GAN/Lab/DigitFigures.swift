import Chapter01GAN
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The figures that a generator of pictures draws.
struct DigitFigures {
  let writer: FigureWriter
  /// What judges the digits; nil for data that are not 28 × 28 digits.
  let judge: DigitJudge?

  // MARK: - Sheets of samples (exercises 1.7 and 1.9)

  /// A sheet of samples, one class a row, and what the classifier says of ten times as many.
  ///
  /// - Returns: a line of scores.
  func sheet(_ generator: DigitGenerator, as figure: String, seed: UInt64, perClass: Int = 10) throws -> String? {
    let labels = generator.sheetLabels(perClass: perClass)
    let count = labels?.count ?? 10 * perClass
    var rng = RandomStream(seed: seed).stream(figure)
    let shown = generator.pictures(generator.network.noise(count, using: &rng), labels: labels)
    var scores: (line: String, metrics: [String: Double])?
    if judge != nil {
      let many = generator.sheetLabels(perClass: 10 * perClass)
      let noise = generator.network.noise(many?.count ?? 10 * count, using: &rng)
      scores = try self.scores(of: generator.pictures(noise, labels: many), labels: many)
    }
    try writer.write(
      ContactSheet(tiles(of: shown), columns: perClass), as: figure, metrics: scores?.metrics ?? [:])
    return scores?.line
  }

  /// What the classifier says of pictures: a line, and the numbers in it. Nil without a judge.
  func scores(of pictures: Tensor, labels: [Int]?) throws -> (line: String, metrics: [String: Double])? {
    guard let judge else { return nil }
    let score = judge.score(pictures, labels: labels)
    let probabilities = judge.classifier.examine(pictures).probabilities
    let inception = try inceptionScore(probabilities: probabilities)
    let metrics = [
      "digit-FID": score.digitFID, "confidence": score.meanConfidence, "agreement": score.agreement ?? 0,
      "inception score": inception.mean,
    ]
    return ("\(score), inception score \(inception.mean.short) of 10", metrics)
  }

  // MARK: - interpolation

  /// From one noise to another, one class a row.
  ///
  /// The way is an arc, z(t) = (sin((1−t)ω) z₀ + sin(tω) z₁)/sin ω with ω the angle between them: standard normal noise of
  /// 64 numbers has nearly always a length of about 8, and a straight line would pass through places of length 5.7, where
  /// the generator was hardly ever trained.
  ///
  /// Always with the same noise: ten pairs are too few for sheets of two seeds to be compared.
  func interpolation(_ generator: DigitGenerator) throws {
    let columns = 10
    let rows = max(generator.network.classCount, 1)
    var rng = RandomStream(seed: 1).stream("from one noise to another")
    let ends = generator.network.noise(2 * rows, using: &rng)
    let (n, scalars) = (generator.network.latentDimensions, ends.scalars.map(Double.init))
    var z: [Float] = []
    for row in 0..<rows {
      let a = scalars[2 * row * n..<(2 * row + 1) * n]
      let b = scalars[(2 * row + 1) * n..<(2 * row + 2) * n]
      func dot(_ u: ArraySlice<Double>, _ v: ArraySlice<Double>) -> Double { zip(u, v).reduce(0) { $0 + $1.0 * $1.1 } }
      let angle = Foundation.acos(max(-1, min(1, dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot())))
      for column in 0..<columns {
        let t = Double(column) / Double(columns - 1)
        let (u, v) = (Foundation.sin((1 - t) * angle), Foundation.sin(t * angle))
        z += zip(a, b).map { Float((u * $0 + v * $1) / Foundation.sin(angle)) }
      }
    }
    let labels = generator.sheetLabels(perClass: columns)
    let pictures = generator.pictures(Tensor(z, shape: [rows * columns, n]), labels: labels)
    try writer.write(ContactSheet(tiles(of: pictures), columns: columns), as: "interpolation")
  }

  // MARK: - digit-fid

  /// digit-FID against the training's steps, of the averaged weights and of those of the moment.
  func fidAgainstSteps(_ points: [FidPoint], count: Int, real: Double) throws {
    var plot = Plot(
      "digit-FID of \(count) digits during the training", x: Axis("generator steps"),
      y: Axis("digit-FID (lower is better)", scale: .log))
    plot.line(
      x: points.map { Double($0.step) }, y: points.map(\.momentary), label: "weights of the moment", marker: .disc)
    plot.line(x: points.map { Double($0.step) }, y: points.map(\.averaged), label: "averaged weights", marker: .disc)
    plot.horizontalLine(real, label: "as many real digits")
    try writer.write(
      plot.image(), as: "digit-fid", kind: .samples,
      metrics: ["averaged, at the end": points.last?.averaged ?? .nan, "real": real])
  }
}

/// How good the digits were after so many steps.
struct FidPoint {
  let step: Int
  let momentary: Double
  let averaged: Double
}
