import Chapter01GAN
import ExerciseTesting
import Exercises
import Foundation
import Tensors

final class Exercise1_4_DensityRatio: ExerciseTestCase {
  private func normal(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
    exp(-pow((x - mean) / deviation, 2) / 2) / (deviation * (2 * Double.pi).squareRoot())
  }

  /// N(0, 1) as the data and N(mean, deviation²) as the fakes, on a grid: a fit without sampling noise.
  private func gaussians(mean: Double, deviation: Double) throws -> WeightedPoints {
    let dx = 0.1
    let x = (0...120).map { -6 + dx * Double($0) }
    return try WeightedPoints(
      x: x, real: x.map { normal($0, 0, 1) * dx }, fake: x.map { normal($0, mean, deviation) * dx })
  }

  func test1_ShapesAndRefusals() throws {
    let ratio = try densityRatio(logits: .zeros([3, 2]))
    expectShape(ratio, [3, 2], "one ratio for each logit")
    let points = try WeightedPoints(realSamples: [0, 1, 2], fakeSamples: [0.5, 1.5, -1])
    let (gradient, hessian) = try logisticDerivatives(coefficients: [0, 0, 0], points: points)
    expectEqual(gradient.count, 3, "three coefficients, three derivatives")
    expectEqual(hessian.map(\.count), [3, 3, 3], "the Hessian is 3 × 3")
    do {
      let coefficients = try fitDiscriminator(to: points)
      expectEqual(coefficients.count, 3, "a parabola has three coefficients")
    } catch let refusal as InvalidArgument {
      expect(
        false,
        "these points overlap, so there is a minimum, but fitDiscriminator found none (\(refusal)): does w move by "
          + "*minus* the step?")
    }
    try expectRefusal("a share of 1") { _ = try densityRatio(logits: .zeros([1]), realShare: 1) }
    try expectRefusal("two coefficients") { _ = try logisticDerivatives(coefficients: [0, 0], points: points) }
  }

  func test2_ByHand() throws {
    let logits = Tensor([0, Float(log(3.0)), Float(-log(2.0))])
    let ratio = try densityRatio(logits: logits)
    expectClose(
      ratio, Tensor([1, 3, 0.5]), "D = ¾ means three real samples to one fake: p/q = 3, and not q/p")
    let few = try densityRatio(logits: logits, realShare: 0.2)
    expectClose(
      few, Tensor([4, 12, 2]),
      "if only one sample in five is real, D = ½ already means p/q = 4: the factor is (1 − π)/π")

    // One real point at 2 of weight 1, one fake at 0 of weight 3; at w = 0 every σ is ½.
    let points = try WeightedPoints(x: [2, 0], real: [1, 0], fake: [0, 3])
    let (gradient, hessian) = try logisticDerivatives(coefficients: [0, 0, 0], points: points)
    expectClose(
      gradient, [1, -1, -2], relative: 1e-12, absolute: 1e-12,
      "(½ − 1)·(1, 2, 4) + 3·½·(1, 0, 0): real points want a higher logit, fakes a lower one, each by its weight")
    expectClose(
      hessian.flatMap { $0 }, [1, 0.5, 1, 0.5, 1, 2, 1, 2, 4], relative: 1e-12, absolute: 1e-12,
      "¼·φφᵀ of the real point and 3·¼·φφᵀ of the fake: σ(1 − σ) is ¼")
  }

  func test3_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let coefficients, gradient: [Double]
        let hessian: [[Double]]
      }
      let x, real, fake: [Double]
      let cases: [Case]
    }
    let content: Content = try Fixture.load("logistic-derivatives", from: .module)
    let points = try WeightedPoints(x: content.x, real: content.real, fake: content.fake)
    for known in content.cases {
      let (gradient, hessian) = try logisticDerivatives(coefficients: known.coefficients, points: points)
      expectClose(gradient, known.gradient, relative: 1e-9, absolute: 1e-12, "torch.func.grad gets another gradient")
      expectClose(
        hessian.flatMap { $0 }, known.hessian.flatMap { $0 }, relative: 1e-9, absolute: 1e-12,
        "torch.func.hessian gets another Hessian: is σ(1 − σ) there, and every pair of features?")
    }
  }

  func test4_TwoGaussians() throws {
    for (mean, deviation) in [(1.0, 1.0), (-0.5, 1), (2, 1), (1, 0.8), (0, 1.25)] {
      let points = try gaussians(mean: mean, deviation: deviation)
      let w = try fitDiscriminator(to: points)
      // ln p − ln q of the two normal densities.
      let variance = deviation * deviation
      let want = [log(deviation) + mean * mean / (2 * variance), -mean / variance, (1 / variance - 1) / 2]
      expectClose(
        w, want, relative: 1e-6, absolute: 1e-6,
        "the log-ratio of N(0, 1) to N(\(mean), \(deviation)²) is a parabola, and the best discriminator must find it: "
          + "p over q, iterated until nothing moves")
    }
  }

  func test5_AgainstScikitLearn() throws {
    struct Content: Decodable {
      struct Case: Decodable { let real, fake, coefficients: [Double] }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("logistic", from: .module)
    for known in content.cases {
      let points = try WeightedPoints(realSamples: known.real, fakeSamples: known.fake)
      let w = try fitDiscriminator(to: points)
      expectClose(
        w, known.coefficients, relative: 1e-5, absolute: 1e-7,
        "scikit-learn's LogisticRegression without a penalty finds another parabola for these samples")
    }
  }

  func test6_TheRatioComesBack() throws {
    let points = try gaussians(mean: 1.5, deviation: 1)
    let w = try fitDiscriminator(to: points)
    guard w.count == 3 else { return expect(false, "a parabola has three coefficients, but got \(w)") }
    let x = [-2.0, -0.5, 0, 0.75, 2, 3]
    let logits = Tensor(x.map { w[0] + w[1] * $0 + w[2] * $0 * $0 }, shape: [x.count])
    let ratio = try densityRatio(logits: logits)
    expectClose(
      ratio.scalars.map(Double.init), x.map { normal($0, 0, 1) / normal($0, 1.5, 1) }, relative: 1e-4,
      "what the fitted discriminator says of p/q must be p/q")
  }

  func test7_NoMinimumForSeparablePoints() throws {
    let apart = try WeightedPoints(realSamples: [1, 2, 3], fakeSamples: [-1, -2, -3])
    try expectRefusal("real points that can be told from fakes without error") { _ = try fitDiscriminator(to: apart) }
    let inside = try WeightedPoints(realSamples: [-0.5, 0, 0.5], fakeSamples: [-2, -3, 2, 3])
    try expectRefusal("real points inside, fakes outside: a parabola tells them apart, which") {
      _ = try fitDiscriminator(to: inside)
    }
  }
}
