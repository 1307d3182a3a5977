import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_5_LikelihoodBound: ExerciseTestCase {
  private struct Content: Decodable {
    struct Schedule: Decodable {
      let name: String
      let parameters: [Double]
      let t, sigma, rate: Double
    }
    struct Case: Decodable {
      let kind: String
      let symbols, length: Int
      let law: [Double]
      let text: [Int]
      let negativeLogProbability, low, high, integral, integralOfScoresTimesOnePointThree: Double
      let divergenceAtHigh: Double
    }
    let schedules: [Schedule]
    let cases: [Case]
  }

  /// The expected score entropy of one text at noise σ by the exercise, with the exact scores of a law, each times a
  /// factor.
  private func expected(
    _ tiny: TinyLaw, _ kind: String, _ text: [Int], _ sigma: Double, factor: Double = 1
  ) throws -> Double {
    let kernel = Chain.kernel(kind, tiny.symbols, sigma: sigma)
    let marginal = tiny.marginal(kernel)
    return try expectedScoreEntropy(clean: text, rates: Chain.rates(kind, tiny.symbols), kernel: kernel) { batch in
      batch.map { x in
        tiny.scores(marginal, states: kernel.count, at: x).map { row in row.map { $0 * factor } }
      }
    }
  }

  func test1_Shapes() throws {
    let logLinear = try logLinearNoise()
    expectFinite([logLinear.level(1), logLinear.rate(1)], "ε keeps σ(1) and its rate finite")
    let geometric = try geometricNoise()
    expectFinite([geometric.level(0), geometric.rate(1)], "noise levels are numbers")
    let loss = try scoreEntropyLoss(entropies: .ones([3]), times: [0.1, 0.5, 1], schedule: logLinear)
    expectShape(loss, [], "the loss of a batch is one number")
    let entropy = try expectedScoreEntropy(
      clean: [0, 1], rates: Chain.rates("uniform", 2), kernel: Chain.kernel("uniform", 2, sigma: 0.4),
      score: { $0.map { _ in [[1, 1], [1, 1]] } })
    expectFinite(entropy, "a number")
    try expectRefusal("ε = 0") { _ = try logLinearNoise(epsilon: 0) }
    try expectRefusal("σ_min above σ_max") { _ = try geometricNoise(sigmaMin: 2, sigmaMax: 1) }
    try expectRefusal("a time beyond 1") {
      _ = try scoreEntropyLoss(entropies: .ones([1]), times: [1.5], schedule: logLinear)
    }
    try expectRefusal("an integral from 0") { _ = try integrateOverNoise(from: 0, to: 1, count: 8) { _ in 1 } }
  }

  func test2_SchedulesByHand() throws {
    let logLinear = try logLinearNoise(epsilon: 0.5)
    expectClose(logLinear.level(1), log(2), relative: 1e-12, "ε = ½: at t = 1 half of all tokens are hit, σ = −log ½")
    expectClose(logLinear.rate(1), 1, relative: 1e-12, "σ′(1) = (1 − ε)/ε = 1")
    expectClose(logLinear.level(0), 0, absolute: 1e-15, "there is no noise at t = 0")
    let tiny = try logLinearNoise(epsilon: 1e-3).level(1e-13)
    expectClose(tiny, 0.999e-13, relative: 1e-9, "at tiny t all digits of σ count: use log1p")
    let geometric = try geometricNoise(sigmaMin: 0.01, sigmaMax: 100)
    expectClose(geometric.level(0.5), 1, relative: 1e-12, "halfway lies the geometric mean of σ_min and σ_max")
    expectClose(geometric.rate(0.5), log(10_000), relative: 1e-12, "σ′ = σ·log(σ_max/σ_min): the chain rule's factor")
  }

  func test3_SchedulesAgainstPyTorch() throws {
    let content: Content = try Fixture.load("likelihood", from: .module)
    for known in content.schedules {
      let schedule =
        known.name == "geometric"
        ? try geometricNoise(sigmaMin: known.parameters[0], sigmaMax: known.parameters[1])
        : try logLinearNoise(epsilon: known.parameters[0])
      expectClose(
        schedule.level(known.t), known.sigma, relative: 1e-9, absolute: 1e-14, "σ(\(known.t)), \(known.name)")
      expectClose(
        schedule.rate(known.t), known.rate, relative: 1e-9,
        "σ′(\(known.t)), \(known.name): PyTorch differentiates σ(t) to something else")
    }
  }

  func test4_TheRateBelongsToTheLoss() throws {
    let schedule = NoiseSchedule(level: { $0 * $0 }, rate: { 2 * $0 })
    let leaf = Tensor([3, 5, 1] as [Float]).tracked()
    let loss = try scoreEntropyLoss(entropies: leaf, times: [0.5, 1, 0], schedule: schedule)
    expectClose(
      loss.onlyNumber, 13.0 / 3, relative: 1e-5,
      "σ′ = 1, 2, 0 at the three times: (1·3 + 2·5 + 0·1)/3. Without σ′ it would be 3, with σ in its place 1.9; the "
        + "rates "
        + "Q are in the entropies already")
    let slope = grad(of: loss, wrt: [leaf])[0]
    expectClose(slope, Tensor([1.0 / 3, 2.0 / 3, 0] as [Float]), "the loss must be differentiable")
    // Any schedule, the same integral: ∫ σ′·f(σ(t)) dt = ∫ f dσ.
    for schedule in [try logLinearNoise(epsilon: 0.05), try geometricNoise(sigmaMin: 1e-6, sigmaMax: 3)] {
      let times = (0..<4000).map { (Double($0) + 0.5) / 4000 }
      let entropies = Tensor(times.map { exp(-schedule.level($0)) }, shape: [4000])
      let mean = try scoreEntropyLoss(entropies: entropies, times: times, schedule: schedule)
      expectClose(
        mean.onlyNumber, exp(-schedule.level(0)) - exp(-schedule.level(1)), relative: 1e-3,
        "averaged over t, σ′(t)·e^(−σ(t)) must be the integral of e^(−σ) over σ")
    }
  }

  func test5_ExpectationByHand() throws {
    // One token out of two, uniform graph, noise that flips with probability ¼.
    let flip: Kernel = [[0.75, 0.25], [0.25, 0.75]]
    var asked: [[Int]] = []
    let uniform = try expectedScoreEntropy(clean: [0], rates: Chain.rates("uniform", 2), kernel: flip) { batch in
      asked += batch
      return batch.map { _ in [[1, 1]] }
    }
    // At x = 0 a = ⅓: s − a log s + K(a) = 1 + ⅓(log ⅓ − 1); at x = 1 a = 3: 1 + 3(log 3 − 1).
    let want = 0.5 * (0.75 * (1 + (log(1.0 / 3) - 1) / 3) + 0.25 * (1 + 3 * (log(3) - 1)))
    expectClose(
      uniform, want, relative: 1e-10,
      "s = 1 everywhere: ½·(¾·ℓ(1; ⅓) + ¼·ℓ(1; 3)), with the rate ½ = Q[x][y] once, not twice")
    expectEqual(Set(asked), [[0], [1]], "the score is asked at every x that x₀ can lead to")
    // Two tokens and the mask; three quarters are masked.
    let masking: Kernel = [[0.25, 0, 0], [0, 0.25, 0], [0.75, 0.75, 1]]
    let absorbing = try expectedScoreEntropy(clean: [1], rates: Chain.rates("absorbing", 2), kernel: masking) { batch in
      batch.map { _ in [[0.5, 0.25, .nan]] }
    }
    let masked = 0.5 + 0.25 + (log((1.0 / 3) / 0.25) - 1) / 3
    expectClose(
      absorbing, 0.75 * masked, relative: 1e-10,
      "only the masked x counts (¾): 0.5 + 0.25 − ⅓·log 0.25 + ⅓(log ⅓ − 1). Scores whose rate is 0 don't matter")
  }

  func test6_TheMidpointRule() throws {
    var nodes: [Double] = []
    _ = try integrateOverNoise(from: 0.01, to: 100, count: 4) { sigma in
      nodes.append(sigma)
      return 0
    }
    expectClose(
      nodes, [pow(10, -1.5), pow(10, -0.5), pow(10, 0.5), pow(10, 1.5)], relative: 1e-10,
      "four nodes from 10⁻² to 10²: the middles of four equal parts of log σ")
    let logarithm = try integrateOverNoise(from: 0.5, to: 2, count: 400) { 1 / $0 }
    expectClose(logarithm, log(4), relative: 1e-10, "∫ dσ/σ is exact: every node's weight is σₖ·log(high/low)/K")
    let smooth = try integrateOverNoise(from: 1e-9, to: 60, count: 100) { exp(-$0) }
    expectClose(
      smooth, 1, relative: 1e-7, "∫ e^(−σ) dσ from 0 to ∞ is 1, and 100 nodes in log σ have it to 8 digits")
    let singular = try integrateOverNoise(from: 1e-12, to: 1, count: 300) { -log($0) }
    expectClose(singular, 1, relative: 3e-3, "∫ −log σ dσ from 0 to 1 is 1: nodes dense at 0 can do it")
  }

  func test7_ExactScoresExactLikelihood() throws {
    let content: Content = try Fixture.load("likelihood", from: .module)
    for (index, known) in content.cases.enumerated() where index % 2 == 0 {
      let tiny = TinyLaw(symbols: known.symbols, length: known.length, law: known.law)
      let bound = try integrateOverNoise(from: known.low, to: known.high, count: 60) {
        try expected(tiny, known.kind, known.text, $0)
      }
      expectClose(
        bound, known.integral, relative: 1e-4, absolute: 1e-4,
        "\(known.kind), text \(known.text): SciPy's quad has another integral of the expected score entropy")
      let wrong = try integrateOverNoise(from: known.low, to: known.high, count: 60) {
        try expected(tiny, known.kind, known.text, $0, factor: 1.3)
      }
      expectClose(
        wrong, known.integralOfScoresTimesOnePointThree, absolute: 2e-3,
        "scores 1.3 times too large: the s in ‘s − a log s’ is the model's, the a that of x₀ alone")
    }
    // From far below to far above, with the divergence that is left at the end: the likelihood itself.
    for (kind, law, text) in [
      ("uniform", [0.499, 0.001, 0.001, 0.499], [0, 1]), ("absorbing", [0.1, 0.2, 0.3, 0.4], [1, 0]),
    ] {
      let tiny = TinyLaw(symbols: 2, length: 2, law: law)
      let bound = try integrateOverNoise(from: 1e-8, to: 20, count: 250) { try expected(tiny, kind, text, $0) }
      expectClose(
        bound, -log(tiny.probability(of: text)), absolute: 1e-4,
        "\(kind): with the exact scores the bound is −log p₀(x₀) itself, also for a rare text: is the grid even in "
          + "log σ?"
      )
    }
  }
}
