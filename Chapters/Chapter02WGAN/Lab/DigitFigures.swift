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
    let scalars = clamp(pictures, -1, 1).scalars
    let (channels, height, width) = (generator.imageShape[0], generator.imageShape[1], generator.imageShape[2])
    let size = channels * height * width
    let tiles = (0..<pictures.dim(0)).map { index in
      let part = Array(scalars[index * size..<(index + 1) * size])
      return channels == 1
        ? Image(gray: part, width: width, height: height) : Image(planarRGB: part, width: width, height: height)
    }
    var metrics: [String: Double] = [:]
    if let score {
      metrics = ["digit-FID": score.digitFID, "confidence": score.meanConfidence, "agreement": score.agreement ?? 0]
    }
    try writer.write(ContactSheet(tiles, columns: 10), as: figure, metrics: metrics)
    return score
  }
}
