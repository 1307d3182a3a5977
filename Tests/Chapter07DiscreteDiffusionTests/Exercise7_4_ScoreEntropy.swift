import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_4_ScoreEntropy: ExerciseTestCase {
  func test1_Shapes() throws {
    let entropy = try scoreEntropy(logScore: 0.3, ratio: 2)
    expectFinite(entropy, "the score entropy must be a number")
    let ratios = try denoisingRatios(.absorbing(tokens: 3), noisy: 3, clean: 1, sigma: 0.5)
    expectEqual(ratios.count, 4, "one ratio a state, the mask's included")
    let loss = try denoisingScoreEntropy(
      logScores: .zeros([2, 3, 4]), noisy: [[0, 3, 3], [3, 1, 2]], clean: [[0, 1, 2], [0, 1, 2]],
      graph: .absorbing(tokens: 3), sigmas: [0.5, 2])
    expectShape(loss, [2], "one loss a sequence: summed over positions and states")
    try expectRefusal("a negative ratio") { _ = try scoreEntropy(logScore: 0, ratio: -1) }
    try expectRefusal("a score of 0") { _ = try scoreEntropy(logScore: -.infinity, ratio: 1) }
    try expectRefusal("noise 0") { _ = try denoisingRatios(.uniform(tokens: 3), noisy: 0, clean: 1, sigma: 0) }
    try expectRefusal("a visible token that is not the clean one") {
      _ = try denoisingRatios(.absorbing(tokens: 3), noisy: 0, clean: 1, sigma: 1)
    }
    try expectRefusal("scores without the mask's column") {
      _ = try denoisingScoreEntropy(
        logScores: .zeros([1, 2, 3]), noisy: [[3, 3]], clean: [[0, 1]], graph: .absorbing(tokens: 3), sigmas: [1])
    }
  }

  func test2_ByHand() throws {
    let right = try scoreEntropy(logScore: log(2), ratio: 2)
    expectClose(
      right, 0, absolute: 1e-12,
      "at the true ratio the score entropy is 0; if it is 2 − 2·log 2 = 0.61…, K(a) = a(log a − 1) is missing")
    let none = try scoreEntropy(logScore: log(3), ratio: 0)
    expectClose(none, 3, relative: 1e-12, "for a = 0 nothing is left but s, for 0·log 0 = 0")
    let wrong = try scoreEntropy(logScore: 1, ratio: 1)
    expectClose(
      wrong, M_E - 2, relative: 1e-12, "s = e, a = 1: e − 1 + 1·(0 − 1) = e − 2. The argument is log s, not s")

    let moved = try denoisingRatios(.uniform(tokens: 3), noisy: 2, clean: 0, sigma: log(2))
    expectClose(
      moved, [4, 1, 1], relative: 1e-12,
      "σ = log 2, three tokens: K is ½ + 1/6 = 4/6 for the clean token, 1/6 for others: ratios 4, 1, and 1 to itself")
    let kept = try denoisingRatios(.uniform(tokens: 3), noisy: 0, clean: 0, sigma: log(2))
    expectClose(kept, [1, 0.25, 0.25], relative: 1e-12, "from the clean token the others are ¼ as probable")
    let masked = try denoisingRatios(.absorbing(tokens: 2), noisy: 2, clean: 1, sigma: log(4))
    expectClose(
      masked, [0, 1.0 / 3, 1], relative: 1e-12,
      "σ = log 4: ¼ is visible, ¾ masked: the ratio of the clean token is 1/3 and of the other 0")
    let visible = try denoisingRatios(.absorbing(tokens: 2), noisy: 1, clean: 1, sigma: log(4))
    expectClose(visible, [0, 1, 3], relative: 1e-12, "from the visible token the mask is 3 times as probable")
  }

  func test3_LeastAtTheRatio() throws {
    struct Content: Decodable {
      struct Case: Decodable { let logScore, ratio, value, slopeInLogScore: Double }
      let values: [Case]
    }
    let content: Content = try Fixture.load("score-entropy", from: .module)
    for known in content.values {
      let value = try scoreEntropy(logScore: known.logScore, ratio: known.ratio)
      expectClose(
        value, known.value, relative: 1e-10, absolute: 1e-12,
        "PyTorch has another score entropy of log s = \(known.logScore) and a = \(known.ratio)")
      expect(value >= -1e-12, "the score entropy is never negative, but is \(value): is K(a) there?")
      let h = 1e-5
      let (above, below) = (
        try scoreEntropy(logScore: known.logScore + h, ratio: known.ratio),
        try scoreEntropy(logScore: known.logScore - h, ratio: known.ratio)
      )
      expectClose(
        (above - below) / (2 * h), known.slopeInLogScore, relative: 1e-6, absolute: 1e-8,
        "the slope in log s must be s − a (that in s is 1 − a/s)")
    }
  }

  func test4_RatiosOfTheKernels() throws {
    for (kind, symbols) in [("uniform", 2), ("uniform", 5), ("absorbing", 4)] {
      let graph = Chain.graph(kind, symbols)
      for sigma in [0.07, 0.9, 4] {
        let kernel = Chain.kernel(kind, symbols, sigma: sigma)
        for noisy in 0..<graph.stateCount where kind == "uniform" || noisy == symbols || noisy == 1 {
          let ratios = try denoisingRatios(graph, noisy: noisy, clean: 1, sigma: sigma)
          expectClose(
            ratios, kernel.map { $0[1] / kernel[noisy][1] }, relative: 1e-9, absolute: 1e-12,
            "\(graph), x = \(noisy), x₀ = 1: a[y] = K[y][x₀]/K[x][x₀]")
        }
      }
    }
    let sigma = 1e-12
    let uniform = try denoisingRatios(.uniform(tokens: 4), noisy: 0, clean: 1, sigma: sigma)
    guard hasRows([uniform], 1, of: 4, "ratios of four tokens") else { return }
    expectClose(
      uniform[1] * sigma, 4, relative: 1e-10, "at tiny σ the ratio is N/σ to all its digits: take 1 − e^(−σ) by expm1")
    let absorbing = try denoisingRatios(.absorbing(tokens: 4), noisy: 4, clean: 1, sigma: sigma)
    guard hasRows([absorbing], 1, of: 5, "ratios of four tokens and the mask") else { return }
    expectClose(
      absorbing[1] * sigma, 1, relative: 1e-10, "at tiny σ the ratio is 1/σ to all its digits: take 1 − e^(−σ) by expm1"
    )
  }

  func test5_TheDenoisingForm() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let kind: String
        let symbols: Int
        let sigma: Double
        let clean, noisy: Int
        let logScores: [Double]
        let value: Double
      }
      let denoising: [Case]
    }
    let content: Content = try Fixture.load("score-entropy", from: .module)
    for known in content.denoising {
      let graph = Chain.graph(known.kind, known.symbols)
      let loss = try denoisingScoreEntropy(
        logScores: Tensor(known.logScores, shape: [1, 1, graph.stateCount]), noisy: [[known.noisy]],
        clean: [[known.clean]], graph: graph, sigmas: [known.sigma])
      expectClose(
        loss.onlyNumber, known.value, relative: 1e-4, absolute: 1e-5,
        "the sum over all jumps y → x with SciPy's kernels (\(graph), x₀ = \(known.clean), x = \(known.noisy), "
          + "σ = \(known.sigma)): y = x is not one of them, the rates Q[x][y] belong to it, and so does K(a)")
    }
  }

  func test6_EachPositionItsOwn() throws {
    var rng = stream("batch")
    for graph in [TokenGraph.uniform(tokens: 3), .absorbing(tokens: 3)] {
      let states = graph.stateCount
      let clean = [[0, 1, 2], [2, 2, 1]]
      let noisy = graph.mask == nil ? [[0, 2, 1], [1, 2, 2]] : [[0, 3, 3], [3, 2, 3]]
      let sigmas = [0.2, 1.7]
      let logScores = Tensor.normal([2, 3, states], using: &rng)
      let leaf = logScores.tracked()
      let loss = try denoisingScoreEntropy(
        logScores: leaf, noisy: noisy, clean: clean, graph: graph, sigmas: sigmas)
      let slope = grad(of: loss.sum(), wrt: [leaf])[0].scalars
      var want = [0.0, 0.0]
      for b in 0..<2 {
        for i in 0..<3 {
          let one = try denoisingScoreEntropy(
            logScores: logScores[b][i].reshaped([1, 1, states]), noisy: [[noisy[b][i]]], clean: [[clean[b][i]]],
            graph: graph, sigmas: [sigmas[b]])
          want[b] += one.onlyNumber
          let kernel = Chain.kernel(graph.mask == nil ? "uniform" : "absorbing", 3, sigma: sigmas[b])
          let rates = Chain.rates(graph.mask == nil ? "uniform" : "absorbing", 3)
          let (x, x0) = (noisy[b][i], clean[b][i])
          for y in 0..<states {
            let index = (b * 3 + i) * states + y
            let score = exp(Double(logScores.scalars[index]))
            let weight = y == x ? 0 : rates[x][y]
            let target = weight == 0 ? 0 : weight * (score - kernel[y][x0] / kernel[x][x0])
            expectClose(
              Double(slope[index]), target, relative: 1e-3, absolute: 1e-4,
              "the derivative by log s[\(b)][\(i)][\(y)] must be Q[x][y]·(s − a), and 0 for y = x, which is no jump")
          }
        }
      }
      expectClose(
        loss.scalars.map(Double.init), want, relative: 1e-4, absolute: 1e-4,
        "a sequence's loss is the sum over its positions, each with its own x, x₀ and the sequence's σ")
    }
  }

  func test7_LeastAtTheConcreteScore() throws {
    var rng = stream("least")
    for (kind, symbols) in [("uniform", 3), ("absorbing", 3)] {
      let tiny = TinyLaw.random(symbols: symbols, length: 1, using: &rng)
      let sigma = 0.8
      let kernel = Chain.kernel(kind, symbols, sigma: sigma)
      let marginal = tiny.marginal(kernel)
      // All pairs (x₀, x) with their joint probabilities.
      var (clean, noisy, joint): ([[Int]], [[Int]], [Double]) = ([], [], [])
      for x0 in 0..<symbols {
        for x in kernel.indices where kernel[x][x0] > 0 {
          clean.append([x0])
          noisy.append([x])
          joint.append(tiny.law[x0] * kernel[x][x0])
        }
      }
      let exact = noisy.flatMap { x in tiny.scores(marginal, states: kernel.count, at: x)[0].map { log($0) } }
      let shape = [noisy.count, 1, kernel.count]
      let leaf = Tensor(exact, shape: shape).tracked()
      let graph = Chain.graph(kind, symbols)
      let sigmas = Array(repeating: sigma, count: noisy.count)
      let loss = try denoisingScoreEntropy(logScores: leaf, noisy: noisy, clean: clean, graph: graph, sigmas: sigmas)
      let weights = Tensor(joint, shape: [noisy.count])
      let least = (loss * weights).sum()
      let slope = grad(of: least, wrt: [leaf])[0].scalars
      for x in kernel.indices {
        for y in kernel.indices {
          let total = noisy.indices.filter { noisy[$0] == [x] }.reduce(0.0) {
            $0 + Double(slope[$1 * kernel.count + y])
          }
          expectClose(
            total, 0, absolute: 1e-5,
            "\(kind): at the concrete score the mean loss is flat, summed over the x₀ that may be behind x = \(x); the "
              + "denoising form has the same minimum as the ratios themselves")
        }
      }
      for _ in 0..<5 {
        // One guess a state x, the same whatever x₀ is.
        let bump = Tensor.normal([kernel.count, kernel.count], using: &rng) * 0.5
        let bumps = bump.take(noisy.map { $0[0] }).reshaped(shape)
        let other = try denoisingScoreEntropy(
          logScores: Tensor(exact, shape: shape) + bumps, noisy: noisy, clean: clean, graph: graph, sigmas: sigmas)
        expect(
          (other * weights).sum().onlyNumber > least.onlyNumber,
          "\(kind): every other score must have a larger mean loss than the concrete score")
      }
    }
  }
}
