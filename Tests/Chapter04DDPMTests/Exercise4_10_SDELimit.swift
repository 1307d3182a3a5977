import Chapter04DDPM
import ExerciseTesting
import Foundation
import Tensors

final class Exercise4_10_SDELimit: ExerciseTestCase {
  private struct Content: Decodable {
    struct Product: Decodable { let t, alphaBar: Double }
    struct Flow: Decodable { let t, x, score, derivative: Double }
    let minimum, maximum: Double
    let alphaBars: [Product]
    let flows: [Flow]
  }

  func test1_TheChainOfARate() throws {
    let rate = try DiffusionRate(minimum: 0.5, maximum: 1.5)
    let betas = try chainBetas(rate: rate, count: 4)
    expectClose(
      betas, [0.1875, 0.25, 0.3125, 0.375], relative: 1e-12,
      "βᵢ = β(i/N)/N for i = 1 … N: a step lasts 1/N, and the first one ends at 1/N")
    try expectRefusal("too few steps for the rate") { _ = try chainBetas(rate: DiffusionRate(), count: 20) }
    try expectRefusal("a time beyond 1") { _ = try continuousAlphaBar(rate: rate, t: 1.1) }
  }

  func test2_TheLimit() throws {
    let content: Content = try Fixture.load("diffusion", from: .module)
    let rate = try DiffusionRate(minimum: content.minimum, maximum: content.maximum)
    for known in content.alphaBars {
      let alphaBar = try continuousAlphaBar(rate: rate, t: known.t)
      expectClose(
        alphaBar, known.alphaBar, relative: 1e-9,
        "ᾱ(t) = exp(−∫β): mpmath's integral up to t = \(known.t) gives another; the integral of t is ½t²")
    }
    // The chain's own products come nearer to it as the steps get shorter.
    let exact = try continuousAlphaBar(rate: rate, t: 1)
    var errors: [Double] = []
    for count in [500, 1000] {
      let betas = try chainBetas(rate: rate, count: count)
      errors.append(Swift.abs(betas.reduce(1) { $0 * (1 - $1) } / exact - 1))
    }
    expect(errors[1] < 0.1, "the product of all 1 − βᵢ must be near ᾱ(1), but is off by \(errors[1]) of it")
    expectClose(errors[0] / errors[1], 2, absolute: 0.3, "twice the steps must halve the distance from the limit")
  }

  func test3_StepsByHand() throws {
    // β = 2 at all times, x = 1, score = −2, z = 10, h = 0.02: √(βh) = 0.2.
    let rate = try DiffusionRate(minimum: 2, maximum: 2)
    let (x, score, z) = (Tensor(rows: [[1]]), Tensor(rows: [[-2]]), Tensor(rows: [[10]]))
    let reverse = try reverseDiffusionStep(x, t: 0.5, h: 0.02, score: score, noise: z, rate: rate)
    expectShape(reverse, [1, 1])
    expectClose(
      reverse.onlyNumber, 1 + (1 - 4) * 0.02 + 2,
      "x + (½β·x + β·score)·h + √(βh)·z: down in time x grows, the whole β stands before the score, and h under the root"
    )
    let flow = try probabilityFlowStep(x, t: 0.5, h: 0.02, score: score, rate: rate)
    expectClose(flow.onlyNumber, 1 + (1 - 2) * 0.02, "x + (½β·x + ½β·score)·h: half the score, and no noise")
    let langevin = try langevinStep(x, stepSize: 0.04, score: score, noise: z)
    expectClose(
      langevin.onlyNumber, 1 - 0.04 + 2, "x + (δ/2)·score + √δ·z with δ = 0.04: half of δ before the score, √δ before z"
    )
    // Which β? That of the time where the step begins.
    let rising = try DiffusionRate(minimum: 1, maximum: 3)
    let late = try reverseDiffusionStep(
      x, t: 0.75, h: 0.5, score: .zeros([1, 1]), noise: .zeros([1, 1]), rate: rising)
    expectClose(late.onlyNumber, 1 + 0.5 * 2.5 * 0.5, "β at t = 0.75 is 2.5: the step begins there")
    let lateFlow = try probabilityFlowStep(x, t: 0.75, h: 0.5, score: .zeros([1, 1]), rate: rising)
    expectClose(lateFlow.onlyNumber, 1 + 0.5 * 2.5 * 0.5, "β at t = 0.75 is 2.5: the step begins there")
    try expectRefusal("a step of length 0") {
      _ = try probabilityFlowStep(x, t: 0.5, h: 0, score: score, rate: rate)
    }
    try expectRefusal("a negative step size") { _ = try langevinStep(x, stepSize: -1, score: score, noise: z) }
  }

  func test4_TheFlowFollowsTheLaw() throws {
    let content: Content = try Fixture.load("diffusion", from: .module)
    let rate = try DiffusionRate(minimum: content.minimum, maximum: content.maximum)
    for known in content.flows {
      let next = try probabilityFlowStep(
        Tensor(column: [known.x]), t: known.t, h: 1, score: Tensor(column: [known.score]), rate: rate)
      expectClose(
        next.onlyNumber, known.x - known.derivative, relative: 1e-4, absolute: 1e-5,
        "the exact path of a point of N(0.75, 0.25) has another slope at t = \(known.t), differentiated with 40 digits")
    }
  }

  func test5_TheReverseFollowsTheLaw() throws {
    let rate = try DiffusionRate()
    // Data N(0, ¼): the score is −x/V, so a step is linear. Read off its two factors and follow the variance.
    func finalDeviation(_ count: Int) throws -> Double {
      var variance = 1.0
      for i in 0..<count {
        let t = 1 - Double(i) / Double(count)
        let alphaBar = exp(-0.1 * t - 9.95 * t * t)
        let total = alphaBar * 0.25 + 1 - alphaBar
        let after = try reverseDiffusionStep(
          Tensor(column: [1, 0]), t: t, h: 1 / Double(count), score: Tensor(column: [-1 / total, 0]),
          noise: Tensor(column: [0, 1]), rate: rate)
        variance = pow(after.number(0), 2) * variance + pow(after.number(1), 2)
      }
      return variance.squareRoot() / 0.5
    }
    let coarse = try finalDeviation(100)
    expectClose(coarse, 1.00747, absolute: 0.0005, "100 steps down must end with 1.00747 of the true deviation")
    let fine = try finalDeviation(400)
    expectClose((coarse - 1) / (fine - 1), 4, absolute: 0.6, "four times the steps must leave a quarter of the error")
  }

  func test6_LangevinStays() throws {
    // At one law N(0, V) the recursion of the variance has the fixed point V/(1 − δ/4V).
    for (total, delta) in [(1.0, 0.1), (0.25, 0.05), (4.0, 1.0)] {
      let after = try langevinStep(
        Tensor(column: [1, 0]), stepSize: delta, score: Tensor(column: [-1 / total, 0]), noise: Tensor(column: [0, 1]))
      let (c, s) = (after.number(0), after.number(1))
      expectClose(
        s * s / (1 - c * c), total / (1 - delta / (4 * total)), relative: 1e-4,
        "Langevin's steps of δ = \(delta) at N(0, \(total)) must settle at the variance V/(1 − δ/4V): is the noise √δ "
          + "where the score has δ/2?")
    }
    // Reverse step = flow step + Langevin step with δ = βh: what one does at a level, the other does between levels.
    var rng = stream("sum")
    let rate = try DiffusionRate(minimum: 1, maximum: 3)
    let x = Tensor.normal([4, 2], using: &rng)
    let score = Tensor.normal([4, 2], using: &rng)
    let z = Tensor.normal([4, 2], using: &rng)
    let reverse = try reverseDiffusionStep(x, t: 0.5, h: 0.01, score: score, noise: z, rate: rate)
    let flow = try probabilityFlowStep(x, t: 0.5, h: 0.01, score: score, rate: rate)
    let langevin = try langevinStep(x, stepSize: 0.02, score: score, noise: z)
    expectClose(
      reverse, flow + langevin - x, relative: 1e-3, absolute: 1e-5,
      "a step of the reverse SDE must be a step of the ODE and one of Langevin's with δ = βh together")
  }

  func test7_Annealing() throws {
    var rng = stream("annealing")
    let chain = try randomChain(count: 9, using: &rng)
    let start = Tensor.normal([3, 2], using: &rng)
    var asked: [Int] = []
    var mine = rng
    let end = try annealedLangevin(
      score: { x, t in
        asked.append(t)
        return x * Float(-0.1 * Double(t))
      }, initial: start, times: [2, 5, 9], stepsPerTime: 2, stepScale: 0.3, chain: chain, using: &rng)
    expectEqual(asked, [9, 9, 5, 5, 2, 2], "from the noisiest time down, stepsPerTime steps at each")
    var x = start
    for t in [9, 9, 5, 5, 2, 2] {
      let delta = 0.3 * (1 - (try chain.alphaBar(t)))
      x = x * Float(1 - delta / 2 * 0.1 * Double(t)) + Tensor.normal(x.shape, using: &mine) * Float(delta.squareRoot())
    }
    expectClose(
      end, x, relative: 1e-3, absolute: 1e-4,
      "with the same z the end must be another: δₜ = stepScale·(1 − ᾱₜ), for each time its own")
    expect(rng == mine, "draw z once a step, as Tensor.normal(x.shape, using: &rng)")
    try expectRefusal("no steps") {
      _ = try annealedLangevin(
        score: { x, _ in x }, initial: start, times: [1], stepsPerTime: 0, stepScale: 0.1, chain: chain, using: &rng)
    }
  }
}
