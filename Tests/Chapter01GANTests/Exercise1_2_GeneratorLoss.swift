import Chapter01GAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_2_GeneratorLoss: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    for kind in GeneratorLossKind.allCases {
      let loss = try generatorLoss(fake: .normal([6], using: &rng), kind: kind)
      expectShape(loss, [], "the loss is one number, of shape []")
      let slope = try generatorLossSlope(logit: 0.3, kind: kind)
      expectFinite(slope, "the slope must be a number")
      try expectRefusal("logits of shape [B, 1]") { _ = try generatorLoss(fake: .ones([4, 1]), kind: kind) }
      try expectRefusal("a logit that is NaN") { _ = try generatorLossSlope(logit: .nan, kind: kind) }
    }
  }

  func test2_ByHand() throws {
    // σ(ln 3) = ¾: the discriminator takes this fake for real with three to one.
    let three = Float(log(3.0))
    let saturating = try generatorLoss(fake: Tensor([three]), kind: .saturating)
    expectClose(
      saturating.onlyNumber, log(0.25), relative: 1e-5,
      "saturating: log(1 − D) with D = ¾ is ln ¼; the generator descends what the discriminator ascends")
    let better = try generatorLoss(fake: Tensor([three]), kind: .nonSaturating)
    expectClose(better.onlyNumber, -log(0.75), relative: 1e-5, "non-saturating: −log D with D = ¾ is −ln ¾")
    let several = try generatorLoss(fake: Tensor([three, 0, 0, three]), kind: .nonSaturating)
    expectClose(
      several.onlyNumber, (-log(0.75) + log(2)) / 2, relative: 1e-5, "the mean over the batch, not the sum")
    let fewer = try generatorLoss(fake: Tensor([three, 0]), kind: .saturating)
    expectClose(
      fewer.onlyNumber, (log(0.25) - log(2)) / 2, relative: 1e-5,
      "saturating: the mean over the batch, not the sum")

    let flat = try generatorLossSlope(logit: log(3), kind: .saturating)
    expectClose(flat, -0.75, relative: 1e-9, "saturating: the slope is −σ(ℓ), and σ(ln 3) = ¾")
    let steep = try generatorLossSlope(logit: log(3), kind: .nonSaturating)
    expectClose(steep, -0.25, relative: 1e-9, "non-saturating: the slope is −σ(−ℓ), and σ(−ln 3) = ¼")
  }

  func test3_ExtremeLogits() throws {
    let wanted: [(GeneratorLossKind, Float, Double)] = [
      (.saturating, -200, 0), (.saturating, 200, -200), (.nonSaturating, -200, 200), (.nonSaturating, 200, 0),
    ]
    for (kind, logit, value) in wanted {
      let leaf = Tensor([logit]).tracked()
      let loss = try generatorLoss(fake: leaf, kind: kind)
      expectClose(
        loss.onlyNumber, value, relative: 1e-6, absolute: 1e-6,
        "\(kind) at ℓ = \(logit): never take the logarithm of a sigmoid")
      let slope = grad(of: loss, wrt: [leaf])[0]
      let push = (kind == .saturating) == (logit > 0) ? -1.0 : 0
      expectClose(
        Double(slope.scalars[0]), push, absolute: 1e-6,
        "\(kind) at ℓ = \(logit): the gradient is \(push), not NaN; never take the logarithm of a sigmoid")
    }
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Kind: Decodable {
        let loss: Double
        let gradient: [Double]
      }
      struct Case: Decodable {
        let fake: [Double]
        let saturating, nonSaturating: Kind
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("losses", from: .module)
    for known in content.cases {
      for (kind, want) in [(GeneratorLossKind.saturating, known.saturating), (.nonSaturating, known.nonSaturating)] {
        let fake = Tensor(known.fake, shape: [known.fake.count]).tracked()
        let loss = try generatorLoss(fake: fake, kind: kind)
        expectClose(loss.onlyNumber, want.loss, relative: 1e-5, absolute: 1e-6, "PyTorch has another \(kind) loss")
        let gradient = grad(of: loss, wrt: [fake])[0]
        expectClose(
          gradient.scalars.map(Double.init), want.gradient, relative: 1e-4, absolute: 1e-7,
          "the gradient of the \(kind) loss")
      }
    }
  }

  func test5_TheSlopeIsTheGradient() throws {
    var rng = stream("logits")
    for kind in GeneratorLossKind.allCases {
      let logits = Tensor.normal([8], using: &rng) * 4
      let leaf = logits.tracked()
      let loss = try generatorLoss(fake: leaf, kind: kind)
      let gradient = grad(of: loss, wrt: [leaf])[0]
      for (logit, got) in zip(logits.scalars, gradient.scalars) {
        let slope = try generatorLossSlope(logit: Double(logit), kind: kind)
        expectClose(
          Double(got), slope / 8, relative: 1e-4, absolute: 1e-7,
          "the gradient of the mean of eight losses is an eighth of each one's slope (\(kind), ℓ = \(logit))")
        expect(slope < 0, "a higher logit always means a lower loss: the slope at \(logit) is \(slope)")
      }
    }
  }

  func test6_HowHardTheyPush() throws {
    for logit in [-20.0, -10, -3, 0, 2] {
      let saturating = try generatorLossSlope(logit: logit, kind: .saturating)
      let better = try generatorLossSlope(logit: logit, kind: .nonSaturating)
      expectClose(
        saturating / better, exp(logit), relative: 1e-6,
        "the two pushes differ by e^ℓ: at ℓ = −10 the saturating loss learns 22,000 times less")
    }
    // A discriminator that sees through every fake: ℓ(x) = −8(x − 3), and all fakes lie near 4.
    var rng = stream("frozen")
    let z = Tensor.normal([64], using: &rng) * 0.1
    func push(_ kind: GeneratorLossKind) throws -> Double {
      let shift = Tensor(Float(4)).tracked()
      let loss = try generatorLoss(fake: (z + shift - 3) * -8, kind: kind)
      return abs(Double(grad(of: loss, wrt: [shift])[0].item()))
    }
    let (weak, strong) = (try push(.saturating), try push(.nonSaturating))
    expect(
      weak < 1e-3 * strong,
      "against a sure discriminator the saturating loss must push a thousand times less, but \(weak) and \(strong) are "
        + "the gradients")
    expectClose(strong, 8, relative: 0.01, "and the non-saturating one pushes with the discriminator's full slope")
  }
}
