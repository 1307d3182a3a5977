import Chapter01GAN
import Datasets
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_9_InceptionScore: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    let (mean, deviation) = try inceptionScore(probabilities: .full(0.25, [6, 4]))
    expectFinite([mean, deviation], "the score must be a number")
    try expectRefusal("logits") { _ = try inceptionScore(probabilities: Tensor(rows: [[2, -1], [0, 3]])) }
    try expectRefusal("probabilities of one sample without a batch") {
      _ = try inceptionScore(probabilities: Tensor([0.5, 0.5]))
    }
    try expectRefusal("more parts than samples") {
      _ = try inceptionScore(probabilities: .full(0.5, [2, 2]), splits: 3)
    }
  }

  func test2_ByHand() throws {
    let sure = try inceptionScore(probabilities: .eye(5))
    expectClose(sure.mean, 5, relative: 1e-5, "sure of every sample, every class once: the score is C; 0 · ln 0 is 0")
    expectClose(sure.standardDeviation, 0, absolute: 1e-9, "one part has no spread")
    let vague = try inceptionScore(probabilities: .full(0.25, [6, 4]))
    expectClose(vague.mean, 1, relative: 1e-5, "never sure of anything: the score is 1")
    let same = try inceptionScore(probabilities: Tensor(rows: [[1, 0], [1, 0], [1, 0]]))
    expectClose(same.mean, 1, relative: 1e-5, "always the same class: the score is 1, since p(y) is p(y|x)")
    let between = try inceptionScore(probabilities: Tensor(rows: [[0.75, 0.25], [0.25, 0.75]]))
    expectClose(
      between.mean, exp(0.75 * log(1.5) + 0.25 * log(0.5)), relative: 1e-5,
      "p(y) is the mean over the samples, ½ and ½; KL(p(y|x) ‖ p(y)) in nats, and exp of its mean")
    let lopsided = try inceptionScore(probabilities: Tensor(rows: [[1, 0], [1, 0], [0, 1]]))
    expectClose(
      lopsided.mean, exp(-(2.0 / 3) * log(2.0 / 3) - (1.0 / 3) * log(1.0 / 3)), relative: 1e-5,
      "sure samples score exp of the entropy of p(y): the exponential of the mean, not the mean of exponentials")
  }

  func test3_Parts() throws {
    let rows = Tensor(rows: [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]])
    let two = try inceptionScore(probabilities: rows, splits: 2)
    // ⌊0⌋ ..< ⌊2.5⌋ and ⌊2.5⌋ ..< 5: two of one class, and one against two.
    let second = exp(-(2.0 / 3) * log(2.0 / 3) - (1.0 / 3) * log(1.0 / 3))
    expectClose(
      two.mean, (1 + second) / 2, relative: 1e-5,
      "each part, rows 0–1 and 2–4, has a p(y) of its own, and the mean of the scores is returned")
    expectClose(
      two.standardDeviation, (second - 1) / 2, relative: 1e-5, "the population standard deviation of the two scores")
    let each = try inceptionScore(probabilities: rows, splits: 5)
    expectClose(each.mean, 1, relative: 1e-5, "a part of a single sample scores 1: p(y) is p(y|x)")
  }

  func test4_AgainstSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let probabilities: [[Double]]
        let splits: Int
        let mean, deviation: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("inception", from: .module)
    for known in content.cases {
      let score = try inceptionScore(probabilities: Tensor(rows: known.probabilities), splits: known.splits)
      expectClose(score.mean, known.mean, relative: 1e-5, "scipy.stats.entropy row by row, \(known.splits) parts")
      expectClose(
        score.standardDeviation, known.deviation, relative: 1e-5, absolute: 1e-6,
        "numpy.std over \(known.splits) parts")
    }
  }

  func test5_Digits() throws {
    let classifier = try DigitClassifier.trained()
    let digits = try DigitSheet.load().heldOut
    let some = Array(stride(from: 0, to: digits.count, by: 5))
    let real = classifier.examine(digits.images(some)).probabilities
    let score = try inceptionScore(probabilities: real)
    expect(
      score.mean > 8 && score.mean <= 10,
      "200 real digits of ten classes score between 8 and 10, but here \(score.mean)")
    let ones = digits.labels.indices.filter { digits.labels[$0] == 1 }.prefix(50)
    let collapsed = try inceptionScore(probabilities: classifier.examine(digits.images(Array(ones))).probabilities)
    expect(collapsed.mean < 2, "50 pictures of the same digit score hardly more than 1, but here \(collapsed.mean)")
    var rng = stream("order")
    let shuffled = try inceptionScore(probabilities: real.take(rng.permutation(some.count)))
    expectClose(shuffled.mean, score.mean, relative: 1e-5, "without parts the order does not matter")
  }
}
