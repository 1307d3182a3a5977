import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_7_ReverseSamplers: ExerciseTestCase {
  private struct Content: Decodable {
    struct Step: Decodable {
      let kind: String
      let symbols: Int
      let later, earlier: Double
      let text: [Int]
      let scores, tweedie, tauLeap: [[Double]]
      let reverse: [Double]
    }
    struct Law: Decodable {
      let symbols, length: Int
      let law, alphas, sampled: [Double]
    }
    struct Hitting: Decodable {
      let masked: Int
      let share, u, next: Double
    }
    let steps: [Step]
    let laws: [Law]
    let hitting: [Hitting]
  }

  func test1_Shapes() throws {
    var rng = stream("shapes")
    let rates = Chain.rates("uniform", 3)
    let leap = try tauLeapProbabilities(from: 0, score: [1, 0.5, 2], rates: rates, noise: 0.1)
    expectEqual(leap.count, 3, "one probability a state")
    let tweedie = try tweedieProbabilities(
      from: 0, score: [1, 0.5, 2], forward: Chain.kernel("uniform", 3, sigma: 0.1),
      backward: Chain.kernel("uniform", 3, sigma: -0.1))
    expectEqual(tweedie.count, 3, "one probability a state")
    let ancestral = try ancestralProbabilities(from: 2, clean: [0.5, 0.5, 0], alpha: 0, next: 0.5, mask: 2)
    expectEqual(ancestral.count, 3, "one probability a state")
    let samples = try reverseSample(
      from: [[2, 2], [2, 2]], times: [1, 0], mask: 2,
      law: { x, _, _ in x.map { _ in [[0.5, 0.5, 0], [0.5, 0.5, 0]] } },
      draw: drawByInversion, using: &rng)
    expectEqual(samples.map(\.count), [2, 2], "as many sequences as at the start, of the same length")
    let hits = try firstHittingSample(
      count: 3, length: 2, mask: 2, denoiser: { x in x.map { _ in [[0.5, 0.5, 0], [0.5, 0.5, 0]] } },
      draw: drawByInversion, using: &rng)
    expectEqual(hits.map(\.count), [2, 2, 2], "B sequences of L tokens")
    try expectRefusal("a negative ratio") {
      _ = try tauLeapProbabilities(from: 0, score: [1, -0.5, 2], rates: rates, noise: 0.1)
    }
    try expectRefusal("α = 1, where nothing is masked") {
      _ = try ancestralProbabilities(from: 2, clean: [0.5, 0.5, 0], alpha: 1, next: 1, mask: 2)
    }
    try expectRefusal("rising times") {
      var rng = rng
      _ = try reverseSample(
        from: [[2]], times: [0, 1], mask: 2, law: { x, _, _ in x.map { _ in [[1, 0, 0]] } }, draw: drawByInversion,
        using: &rng)
    }
  }

  func test2_OneStepByHand() throws {
    let rates = Chain.rates("uniform", 2)
    let leap = try tauLeapProbabilities(from: 0, score: [1, 3], rates: rates, noise: 0.2)
    expectClose(leap, [0.7, 0.3], relative: 1e-12, "leaving has probability Δσ·Q·s = 0.2·½·3 = 0.3; the rest stays")
    let far = try tauLeapProbabilities(from: 0, score: [1, 3], rates: rates, noise: 2)
    expectClose(
      far, [0, 1], relative: 1e-12, absolute: 1e-12,
      "a leap of 2 would leave with probability 3: staying is 0, not −2, and the rest scaled to 1")
    let absorbing = try tauLeapProbabilities(
      from: 2, score: [0.5, 1, 1], rates: Chain.rates("absorbing", 2), noise: 0.4)
    expectClose(
      absorbing, [0.2, 0.4, 0.4], relative: 1e-12,
      "from the mask at the rates Q[mask][y] = 1 of the jumps that led into it: if nothing leaves the mask, rows and "
        + "columns of Q are swapped")
    let visible = try tauLeapProbabilities(from: 0, score: [1, 5, 3], rates: Chain.rates("absorbing", 2), noise: 0.4)
    expectClose(visible, [1, 0, 0], relative: 1e-12, absolute: 1e-12, "a visible token stays: no jump leads to it")

    let hidden = try ancestralProbabilities(from: 2, clean: [0.25, 0.75, 0], alpha: 0.2, next: 0.8, mask: 2)
    expectClose(
      hidden, [0.1875, 0.5625, 0.25], relative: 1e-12,
      "from α = 0.2 to 0.8: of the 0.8 masked 0.6 are revealed, three quarters, shared as `clean` says; a quarter "
        + "stays")
    let kept = try ancestralProbabilities(from: 0, clean: [0.25, 0.75, 0], alpha: 0.2, next: 0.8, mask: 2)
    expectClose(
      kept, [1, 0, 0], relative: 1e-12, absolute: 1e-12, "a visible token is never touched, nor masked again")
  }

  func test3_TweedieIsExactForOneToken() throws {
    var rng = stream("tweedie")
    for (kind, symbols) in [("uniform", 3), ("uniform", 5), ("absorbing", 4)] {
      let tiny = TinyLaw.random(symbols: symbols, length: 1, using: &rng)
      for (later, earlier) in [(0.5, 0.4), (2.0, 0.1), (1.0, 0.0)] {
        let (forward, backward) = (
          Chain.kernel(kind, symbols, sigma: later - earlier), Chain.kernel(kind, symbols, sigma: earlier - later)
        )
        let before = tiny.marginal(Chain.kernel(kind, symbols, sigma: earlier))
        let now = tiny.marginal(Chain.kernel(kind, symbols, sigma: later))
        for x in forward.indices {
          let joint = before.indices.map { forward[x][$0] * before[$0] }
          let score = tiny.scores(now, states: forward.count, at: [x])[0]
          let law = try tweedieProbabilities(from: x, score: score, forward: forward, backward: backward)
          expectClose(
            law, joint.map { $0 / joint.reduce(0, +) }, relative: 1e-6, absolute: 1e-8,
            "\(kind), from σ = \(later) to \(earlier), x = \(x): Bayes' rule has another law: K(−Δσ) acts on s, and "
              + "K(Δσ)[x][y] leads from y to x")
        }
      }
    }
    let guess = try tweedieProbabilities(
      from: 0, score: [1, 0.01, 0.9], forward: Chain.kernel("uniform", 3, sigma: 1),
      backward: Chain.kernel("uniform", 3, sigma: -1))
    expect(
      guess.allSatisfy { $0 >= 0 },
      "a guessed score may lead to negative numbers: count them as 0, but got \(guess)")
    expectClose(guess.reduce(0, +), 1, relative: 1e-9, "a law sums to 1: scale what is left")
  }

  func test4_StepsAgainstBayesRule() throws {
    let content: Content = try Fixture.load("samplers", from: .module)
    var rng = stream("products")
    for known in content.steps {
      let gap = known.later - known.earlier
      let rates = Chain.rates(known.kind, known.symbols)
      let (forward, backward) = (
        Chain.kernel(known.kind, known.symbols, sigma: gap), Chain.kernel(known.kind, known.symbols, sigma: -gap)
      )
      var (tweedie, leap): ([[Double]], [[Double]]) = ([], [])
      for (i, state) in known.text.enumerated() {
        let row = try tweedieProbabilities(from: state, score: known.scores[i], forward: forward, backward: backward)
        expectClose(
          row, known.tweedie[i], relative: 1e-5, absolute: 1e-8,
          "the position's marginal of the true reverse law (\(known.kind), \(known.later) → \(known.earlier))")
        tweedie.append(row)
        let other = try tauLeapProbabilities(from: state, score: known.scores[i], rates: rates, noise: gap)
        expectClose(
          other, known.tauLeap[i], relative: 1e-6, absolute: 1e-9,
          "the leap with Δσ = \(gap) (\(known.kind), x = \(known.text), position \(i))")
        leap.append(other)
      }
      let (best, worse) = (
        Chain.divergence(known.reverse, Chain.product(of: tweedie)),
        Chain.divergence(known.reverse, Chain.product(of: leap))
      )
      expect(
        best <= worse + 1e-9,
        "Tweedie's is the best of all laws with independent positions, but its KL \(best) is above the leap's \(worse)")
      for _ in 0..<4 {
        let other = tweedie.map { row in
          let weights = row.map { $0 * exp(rng.nextNormal()) }
          return weights.map { $0 / weights.reduce(0, +) }
        }
        expect(
          best <= Chain.divergence(known.reverse, Chain.product(of: other)) + 1e-9,
          "Tweedie's is the best of all laws with independent positions, but a random one comes nearer to the true "
            + "reverse")
      }
    }
  }

  func test5_TheLawOfTheWholeWalk() throws {
    let content: Content = try Fixture.load("samplers", from: .module)
    for known in content.laws where known.alphas.count <= 9 {
      let tiny = TinyLaw(symbols: known.symbols, length: known.length, law: known.law)
      let mask = known.symbols
      var current = [Array(repeating: mask, count: known.length): 1.0]
      for step in stride(from: known.alphas.count - 1, to: 0, by: -1) {
        var following: [[Int]: Double] = [:]
        for (x, chance) in current {
          let clean = tiny.conditionals(x)
          var branches: [([Int], Double)] = [([], chance)]
          for (i, state) in x.enumerated() {
            let law = try ancestralProbabilities(
              from: state, clean: clean[i], alpha: known.alphas[step], next: known.alphas[step - 1], mask: mask)
            branches = branches.flatMap { branch in
              law.indices.filter { law[$0] > 0 }.map { (branch.0 + [$0], branch.1 * law[$0]) }
            }
          }
          for (next, chance) in branches { following[next, default: 0] += chance }
        }
        current = following
      }
      expect(!current.keys.contains { $0.contains(mask) }, "after the step to α = 1 nothing may be masked")
      expectClose(
        tiny.texts.map { current[$0] ?? 0 }, known.sampled, relative: 1e-9, absolute: 1e-12,
        "the law of texts after \(known.alphas.count - 1) steps, summed over all paths")
    }
  }

  func test6_TheWalk() throws {
    var rng = stream("walk")
    var calls: [[Double]] = []
    var nodes: [(Int, Double)] = []
    let law: StepLaw = { x, time, next in
      calls.append([time, next])
      // Half of the mask stays masked, also in the last step: as leaps and guesses do.
      return x.map { row in row.map { $0 == 2 ? [0.1, 0.4, 0.5] : $0 == 0 ? [1, 0, 0] : [0, 1, 0] } }
    }
    let start = Array(repeating: [2, 2, 2], count: 2000)
    let samples = try reverseSample(
      from: start, times: [3, 1, 0.5, 0], mask: 2, law: law, draw: drawByInversion, using: &rng,
      onStep: { step, x, time in
        nodes.append((step, time))
        if step == 0 { expectEqual(x, start, "the walk begins at the start it is given") }
        if step == 1 {
          expectClose(
            Double(x.flatMap { $0 }.filter { $0 == 2 }.count) / 6000, 0.5, absolute: 0.04,
            "before the last step a mask may stay a mask, as its law says")
        }
      })
    expectEqual(
      calls, [[3, 1], [1, 0.5], [0.5, 0]], "the law of every step is asked once, from its time to the next")
    expectEqual(nodes.map(\.0), [0, 1, 2, 3], "onStep hears of the start and of each step")
    expectClose(nodes.map(\.1), [3, 1, 0.5, 0], relative: 1e-12, "with the time arrived at")
    let flat = samples.flatMap { $0 }
    expect(!flat.contains(2), "no mask may be left at the end: take its probability away in the last step")
    let ones = Double(flat.filter { $0 == 1 }.count) / Double(flat.count)
    expectClose(
      ones, 0.8, absolute: 0.035, "what the mask had in the last step goes to the tokens in proportion, 0.1 to 0.4")
    let first = try reverseSample(
      from: start, times: [3, 1, 0.5], mask: nil, law: law, draw: drawByInversion, using: &rng)
    let hidden = Double(first.flatMap { $0 }.filter { $0 == 2 }.count) / 6000
    expectClose(hidden, 0.25, absolute: 0.035, "without a mask every state is a state: half of a half remain")
    try expectRefusal("a last step that leaves nothing but the mask") {
      var rng = rng
      _ = try reverseSample(
        from: [[2]], times: [1, 0], mask: 2, law: { x, _, _ in x.map { _ in [[0, 0, 1]] } }, draw: drawByInversion,
        using: &rng)
    }
  }

  func test7_FirstHitting() throws {
    var rng = stream("hits")
    let tiny = TinyLaw.random(symbols: 2, length: 3, using: &rng)
    let count = 4000
    let exact = tiny.denoiser
    var questions = 0
    var times: [[Double]] = []
    var last = Array(repeating: [2, 2, 2], count: count)
    var firstPlaces = [0, 0, 0]
    // Which of the two positions still masked, the left or the right one, came second.
    var secondPlaces = [0, 0]
    let samples = try firstHittingSample(
      count: count, length: 3, mask: 2,
      denoiser: { x in
        questions += 1
        return try exact(x)
      }, draw: drawByInversion, using: &rng,
      onHit: { step, x, now in
        times.append(now)
        for (before, after) in zip(last, x) where step > 0 {
          let changed = (0..<3).filter { before[$0] != after[$0] }
          expect(
            changed.count == 1 && before[changed[0]] == 2,
            "every step reveals exactly one masked token and touches no other, but \(before) became \(after)")
          if step == 1, changed.count == 1 { firstPlaces[changed[0]] += 1 }
          if step == 2, changed.count == 1 { secondPlaces[before[..<changed[0]].contains(2) ? 1 : 0] += 1 }
        }
        last = x
      })
    expectEqual(questions, 3, "L = 3 questions for three tokens, each for the whole batch")
    expectEqual(times.count, 4, "onHit hears of the start and of every token")
    expect(
      excess(of: firstPlaces, over: [1.0 / 3, 1.0 / 3, 1.0 / 3]) < 5,
      "any masked position is as likely the next as any other, but the first were \(firstPlaces)")
    expect(
      excess(of: secondPlaces, over: [0.5, 0.5]) < 5,
      "of two masked positions each is as likely the next, but left and right came \(secondPlaces) times: draw "
        + "below the "
        + "number that is masked *now*, for each sequence")
    for (earlier, later) in zip(times, times.dropFirst()) {
      expect(zip(earlier, later).allSatisfy { $1 <= $0 && $1 >= 0 }, "times fall from 1 towards 0")
    }
    let content: Content = try Fixture.load("samplers", from: .module)
    for known in content.hitting where known.share == 1 && known.masked <= 2 {
      // With n masked the ratio of times is the greatest of n uniform numbers: Beta(n, 1).
      let step = 3 - known.masked
      let below = zip(times[step], times[step + 1]).filter { $1 / $0 <= known.next }.count
      expectClose(
        Double(below) / Double(count), known.u, absolute: 0.05,
        "with \(known.masked) masked, the time shrinks by u^(1/\(known.masked)): SciPy's quantile of \(known.u)")
    }
    var counts = Array(repeating: 0, count: 8)
    for x in samples where !x.contains(2) { counts[x[0] * 4 + x[1] * 2 + x[2]] += 1 }
    expectEqual(counts.reduce(0, +), count, "no mask may be left at the end")
    expect(
      excess(of: counts, over: tiny.law) < 5,
      "with exact conditionals, one token at a time draws from the law itself: \(counts) for \(tiny.law)")
  }
}
