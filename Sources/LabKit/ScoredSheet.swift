import Datasets
import Figures
import Tensors

extension FigureWriter {
  /// Writes a sheet of pictures, `columns` in a row, with what the judge of digits says of them as its metrics.
  ///
  /// - Parameters:
  ///   - labels: which digit each was meant to be.
  ///   - judge: nil for pictures that are no 28 × 28 digits.
  /// - Returns: the score; nil without a judge.
  @discardableResult
  public func write(
    sheetOf pictures: Tensor, labels: [Int]?, columns: Int, as figure: String, judge: DigitJudge?
  ) throws -> DigitScore? {
    let score = judge?.score(pictures, labels: labels)
    try write(ContactSheet(tiles(of: pictures), columns: columns), as: figure, metrics: score?.metrics ?? [:])
    return score
  }
}

extension DigitScore {
  /// The score as a figure's metrics.
  public var metrics: [String: Double] {
    ["digit-FID": digitFID, "confidence": meanConfidence, "agreement": agreement ?? 0]
  }
}
