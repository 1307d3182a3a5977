import Foundation
import NeuralNetworks
import Tensors

extension DigitClassifier {
  /// What a retraining reached.
  public struct Result: Sendable, CustomStringConvertible {
    /// The share of the 1,000 held-out digits that are named rightly.
    public let accuracy: Double
    /// The score of the held-out digits with the new features: the level of noise of the new digit-FID.
    public let heldOut: DigitScore

    /// Both, in two lines.
    public var description: String {
      "held-out digits named rightly: \((1000 * accuracy).rounded() / 10) %\nheld-out digits' own score: \(heldOut)"
    }
  }

  /// Weights that are not good enough to be written.
  public struct NotGoodEnough: LocalizedError, CustomStringConvertible {
    /// The share of the held-out digits that were named rightly.
    public let accuracy: Double
    /// The share, and what to do.
    public var description: String {
      "Only \((1000 * accuracy).rounded() / 10) % of the held-out digits are named rightly; below 97 % nothing is "
        + "written. Train for more epochs, or with another seed."
    }
    /// The same text, for callers that print `localizedDescription`.
    public var errorDescription: String? { description }
  }

  /// Trains on the course's digits and writes the weights, if they are good enough.
  ///
  /// - Throws: ``NotGoodEnough`` below 97 % on the held-out digits; `CancellationError` at Ctrl-C; the errors of training, of reading the
  ///   digits and of writing the file.
  public static func retrain(
    savingTo url: URL, seed: UInt64 = 1, epochs: Int = 12, progress: ProgressBar.Style = .automatic
  ) throws -> Result {
    let digits = try DigitSheet.load()
    let classifier = try train(on: digits.train, seed: seed, epochs: epochs, progress: progress)
    let accuracy = classifier.accuracy(on: digits.heldOut)
    if accuracy < 0.97 { throw NotGoodEnough(accuracy: accuracy) }
    try saveSafetensors(
      classifier.stateDictionary(), to: url,
      metadata: [
        "made by": "course author classifier --seed \(seed) --epochs \(epochs)", "accuracy": accuracy.description,
      ])
    let judge = DigitJudge(classifier: classifier, digits: digits.train)
    return Result(
      accuracy: accuracy, heldOut: judge.score(digits.heldOut.images, labels: digits.heldOut.labels))
  }
}
