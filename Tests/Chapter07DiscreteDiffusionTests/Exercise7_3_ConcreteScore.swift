import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_3_ConcreteScore: ExerciseTestCase {
  private struct Content: Decodable {
    struct Case: Decodable {
      let kind: String
      let symbols, length: Int
      let law: [Double]
      let sigma: Double
      let marginal: [Double]
      let scores: [[[Double]]]
      var tiny: TinyLaw { TinyLaw(symbols: symbols, length: length, law: law) }
    }
    let cases: [Case]
  }

  func test1_Shapes() throws {
    let space = try SequenceSpace(stateCount: 3, length: 2)
    let law = Array(repeating: 1.0 / 9, count: 9)
    let kernel = Chain.kernel("uniform", 3, sigma: 0.5)
    let marginal = try exactMarginal(of: law, space: space, kernel: kernel)
    expectEqual(marginal.count, 9, "one probability a sequence")
    let score = try concreteScore(of: marginal, space: space, at: [0, 2])
    expectEqual(score.map(\.count), [3, 3], "L rows of S ratios")
    let posterior = try cleanPosterior(of: law, space: space, kernel: kernel, at: [0, 2])
    expectEqual(posterior.map(\.count), [3, 3], "L rows of S probabilities")
    try expectRefusal("a kernel of another size") {
      _ = try exactMarginal(of: law, space: space, kernel: Chain.identity(2))
    }
    try expectRefusal("a law of another size") { _ = try exactMarginal(of: [1], space: space, kernel: kernel) }
    try expectRefusal("a sequence without probability") {
      _ = try concreteScore(of: [1, 0, 0, 0, 0, 0, 0, 0, 0], space: space, at: [0, 1])
    }
    try expectRefusal("a sequence that cannot come from the data") {
      _ = try cleanPosterior(
        of: [1, 0, 0, 0, 0, 0, 0, 0, 0], space: space, kernel: Chain.identity(3), at: [0, 1])
    }
    try expectRefusal("a space too large to go through") { _ = try SequenceSpace(stateCount: 30, length: 12) }
  }

  func test2_ByHand() throws {
    let space = try SequenceSpace(stateCount: 2, length: 2)
    // 00 and 01 have a half each; every token flips with probability 1/4.
    let flip: Kernel = [[0.75, 0.25], [0.25, 0.75]]
    let marginal = try exactMarginal(of: [0.5, 0.5, 0, 0], space: space, kernel: flip)
    expectClose(
      marginal, [0.375, 0.375, 0.125, 0.125], relative: 1e-12,
      "the first token is 0 and flips with probability ¼, the second is even: 3/8, 3/8, 1/8, 1/8")
    let score = try concreteScore(of: [0.1, 0.2, 0.3, 0.4], space: space, at: [0, 1])
    guard hasRows(score, 2, of: 2, "the score of two positions") else { return }
    expectClose(
      score[0], [1, 2], relative: 1e-12,
      "at 01, position 0: p(11)/p(01) = 0.4/0.2 = 2, and the ratio to itself is 1. If you got ½, it is upside down")
    expectClose(score[1], [0.5, 1], relative: 1e-12, "at 01, position 1: p(00)/p(01) = 0.1/0.2")
    let posterior = try cleanPosterior(of: [0.5, 0.5, 0, 0], space: space, kernel: flip, at: [1, 1])
    guard hasRows(posterior, 2, of: 2, "the posterior of two positions") else { return }
    expectClose(posterior[0], [1, 0], relative: 1e-12, absolute: 1e-12, "the data begin with 0, whatever x shows")
    expectClose(posterior[1], [0.25, 0.75], relative: 1e-12, "the second token was 1 unless it flipped")
  }

  func test3_MarginalsAgainstTheWholeSpacesExponential() throws {
    // A kernel that is not symmetric tells its rows from its columns.
    var rng = stream("kernel")
    let tiny = TinyLaw.random(symbols: 3, length: 2, using: &rng)
    let lopsided: Kernel = [[0.7, 0.1, 0.3], [0.2, 0.6, 0], [0.1, 0.3, 0.7]]
    let mixed = try exactMarginal(of: tiny.law, space: SequenceSpace(stateCount: 3, length: 2), kernel: lopsided)
    expectClose(mixed, tiny.marginal(lopsided), relative: 1e-10, "kernel[y][x] leads from x to y: is it transposed?")
    let content: Content = try Fixture.load("marginals", from: .module)
    for known in content.cases {
      let kernel = Chain.kernel(known.kind, known.symbols, sigma: known.sigma)
      let space = try SequenceSpace(stateCount: kernel.count, length: known.length)
      let law = known.tiny.embedded(states: kernel.count)
      let marginal = try exactMarginal(of: law, space: space, kernel: kernel)
      expectClose(
        marginal, known.marginal, relative: 1e-9, absolute: 1e-13,
        "SciPy's exponential of all \(space.count) sequences' rates gives another p_σ (\(known.kind)): does the kernel "
          + "act on every position, as p′ = K·p?")
      expectClose(marginal.reduce(0, +), 1, relative: 1e-10, "a law sums to 1")
    }
  }

  func test4_ScoresAgainstTheFixture() throws {
    let content: Content = try Fixture.load("marginals", from: .module)
    for known in content.cases {
      let states = Chain.rates(known.kind, known.symbols).count
      let space = try SequenceSpace(stateCount: states, length: known.length)
      for (index, want) in known.scores.enumerated() {
        let x = TinyLaw.texts(states, known.length)[index]
        let score = try concreteScore(of: known.marginal, space: space, at: x)
        expectClose(
          score.flatMap { $0 }, want.flatMap { $0 }, relative: 1e-9, absolute: 1e-13,
          "the ratios at \(x): p(x with y at position i) over p(x), the first position counting most in the index")
      }
    }
  }

  func test5_RatiosAreConsistent() throws {
    var rng = stream("ratios")
    let space = try SequenceSpace(stateCount: 3, length: 3)
    let weights = (0..<27).map { _ in 0.1 + rng.nextUniform() }
    let x = [2, 0, 1]
    let score = try concreteScore(of: weights, space: space, at: x)
    guard hasRows(score, 3, of: 3, "the score of three positions") else { return }
    for i in 0..<3 {
      expectClose(score[i][x[i]], 1, relative: 1e-12, "the ratio of x to itself is 1")
      for y in 0..<3 {
        var other = x
        other[i] = y
        let back = try concreteScore(of: weights, space: space, at: other)
        guard hasRows(back, 3, of: 3, "the score of three positions") else { return }
        expectClose(score[i][y] * back[i][x[i]], 1, relative: 1e-10, "there and back: a ratio times its inverse is 1")
      }
    }
    let scaled = try concreteScore(of: weights.map { $0 * 7 }, space: space, at: x)
    expectClose(scaled.flatMap { $0 }, score.flatMap { $0 }, relative: 1e-12, "a normalising constant cancels")
  }

  func test6_ScoreAndPosterior() throws {
    var rng = stream("posterior")
    let lopsided: Kernel = [[0.7, 0.1, 0.3], [0.2, 0.6, 0], [0.1, 0.3, 0.7]]
    let pairs = TinyLaw.random(symbols: 3, length: 2, using: &rng)
    let posterior = try cleanPosterior(
      of: pairs.law, space: SequenceSpace(stateCount: 3, length: 2), kernel: lopsided, at: [0, 2])
    guard hasRows(posterior, 2, of: 3, "the posterior of two positions") else { return }
    var (want, total) = ([0.0, 0, 0], 0.0)
    for (text, probability) in zip(pairs.texts, pairs.law) {
      let joint = probability * lopsided[0][text[0]] * lopsided[2][text[1]]
      want[text[0]] += joint
      total += joint
    }
    expectClose(
      posterior[0], want.map { $0 / total }, relative: 1e-9, absolute: 1e-12,
      "a kernel that is not symmetric: kernel[x][x₀] leads from x₀ to x; is it transposed?")
    for (kind, symbols, length) in [("uniform", 3, 2), ("absorbing", 2, 3)] {
      let tiny = TinyLaw.random(symbols: symbols, length: length, using: &rng)
      let kernel = Chain.kernel(kind, symbols, sigma: 0.8)
      let space = try SequenceSpace(stateCount: kernel.count, length: length)
      let law = tiny.embedded(states: kernel.count)
      let marginal = tiny.marginal(kernel)
      for x in TinyLaw.texts(kernel.count, length) {
        let posterior = try cleanPosterior(of: law, space: space, kernel: kernel, at: x)
        guard hasRows(posterior, length, of: kernel.count, "the posterior at \(x)") else { return }
        expectClose(posterior.map { $0.reduce(0, +) }, x.map { _ in 1 }, relative: 1e-10, "every row sums to 1")
        let scores = tiny.scores(marginal, states: kernel.count, at: x)
        // Where a token is visible in the absorbing graph, x₀ is known, and says nothing of other tokens.
        for i in 0..<length where kind == "uniform" || x[i] == symbols {
          // s[i][y] = E[K[y][x₀ᵢ]/K[xᵢ][x₀ᵢ] | x]: the ratio of one clean token, averaged over those it may be.
          let mean = (0..<kernel.count).map { y in
            (0..<symbols).reduce(0) {
              posterior[i][$1] > 0 ? $0 + posterior[i][$1] * kernel[y][$1] / kernel[x[i]][$1] : $0
            }
          }
          expectClose(
            mean, scores[i], relative: 1e-9, absolute: 1e-12,
            "\(kind), x = \(x): the mean of each clean token's own ratio must be the concrete score: is the "
              + "posterior that "
              + "of x₀ given the *whole* x?")
        }
        if kind == "absorbing" {
          let want = tiny.conditionals(x)
          expectClose(
            posterior.flatMap { $0 }, want.flatMap { $0 }, relative: 1e-9, absolute: 1e-12,
            "masks: the posterior is p(xᵢ | the visible tokens), and a visible token is certain")
        }
      }
    }
  }
}
