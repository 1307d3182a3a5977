import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_5_TrainingLoss: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    let chain = try DiffusionChain(alphaBars: [0.64, 0.36])
    let x0 = Tensor.normal([3, 1, 2], using: &rng)
    let loss = try simpleLoss(
      predictor: { x, _ in x }, x0: x0, times: [1, 2, 2], noise: .normal(x0.shape, using: &rng), chain: chain)
    expectShape(loss, [], "the loss is one number, of shape []: the mean over samples and dimensions")
    let times = try trainingTimes(count: 7, chain: chain, using: &rng)
    expectEqual(times.count, 7, "one time a sample")
    try expectRefusal("a time of 0") {
      _ = try simpleLoss(predictor: { x, _ in x }, x0: x0, times: [0, 1, 1], noise: x0, chain: chain)
    }
    try expectRefusal("two weights for three rows") {
      _ = try simpleLoss(
        predictor: { x, _ in x }, x0: x0, times: [1, 1, 1], noise: x0, chain: chain, weights: [1, 1])
    }
    try expectRefusal("a variance of 0") { _ = try boundWeight(t: 1, variance: 0, chain: chain) }
  }

  func test2_EveryTimeIsEquallyLikely() throws {
    var rng = stream("times")
    let chain = try randomChain(count: 5, using: &rng)
    let times = try trainingTimes(count: 20_000, chain: chain, using: &rng)
    expect(!times.contains(0), "t = 0 is the data, with no noise to predict: t runs from 1 to T")
    expect(times.contains(5), "t = T never comes: t runs from 1 to T, both included")
    expect(times.allSatisfy { (0...5).contains($0) }, "there is no time beyond T")
    for t in 1...5 {
      let share = Double(times.filter { $0 == t }.count) / 20_000
      expectClose(share, 0.2, absolute: 0.02, "each of 5 times should come in a fifth of all draws; t = \(t) does not")
    }
    var again = stream("again")
    let first = try trainingTimes(count: 9, chain: chain, using: &again)
    again = stream("again")
    let second = try trainingTimes(count: 9, chain: chain, using: &again)
    expectEqual(first, second, "the same stream must give the same times: draw from `rng` alone")
  }

  func test3_ByHand() throws {
    let chain = try DiffusionChain(alphaBars: [0.64, 0.36])
    let x0 = Tensor(rows: [[1, 2], [3, 4]])
    let noise = Tensor(rows: [[1, -1], [0.5, 2]])
    let perfect = try simpleLoss(predictor: { _, _ in noise }, x0: x0, times: [1, 2], noise: noise, chain: chain)
    expectClose(perfect.onlyNumber, 0, absolute: 1e-7, "who returns ε has no loss: the target is the noise, not x₀")

    var asked: (x: Tensor, times: [Int]) = (x0, [])
    let off = try simpleLoss(
      predictor: { x, times in
        asked = (x, times)
        return noise + Tensor(rows: [[1, 1], [3, 3]])
      }, x0: x0, times: [1, 2], noise: noise, chain: chain)
    expectClose(
      asked.x, Tensor(rows: [[1.4, 1.0], [2.2, 4.0]]),
      "the predictor must see √ᾱₜ·x₀ + √(1 − ᾱₜ)·ε, with the ᾱ of each row: 0.64, then 0.36")
    expectEqual(asked.times, [1, 2], "the predictor must be told the times themselves")
    expectClose(
      off.onlyNumber, 5, "errors of 1 in one row and 3 in the other: the mean of all squares is (1 + 1 + 9 + 9)/4 = 5")
  }

  func test4_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Weight: Decodable { let t: Int, variance, weight: Double }
      let x0, noise: [[[Double]]]
      let times: [Int]
      let slope, loss, gradient: Double
      let weights: [Weight]
    }
    let content: Content = try Fixture.load("loss", from: .module)
    let chain = try ddpmChain()
    let slope = Tensor(Float(content.slope)).tracked()
    let loss = try simpleLoss(
      predictor: { x, times in slope * tanh(x) + (try perSample(times.map { Double($0) / 1000 }, like: x)) },
      x0: Tensor(blocks: content.x0), times: content.times, noise: Tensor(blocks: content.noise), chain: chain)
    expectClose(
      loss.onlyNumber, content.loss, relative: 1e-4,
      "PyTorch, one sample at a time, gets another loss: one t a row, the mean over samples and dimensions")
    let gradient = grad(of: loss, wrt: [slope])[0]
    expectClose(gradient.onlyNumber, content.gradient, relative: 1e-4, "the derivative by the model's parameter")
    for known in content.weights {
      let weight = try boundWeight(t: known.t, variance: known.variance, chain: chain)
      expectClose(
        weight, known.weight, relative: 1e-6,
        "diffusers' steps for two noises end at means whose squared distance over 2σ² is another, at t = \(known.t)")
    }
  }

  func test5_RowsHaveWeightsOfTheirOwn() throws {
    let chain = try DiffusionChain(alphaBars: [0.64, 0.36])
    let zero = Tensor.zeros([2, 2])
    let loss = try simpleLoss(
      predictor: { _, _ in Tensor(rows: [[1, 1], [3, 3]]) }, x0: zero, times: [1, 2], noise: zero, chain: chain,
      weights: [10, 0.5])
    expectClose(
      loss.onlyNumber, 7.25, "squares of 1 weighted with 10 and of 9 weighted with ½: (10 + 10 + 4.5 + 4.5)/4 = 7.25")
    let even = try simpleLoss(
      predictor: { _, _ in Tensor(rows: [[1, 1], [3, 3]]) }, x0: zero, times: [1, 2], noise: zero, chain: chain,
      weights: [1, 1])
    expectClose(even.onlyNumber, 5, "weights of 1 are L_simple")
  }

  func test6_TheBoundsWeights() throws {
    let chain = try ddpmChain()
    for (t, want) in [
      (1, 0.5000500050005551), (2, 0.2726920842780491), (10, 0.0737170159328125), (100, 0.010081263748990718),
      (1000, 0.010204493468637875),
    ] {
      let weight = try boundWeight(t: t, variance: chain.beta(t), chain: chain)
      expectClose(
        weight, want, relative: 1e-8,
        "β²/(2σ²·α·(1 − ᾱ)) at t = \(t) with σ² = β: α of the step, ᾱ of the product, and ½")
    }
    var rng = stream("snr")
    let random = try randomChain(count: 8, using: &rng)
    for t in 2...8 {
      let (here, before) = (try random.alphaBar(t), try random.alphaBar(t - 1))
      let variance = try random.beta(t) * (1 - before) / (1 - here)
      let weight = try boundWeight(t: t, variance: variance, chain: random)
      let ratio = before / (1 - before) / (here / (1 - here))
      expectClose(
        weight, 0.5 * (ratio - 1), relative: 1e-8, "with σ² = β̃ the weight is ½·(SNRₜ₋₁/SNRₜ − 1): σ² divides once")
    }
  }

  func test7_TheFloor() throws {
    var rng = stream("floor")
    let chain = try ddpmChain()
    let law = GaussianLaw(mean: 0, variance: 0.25)
    let count = 4000
    for t in [50, 250, 700] {
      let alphaBar = try chain.alphaBar(t)
      let loss = try simpleLoss(
        predictor: { x, times in law.noise(x, try chain.alphaBar(times[0])) },
        x0: .normal([count, 4], using: &rng) * 0.5, times: Array(repeating: t, count: count),
        noise: .normal([count, 4], using: &rng), chain: chain)
      expectClose(
        loss.onlyNumber, alphaBar * 0.25 / law.spread(alphaBar), relative: 0.06,
        "even the best guess has a loss, the mean of Var(ε | xₜ); at t = \(t) it is another")
    }
  }
}
