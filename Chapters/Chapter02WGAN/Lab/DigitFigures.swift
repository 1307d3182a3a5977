import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// Sheets of what a generator draws, one class a row.
struct DigitFigures {
  let writer: FigureWriter
  /// What judges the digits; nil for data that are not 28 × 28 digits.
  let judge: DigitJudge?

  /// Draws a sheet, and judges as many pictures again and more, as a score needs.
  @discardableResult
  func sheet(_ generator: ConvolutionalGenerator, as figure: String, seed: UInt64) throws -> DigitScore? {
    let stream = RandomStream(seed: seed).stream(figure)
    var shown = stream.stream("shown")
    let perClass = generator.classCount > 1 ? 10 : 100
    let (pictures, _) = generator.pictures(perClass: perClass, using: &shown)
    var judged = stream.stream("judged")
    let score = judge.map { judge in
      let (many, labels) = generator.pictures(perClass: writer.isQuick ? 10 : 100, using: &judged)
      return judge.score(many, labels: labels)
    }
    var metrics: [String: Double] = [:]
    if let score {
      metrics = ["digit-FID": score.digitFID, "confidence": score.meanConfidence, "agreement": score.agreement ?? 0]
    }
    try writer.write(ContactSheet(tiles(of: pictures), columns: 10), as: figure, metrics: metrics)
    return score
  }
}
