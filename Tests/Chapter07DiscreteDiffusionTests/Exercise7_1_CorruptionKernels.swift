import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_1_CorruptionKernels: ExerciseTestCase {
  func test1_Shapes() throws {
    var rng = stream("shapes")
    for (graph, states) in [(TokenGraph.uniform(tokens: 3), 3), (.absorbing(tokens: 3), 4)] {
      let rates = try rateMatrix(graph)
      expectEqual(rates.map(\.count), Array(repeating: states, count: states), "rates of \(graph): S × S")
      let kernel = try transitionKernel(graph, sigma: 0.5)
      expectEqual(kernel.map(\.count), Array(repeating: states, count: states), "kernel of \(graph): S × S")
      let noisy = try corrupt([0, 1, 2, 0], graph: graph, sigma: 0.5, using: &rng)
      expectEqual(noisy.count, 4, "one state a token")
      expect(noisy.allSatisfy { 0 <= $0 && $0 < states }, "states of \(graph) lie below \(states), but got \(noisy)")
    }
    try expectRefusal("a graph of one token") { _ = try rateMatrix(.uniform(tokens: 1)) }
    try expectRefusal("σ = NaN") { _ = try transitionKernel(.uniform(tokens: 2), sigma: .nan) }
    try expectRefusal("a token outside of the vocabulary") {
      var rng = rng
      _ = try corrupt([0, 3], graph: .uniform(tokens: 3), sigma: 1, using: &rng)
    }
    try expectRefusal("negative noise") {
      var rng = rng
      _ = try corrupt([0], graph: .uniform(tokens: 3), sigma: -1, using: &rng)
    }
  }

  func test2_ByHand() throws {
    let uniform = try rateMatrix(.uniform(tokens: 4))
    expectClose(
      uniform.flatMap { $0 }, (0..<16).map { $0 % 5 == 0 ? -0.75 : 0.25 },
      "four tokens: rate 1/4 to each other one and −3/4 on the diagonal. With 1 off the diagonal (the paper's "
        + "normalisation) all noise would be N times as much")
    let absorbing = try rateMatrix(.absorbing(tokens: 2))
    expectClose(
      absorbing.flatMap { $0 }, [-1, 0, 0, 0, -1, 0, 1, 1, 0],
      "two tokens and the mask: rates[y][x] leads from x to y, so the mask's *row* is 1 and its column 0. If it is the "
        + "other way round, rows and columns are swapped")
    let half = try transitionKernel(.uniform(tokens: 2), sigma: log(2))
    expectClose(
      half.flatMap { $0 }, [0.75, 0.25, 0.25, 0.75], "σ = log 2: half are hit, half of those are the old one")
    let masked = try transitionKernel(.absorbing(tokens: 2), sigma: log(4))
    expectClose(
      masked.flatMap { $0 }, [0.25, 0, 0, 0, 0.25, 0, 0.75, 0.75, 1],
      "σ = log 4: a quarter is left, three quarters are masked, and the mask stays")
    let end = try transitionKernel(.uniform(tokens: 4), sigma: .infinity)
    expectClose(end.flatMap { $0 }, Array(repeating: 0.25, count: 16), "at σ = ∞ every token is equally likely")
  }

  func test3_KernelsCompose() throws {
    var rng = stream("kernels")
    for graph in [TokenGraph.uniform(tokens: 3), .uniform(tokens: 7), .absorbing(tokens: 3), .absorbing(tokens: 6)] {
      let (a, b) = (rng.nextUniform() * 2, rng.nextUniform() * 2)
      let rates = try rateMatrix(graph)
      guard hasRows(rates, graph.stateCount, of: graph.stateCount, "the rates of \(graph)") else { return }
      for x in rates.indices {
        expectClose(
          rates.reduce(0) { $0 + $1[x] }, 0, absolute: 1e-12,
          "columns of rates sum to 0: what leaves x arrives elsewhere")
      }
      let (first, second) = (try transitionKernel(graph, sigma: a), try transitionKernel(graph, sigma: b))
      let both = try transitionKernel(graph, sigma: a + b)
      guard hasRows(both, graph.stateCount, of: graph.stateCount, "the kernel of \(graph)") else { return }
      for x in both.indices {
        expectClose(both.reduce(0) { $0 + $1[x] }, 1, relative: 1e-12, "columns of a kernel sum to 1")
      }
      expectClose(
        Chain.product(first, second).flatMap { $0 }, both.flatMap { $0 }, relative: 1e-10, absolute: 1e-13,
        "K(\(a))·K(\(b)) must be K of the sum: noise adds up")
      let back = try transitionKernel(graph, sigma: -a)
      expectClose(
        Chain.product(back, first).flatMap { $0 }, Chain.identity(first.count).flatMap { $0 }, relative: 1e-10,
        absolute: 1e-10, "K(−σ) must be the inverse of K(σ): the formula holds for negative σ as it is")
      let tiny = try transitionKernel(graph, sigma: 1e-7)
      let slope = zip(tiny, Chain.identity(tiny.count)).map { zip($0, $1).map { ($0 - $1) * 1e7 } }
      expectClose(
        slope.flatMap { $0 }, rates.flatMap { $0 }, relative: 1e-6, absolute: 1e-6,
        "the slope of K at σ = 0 must be the rates: do both have the same normalisation?")
    }
  }

  func test4_AgainstSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let kind: String
        let symbols: Int
        let sigma: Double
        let rates, kernel: [[Double]]
      }
      struct Pair: Decodable {
        let kind: String
        let symbols: Int
        let sigma: Double
        let kernel: [[Double]]
      }
      let cases: [Case]
      let pairs: [Pair]
    }
    let content: Content = try Fixture.load("kernels", from: .module)
    for known in content.cases {
      let graph = Chain.graph(known.kind, known.symbols)
      let rates = try rateMatrix(graph)
      expectClose(
        rates.flatMap { $0 }, known.rates.flatMap { $0 }, relative: 1e-10, absolute: 1e-13,
        "rates of \(graph): is the rate of leaving that of SEDD's code, 1 − 1/N in all for the uniform graph?")
      let kernel = try transitionKernel(graph, sigma: known.sigma)
      expectClose(
        kernel.flatMap { $0 }, known.kernel.flatMap { $0 }, relative: 1e-10, absolute: 1e-13,
        "scipy.linalg.expm has another exponential of \(known.sigma)·Q for \(graph)")
    }
    for known in content.pairs {
      let size = Chain.graph(known.kind, known.symbols).stateCount
      let kernel = try transitionKernel(Chain.graph(known.kind, known.symbols), sigma: known.sigma)
      guard hasRows(kernel, size, of: size, "the kernel of \(known.kind), N = \(known.symbols)") else { return }
      let both = (0..<size * size).map { y in
        (0..<size * size).map { x in kernel[y / size][x / size] * kernel[y % size][x % size] }
      }
      expectClose(
        both.flatMap { $0 }, known.kernel.flatMap { $0 }, relative: 1e-10, absolute: 1e-13,
        "two positions are corrupted independently: the kernel of the pair is a product")
    }
  }

  func test5_TinyNoise() throws {
    struct Content: Decodable {
      struct Case: Decodable { let sigma, masked, uniformOffDiagonalOfThree: Double }
      let small: [Case]
    }
    let content: Content = try Fixture.load("kernels", from: .module)
    for known in content.small {
      let absorbing = try transitionKernel(.absorbing(tokens: 3), sigma: known.sigma)
      guard hasRows(absorbing, 4, of: 4, "three tokens and the mask") else { return }
      expectClose(
        absorbing[3][0], known.masked, relative: 1e-12,
        "the probability of the mask at σ = \(known.sigma), computed with 40 digits: use expm1, for 1 − exp(−σ) "
          + "loses them"
      )
      let uniform = try transitionKernel(.uniform(tokens: 3), sigma: known.sigma)
      guard hasRows(uniform, 3, of: 3, "three tokens") else { return }
      expectClose(
        uniform[1][0], known.uniformOffDiagonalOfThree, relative: 1e-12,
        "the probability of another token at σ = \(known.sigma): use expm1, for 1 − exp(−σ) loses its digits")
    }
  }

  func test6_TheDraw() throws {
    var rng = stream("draw")
    let count = 60_000
    for (kind, symbols, sigma) in [("uniform", 4, 0.6), ("absorbing", 4, 0.6), ("uniform", 2, 2.5)] {
      let graph = Chain.graph(kind, symbols)
      let kernel = Chain.kernel(kind, symbols, sigma: sigma)
      let noisy = try corrupt(Array(repeating: 1, count: count), graph: graph, sigma: sigma, using: &rng)
      var counts = Array(repeating: 0, count: graph.stateCount)
      for state in noisy { counts[state] += 1 }
      let law = kernel.map { $0[1] }
      expect(
        excess(of: counts, over: law) < 5,
        "\(graph), σ = \(sigma): \(counts) of \(count), but the probabilities are \(law): a uniform event may pick "
          + "the old "
          + "token again, and the share hit is 1 − e^(−σ)")
      let pairs = stride(from: 0, to: count, by: 2).filter { noisy[$0] != 1 && noisy[$0 + 1] != 1 }.count
      let moved = 1 - law[1]
      expectClose(
        Double(pairs) / Double(count / 2), moved * moved, absolute: 0.015,
        "positions must be hit independently of each other: draw for each one")
    }
    let tokens = [0, 3, 2, 1, 1]
    let same = try corrupt(tokens, graph: .uniform(tokens: 4), sigma: 0, using: &rng)
    expectEqual(same, tokens, "no noise, no change")
    let gone = try corrupt(tokens, graph: .absorbing(tokens: 4), sigma: .infinity, using: &rng)
    expectEqual(gone, [4, 4, 4, 4, 4], "at σ = ∞ all tokens are masked, and the mask is N = 4")
    let stay = try corrupt([4, 4, 4], graph: .absorbing(tokens: 4), sigma: 0.1, using: &rng)
    expectEqual(stay, [4, 4, 4], "a mask stays a mask")
  }
}
