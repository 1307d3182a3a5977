import Chapter06RectifiedFlow
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// The sheets of digits, and what the judge says of them.
struct DigitFigures {
  let writer: FigureWriter
  /// What judges the digits; nil for data that are not 28 × 28 digits.
  let judge: DigitJudge?

  /// What a flow drew in so many steps.
  struct Row {
    let flow: String
    let steps: Int
    let score: DigitScore?
  }

  /// A sheet of samples by Euler's method, one class a row.
  func sheet(
    _ model: PictureModel, guidance: Double, steps: Int, as figure: String, seed: UInt64, perClass: Int = 10
  ) throws -> DigitScore? {
    let (pictures, labels) = try samples(model, guidance: guidance, steps: steps, seed: seed, perClass: perClass)
    return try writer.write(sheetOf: pictures, labels: labels, columns: perClass, as: figure, judge: judge)
  }

  /// Pictures from the same noise whatever the model and the number of steps.
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
}
