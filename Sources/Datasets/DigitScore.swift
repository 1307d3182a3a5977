import Tensors

/// How much a set of pictures looks like the course's digits, in the eyes of the ``DigitClassifier``.
public struct DigitScore: Sendable, CustomStringConvertible {
  /// The number of pictures.
  public let count: Int
  /// The squared Fréchet distance of their features to those of the 4,000 training digits ("digit-FID").
  public let digitFID: Double
  /// The mean of the largest class probability.
  public let meanConfidence: Double
  /// The share of pictures that the classifier names as they were meant; nil if nobody said what was meant.
  public let agreement: Double?

  /// One line with the three numbers and n.
  public var description: String {
    func rounded(_ x: Double, _ digits: Double) -> String { "\((x * digits).rounded() / digits)" }
    let agreed = agreement.map { ", as meant \(rounded(100 * $0, 10)) %" } ?? ""
    return "digit-FID \(rounded(digitFID, 100)), confidence \(rounded(100 * meanConfidence, 10)) %\(agreed) "
      + "(n = \(count))"
  }
}

/// Scores sets of digits against the training digits.
///
/// **What digit-FID is.** FID's formula on 32 features of a small classifier that this course trained on 4,000 digits. It sees what that classifier learnt to
/// see (strokes, loops, which digit it is) and compares the mean and the covariance only.
///
/// **What it is not.** Not FID: no Inception network, so no number from a paper can be set beside it. No proof of novelty either: copies of the training
/// digits score perfectly. Blind to what the classifier ignores, such as faint noise on the paper.
///
/// **It depends on n.** A small set has a noisy covariance, which the distance counts as a difference: compare only sets of the same size, and
/// with the score of as many real digits (``heldOut``), which is the level below which nothing can be told. Samples may even score better than held-out digits of other
/// writers.
public struct DigitJudge {
  /// The classifier.
  public let classifier: DigitClassifier
  /// The features of the training digits.
  public let reference: FeatureStatistics

  /// A judge with the course's classifier and digits.
  /// - Throws: the error of reading the weights or the digits.
  public init() throws {
    try self.init(classifier: .trained(), digits: DigitSheet.load().train)
  }

  /// A judge with another classifier, or with other digits to compare with.
  public init(classifier: DigitClassifier, digits: ImageDataset) {
    self.classifier = classifier
    reference = FeatureStatistics(classifier.examine(digits.images).features)
  }

  /// The score of the pictures [n, 1, 28, 28], which are cut to −1 … 1 first, as a PNG would.
  ///
  /// - Parameter labels: which digit each one was meant to be, if that is known.
  public func score(_ images: Tensor, labels: [Int]? = nil) -> DigitScore {
    let (features, probabilities) = classifier.examine(clamp(images, -1, 1))
    let named = probabilities.argMax(axis: -1)
    let confidence = probabilities.max(axis: -1).scalars.reduce(0.0) { $0 + Double($1) } / Double(images.dim(0))
    return DigitScore(
      count: images.dim(0), digitFID: frechetDistance(FeatureStatistics(features), reference),
      meanConfidence: confidence,
      agreement: labels.map { labels in
        Double(zip(named, labels).count { $0 == $1 }) / Double(max(labels.count, 1))
      })
  }

  /// The score of the 1,000 held-out real digits: the level of noise for n = 1,000.
  /// - Throws: the error of reading the digits.
  public func heldOut() throws -> DigitScore {
    let digits = try DigitSheet.load().heldOut
    return score(digits.images, labels: digits.labels)
  }
}
