import Chapter03VQGAN
import ExerciseTesting
import Tensors

final class Exercise3_6_HingeLosses: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let real = Tensor.normal([3, 1, 4, 4], using: &rng)
    let fake = Tensor.normal([2, 1, 4, 4], using: &rng)
    let loss = try discriminatorHingeLoss(real: real, fake: fake)
    expectShape(loss, [], "a loss is one number: the mean over all patches of all pictures")
    let generator = try generatorHingeLoss(fake: fake)
    expectShape(generator, [], "a loss is one number: the mean over all patches of all pictures")
    let factor = try adversarialFactor(step: 3, start: 2)
    expectFinite(factor, "the factor must be a number")
    try expectRefusal("no logits of pictures") { _ = try discriminatorHingeLoss(real: .zeros([0]), fake: fake) }
    try expectRefusal("no logits of reconstructions") { _ = try generatorHingeLoss(fake: .zeros([0])) }
    try expectRefusal("a negative step") { _ = try adversarialFactor(step: -1, start: 0) }
    try expectRefusal("a negative weight") { _ = try adversarialFactor(step: 1, start: 0, weight: -1) }
  }

  func test2_ByHand() throws {
    // relu(1 − ℓ) of 2, 0.5 and −1 is 0, 0.5 and 2; relu(1 + ℓ) of −3, 0 and 1 is 0, 1 and 2.
    let loss = try discriminatorHingeLoss(real: Tensor([2, 0.5, -1]), fake: Tensor([-3, 0, 1]))
    expectClose(
      loss.onlyNumber, 11.0 / 12,
      "½·(2.5/3 + 3/3). 1.83 has no ½, 1.58 has 1 + ℓ and 1 − ℓ exchanged, 0.42 has no relu, or one of the means")
    let uneven = try discriminatorHingeLoss(real: Tensor([0, 0, 0, 0]), fake: Tensor([1]))
    expectClose(uneven.onlyNumber, 1.5, "½·(1 + 2): each kind is averaged over its own logits, however many")
    let silent = try discriminatorHingeLoss(real: .zeros([5]), fake: .zeros([5]))
    expectClose(silent.onlyNumber, 1, "logits of 0 cost 1: this is where training starts")
    let sure = try discriminatorHingeLoss(real: Tensor([1, 5]), fake: Tensor([-1, -20]))
    expectClose(sure.onlyNumber, 0, absolute: 1e-7, "all right by a margin of 1 or more: no loss")
    let generator = try generatorHingeLoss(fake: Tensor([-3, 0, 1.5]))
    expectClose(generator.onlyNumber, 0.5, "−mean(−3, 0, 1.5) = 0.5: the generator wants large logits")
  }

  func test3_TheMargin() throws {
    let real = Tensor([3, 0.5, -2, 1.5]).tracked()
    let fake = Tensor([-3, -0.5, 2, 0]).tracked()
    let loss = try discriminatorHingeLoss(real: real, fake: fake)
    let gradients = grad(of: loss, wrt: [real, fake])
    expectClose(
      gradients[0], Tensor([0, -0.125, -0.125, 0]),
      "real logits above 1 are left alone, all others are pushed up by 1/(2·4), however wrong they are")
    expectClose(
      gradients[1], Tensor([0, 0.125, 0.125, 0.125]),
      "logits of reconstructions below −1 are left alone, all others are pushed down by 1/(2·4)")
  }

  func test4_TheGeneratorIsNeverSatisfied() throws {
    let fake = Tensor([-4, 0, 0.5, 30]).tracked()
    let loss = try generatorHingeLoss(fake: fake)
    expectClose(
      grad(of: loss, wrt: [fake])[0], .full(-0.25, [4]),
      "−1/n at every logit, also where the discriminator is fooled by far: the generator's loss has no hinge")
  }

  func test5_AgainstScikitLearn() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let shape: [Int]
        let real, fake, gradientReal, gradientFake: [Double]
        let discriminator, generator: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("hinge-losses", from: .module)
    for known in content.cases {
      let real = Tensor(known.real, shape: known.shape).tracked()
      let fake = Tensor(known.fake, shape: known.shape).tracked()
      let loss = try discriminatorHingeLoss(real: real, fake: fake)
      expectClose(
        loss.onlyNumber, known.discriminator, relative: 1e-5,
        "scikit-learn's hinge_loss of all logits together, of as many real ones as others")
      let gradients = grad(of: loss, wrt: [real, fake])
      expectClose(gradients[0], Tensor(known.gradientReal, shape: known.shape), absolute: 1e-6, "PyTorch's gradient")
      expectClose(gradients[1], Tensor(known.gradientFake, shape: known.shape), absolute: 1e-6, "PyTorch's gradient")
      let generator = try generatorHingeLoss(fake: fake)
      expectClose(generator.onlyNumber, known.generator, relative: 1e-5, absolute: 1e-6, "−mean of the logits")
    }
  }

  func test6_TheBestDiscriminator() throws {
    // Two laws p and q of four patches in sixteenths. The hinge's best answer is 1 where p > q, −1 where p < q, and it
    // costs 1 − ½ Σ |p − q|.
    var rng = stream("laws")
    for _ in 0..<5 {
      func law() -> [Int] {
        let cuts = (0..<3).map { _ in rng.integer(below: 17) }.sorted()
        return zip(cuts + [16], [0] + cuts).map { $0 - $1 }
      }
      let (p, q) = (law(), law())
      func logits(_ counts: [Int]) -> Tensor {
        Tensor(
          counts.enumerated().flatMap { patch, count in
            Array(repeating: Float((p[patch] - q[patch]).signum()), count: count)
          })
      }
      let loss = try discriminatorHingeLoss(real: logits(p), fake: logits(q))
      let variation = zip(p, q).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) / 32 }
      expectClose(
        loss.onlyNumber, 1 - variation, relative: 1e-5, absolute: 1e-6,
        "the best discriminator of two laws costs 1 minus their total variation, \(variation) here")
    }
  }

  func test7_WhenItStarts() throws {
    for (step, want) in [(0, 0.0), (99, 0), (100, 0.8), (101, 0.8), (5000, 0.8)] {
      let factor = try adversarialFactor(step: step, start: 100, weight: 0.8)
      expectEqual(factor, want, "the GAN counts from step 100 on, and not before (step \(step))")
    }
    let atOnce = try adversarialFactor(step: 0, start: 0)
    expectEqual(atOnce, 1, "start 0: it counts from the first step on, with weight 1 unless told")
  }
}
