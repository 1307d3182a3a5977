import Datasets
import NeuralNetworks
import Tensors
import XCTest

final class DigitClassifierTests: XCTestCase {
  func testTheCommittedClassifierKnowsTheHeldOutDigits() throws {
    let classifier = try DigitClassifier.trained()
    XCTAssertGreaterThanOrEqual(classifier.accuracy(on: try DigitSheet.load().heldOut), 0.97)
    XCTAssertLessThanOrEqual(classifier.parameterCount, 125_000)
    let size = try FileManager.default.attributesOfItem(atPath: DigitClassifier.weightsURL.path)[.size] as? Int
    XCTAssertLessThanOrEqual(try XCTUnwrap(size), 500_000)
  }

  /// The score must put real digits first, then damaged ones, then noise.
  func testTheScoreRanksByLikeness() throws {
    let judge = try DigitJudge()
    let digits = try DigitSheet.load().heldOut
    let real = try judge.heldOut()
    XCTAssertEqual(real.count, 1000)
    XCTAssertLessThan(real.digitFID, 8, "the level of noise at n = 1,000")
    XCTAssertGreaterThan(real.meanConfidence, 0.95)
    XCTAssertGreaterThan(try XCTUnwrap(real.agreement), 0.97)

    var rng = RandomStream(seed: 1)
    let noisy = judge.score(digits.images + Tensor.normal([1000, 1, 28, 28], using: &rng) * 0.5)
    let noise = judge.score(.normal([1000, 1, 28, 28], using: &rng))
    let onlyThrees = judge.score(digits.ofClass(3).images)
    XCTAssertLessThan(real.digitFID * 2, noisy.digitFID)
    XCTAssertLessThan(noisy.digitFID, noise.digitFID)
    XCTAssertLessThan(real.digitFID * 5, onlyThrees.digitFID, "perfect pictures of one class are not the digits")
    XCTAssertNil(noise.agreement)
    XCTAssertTrue("\(real)".contains("n = 1000"), "\(real)")
  }

  /// A perceptual loss compares these maps, and its gradient comes back through them.
  func testFeatureMaps() throws {
    let classifier = try DigitClassifier.trained()
    let x = try DigitSheet.load().heldOut.images.take([3, 500])
    let maps = classifier.featureMaps(x)
    XCTAssertEqual(maps.map(\.shape), [[2, 16, 14, 14], [2, 32, 7, 7], [2, 48, 7, 7]])
    XCTAssertEqual(classifier.featureMaps(x.take([1])).map(\.shape[0]), [1, 1, 1])

    var rng = RandomStream(seed: 4)
    let direction = Tensor.normal(x.shape, using: &rng)
    for layer in 0..<3 {
      func size(_ x: Tensor) -> Tensor { square(classifier.featureMaps(x)[layer]).sum() }
      let slope = (gradient(of: size, at: x) * direction).sum().item()
      let step: Float = 1e-2
      let difference = (size(x + direction * step).item() - size(x - direction * step).item()) / (2 * step)
      XCTAssertEqual(slope, difference, accuracy: 0.02 * abs(slope) + 1, "layer \(layer)")
    }
  }

  func testTrainingLearns() throws {
    let digits = try DigitSheet.load()
    let some = digits.train.subset((0..<640).map { $0 * 6 })
    let first = try DigitClassifier.train(on: some, seed: 3, epochs: 1, progress: .silent)
    XCTAssertGreaterThan(first.accuracy(on: digits.heldOut), 0.2, "ten batches, and better than guessing")
    let second = try DigitClassifier.train(on: some, seed: 3, epochs: 1, progress: .silent)
    XCTAssertEqual(
      first.stateDictionary().mapValues(\.scalars), second.stateDictionary().mapValues(\.scalars), "the seed decides")
  }

  func testJitter() {
    var rng = RandomStream(seed: 1)
    let x = Tensor.normal([2, 1, 6, 5], using: &rng)
    XCTAssertEqual(AffineJitter(rotation: 0, scaling: 0, shift: 0)(x, using: &rng).scalars, x.scalars, "none at all")
    let y = AffineJitter()(x, using: &rng)
    XCTAssertEqual(y.shape, x.shape)
    XCTAssertNotEqual(y.scalars, x.scalars)
    let blank = Tensor.full(-1, [3, 1, 28, 28])
    XCTAssertEqual(AffineJitter()(blank, using: &rng).scalars, blank.scalars, "blank paper stays blank")
  }
}
