import Chapter01GAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_1_DiscriminatorLoss: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let loss = try discriminatorLoss(real: .normal([5], using: &rng), fake: .normal([5], using: &rng))
    expectShape(loss, [], "the loss is one number, of shape []: a mean over each batch")
    expectFinite(loss, "the loss must be a number")
    // Without its means a loss cannot even be added up for batches of different sizes.
    guard loss.shape == [] else { return }
    let uneven = try discriminatorLoss(real: .normal([5], using: &rng), fake: .normal([3], using: &rng))
    expectShape(uneven, [], "batches of different sizes work too")
    try expectRefusal("logits of shape [B, 1]") { _ = try discriminatorLoss(real: .ones([4, 1]), fake: .ones([4])) }
    try expectRefusal("no fakes at all") { _ = try discriminatorLoss(real: .ones([4]), fake: .ones([0])) }
  }

  func test2_ByHand() throws {
    let clueless = try discriminatorLoss(real: Tensor([0, 0, 0]), fake: Tensor([0, 0, 0]))
    expectClose(
      clueless.onlyNumber, 2 * log(2), relative: 1e-6,
      "D = ½ everywhere costs 2 ln 2: ln 2 on the real and ln 2 on the fake side; there is no factor ½, and each side is "
        + "a mean, not a sum")
    guard clueless.shape == [] else { return }
    // σ(ln 3) = ¾: right with three to one on both sides.
    let three = Float(log(3.0))
    let right = try discriminatorLoss(real: Tensor([three]), fake: Tensor([-three]))
    expectClose(
      right.onlyNumber, -2 * log(0.75), relative: 1e-5,
      "real samples want a high logit, fakes a low one: are the labels swapped?")
    let wrong = try discriminatorLoss(real: Tensor([-three]), fake: Tensor([three]))
    expectClose(
      wrong.onlyNumber, 2 * log(4), relative: 1e-5,
      "wrong with three to one on both sides costs ln 4 twice: are the labels swapped?")
    let mixed = try discriminatorLoss(real: Tensor([three, 0]), fake: Tensor([0, 0, 0, -three]))
    expectClose(
      mixed.onlyNumber, (-log(0.75) + log(2)) / 2 + (3 * log(2) - log(0.75)) / 4, relative: 1e-5,
      "two real and four fake samples: each side has a mean of its own")
  }

  func test3_ExtremeLogits() throws {
    let sure = try discriminatorLoss(real: Tensor([200]), fake: Tensor([-200]))
    expectClose(
      sure.onlyNumber, 0, absolute: 1e-6,
      "a sure and right discriminator has no loss, and no NaN: never take the logarithm of a sigmoid")
    let wrong = try discriminatorLoss(real: Tensor([-200, 0]), fake: Tensor([200]))
    expectClose(
      wrong.onlyNumber, (200 + log(2)) / 2 + 200, relative: 1e-6,
      "a sure and wrong one pays the size of its logit, not infinity: never take the logarithm of a sigmoid")
    let (real, fake) = (Tensor([-200, 30]).tracked(), Tensor([200, -30]).tracked())
    let loss = try discriminatorLoss(real: real, fake: fake)
    let gradients = grad(of: loss, wrt: [real, fake])
    expectClose(
      gradients[0], Tensor([-0.5, 0]), absolute: 1e-6,
      "where it is wrong it must still learn: the gradient at ℓ = −200 of a real sample is −1/B, not NaN")
    expectClose(gradients[1], Tensor([0.5, 0]), absolute: 1e-6, "the same at ℓ = 200 of a fake")
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let real, fake, gradientReal, gradientFake: [Double]
        let loss: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("losses", from: .module)
    for known in content.cases {
      let real = Tensor(known.real, shape: [known.real.count]).tracked()
      let fake = Tensor(known.fake, shape: [known.fake.count]).tracked()
      let loss = try discriminatorLoss(real: real, fake: fake)
      expectClose(
        loss.onlyNumber, known.loss, relative: 1e-5,
        "PyTorch's binary_cross_entropy_with_logits, labels 1 and 0, adds up to another loss")
      guard loss.shape == [] else { return }
      let gradients = grad(of: loss, wrt: [real, fake])
      expectClose(
        gradients[0].scalars.map(Double.init), known.gradientReal, relative: 1e-4, absolute: 1e-7,
        "the gradient by the real logits")
      expectClose(
        gradients[1].scalars.map(Double.init), known.gradientFake, relative: 1e-4, absolute: 1e-7,
        "the gradient by the fake logits")
    }
  }

  func test5_TheLogRatioIsBest() throws {
    // Three places; data and fakes fall on each so many times in twelve. The best logit at a place is ln(p/q).
    let (p, q) = ([6, 1, 5], [2, 4, 6])
    let best = zip(p, q).map { log(Double($0) / Double($1)) }
    func spread(_ logits: Tensor, _ counts: [Int]) -> Tensor {
      logits.take(counts.enumerated().flatMap { place, count in [Int](repeating: place, count: count) })
    }
    let logits = Tensor(best, shape: [3]).tracked()
    let least = try discriminatorLoss(real: spread(logits, p), fake: spread(logits, q))
    let slope = grad(of: least, wrt: [logits])[0]
    expectClose(
      slope, .zeros([3]), absolute: 1e-6,
      "at ℓ = ln(p/q) the discriminator is at its best, so the gradient must vanish there")
    var value = 0.0
    for (a, b) in zip(p, q) {
      let (a, b) = (Double(a) / 12, Double(b) / 12)
      value += a * log(a / (a + b)) + b * log(b / (a + b))
    }
    expectClose(least.onlyNumber, -value, relative: 1e-5, "its least value is −V(D*)")
    var rng = stream("others")
    for _ in 0..<10 {
      let other = logits.detached() + Tensor.normal([3], using: &rng)
      let loss = try discriminatorLoss(real: spread(other, p), fake: spread(other, q))
      expect(
        loss.onlyNumber > least.onlyNumber,
        "no other discriminator may have a lower loss, but \(other.scalars) has \(loss.onlyNumber)")
    }
  }
}
