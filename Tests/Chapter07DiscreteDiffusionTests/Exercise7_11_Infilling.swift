import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_11_Infilling: ExerciseTestCase {
  /// The law that masks are replaced by with exact conditionals, at t → t′ of the linear schedule.
  private func ancestral(_ tiny: TinyLaw) -> StepLaw {
    let exact = tiny.denoiser
    return { x, time, next in
      zip(x, try exact(x)).map { row, laws in
        zip(row, laws).map { state, clean in
          let revealed = (time - next) / time
          return clean.indices.map { y in
            state != tiny.symbols ? (y == state ? 1 : 0) : y == tiny.symbols ? 1 - revealed : revealed * clean[y]
          }
        }
      }
    }
  }

  func test1_Shapes() throws {
    var rng = stream("shapes")
    let space = try SequenceSpace(stateCount: 2, length: 2)
    let law = try exactInfilling(of: [0.1, 0.2, 0.3, 0.4], space: space, given: [nil, 1])
    expectEqual(law.count, 4, "a law on all sequences")
    let even: StepLaw = { x, _, _ in x.map { row in row.map { _ in [0.5, 0.5, 0] } } }
    let step = try conditionalLaw(even, given: [[nil, 1]])
    let rows = try step([[2, 2]], 1, 0)
    expectEqual(rows.map { $0.map(\.count) }, [[3, 3]], "[B][L][S], as without conditions")
    let texts = try infill(
      given: [[nil, 1], [0, nil]], from: [[2, 2], [2, 2]], times: [1, 0], mask: 2, law: even, draw: drawByInversion,
      using: &rng)
    expectEqual(texts.map(\.count), [2, 2], "as many texts as at the start, of the same length")
    try expectRefusal("a prompt that no text agrees with") {
      _ = try exactInfilling(of: [0.5, 0.5, 0, 0], space: space, given: [1, nil])
    }
    try expectRefusal("a given token outside of the vocabulary") {
      _ = try exactInfilling(of: [0.1, 0.2, 0.3, 0.4], space: space, given: [2, nil])
    }
    try expectRefusal("a batch of another length") { _ = try step([[2, 2, 2]], 1, 0) }
    for (what, given) in [
      ("a prompt longer than the context", [[0, 1, nil] as [Int?]]), ("a given mask", [[2, nil]]),
    ] {
      try expectRefusal(what) {
        var rng = rng
        _ = try infill(
          given: given, from: [[2, 2]], times: [1, 0], mask: 2, law: even, draw: drawByInversion, using: &rng)
      }
    }
  }

  func test2_ExactByHand() throws {
    let space = try SequenceSpace(stateCount: 2, length: 2)
    let second = try exactInfilling(of: [0.1, 0.2, 0.3, 0.4], space: space, given: [nil, 1])
    expectClose(
      second, [0, 1.0 / 3, 0, 2.0 / 3], relative: 1e-12, absolute: 1e-12,
      "the second is 1: 01 has 0.2 and 11 has 0.4, scaled to sum to 1; the first position counts most in the index")
    let free = try exactInfilling(of: [0.1, 0.2, 0.3, 0.4], space: space, given: [nil, nil])
    expectClose(free, [0.1, 0.2, 0.3, 0.4], relative: 1e-12, "nothing given, nothing changed")
    let all = try exactInfilling(of: [0.1, 0.2, 0.3, 0.4], space: space, given: [1, 0])
    expectClose(all, [0, 0, 1, 0], relative: 1e-12, absolute: 1e-12, "everything given: certain")
  }

  func test3_ExactAgainstBayesRule() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let symbols, length: Int
        let law: [Double]
        let given: [Int]
        let conditional: [Double]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("infilling", from: .module)
    for known in content.cases {
      let law = try exactInfilling(
        of: known.law, space: SequenceSpace(stateCount: known.symbols, length: known.length),
        given: known.given.map { $0 < 0 ? nil : $0 })
      expectClose(
        law, known.conditional, relative: 1e-9, absolute: 1e-12, "Bayes' rule on all texts with \(known.given) given")
    }
  }

  func test4_TheConditionalStep() throws {
    var asked: [[[Int]]] = []
    var times: [[Double]] = []
    let law: StepLaw = { x, time, next in
      asked.append(x)
      times.append([time, next])
      return x.map { row in row.map { _ in [0.2, 0.3, 0.5] } }
    }
    let step = try conditionalLaw(law, given: [[nil, 1, nil], [0, nil, nil]])
    let rows = try step([[2, 2, 0], [2, 1, 2]], 0.75, 0.25)
    expectEqual(
      asked, [[[2, 1, 0], [0, 1, 2]]],
      "the law without conditions is asked once, at x with the given tokens put in: x ⊕ given")
    expectEqual(times, [[0.75, 0.25]], "at the same times")
    guard rows.map(\.count) == [3, 3] else { return }
    expectClose(rows[0][1], [0, 1, 0], relative: 1e-12, absolute: 1e-12, "a given position is certain")
    expectClose(
      rows[1][0], [1, 0, 0], relative: 1e-12, absolute: 1e-12, "a given position is certain, each row its own")
    expectClose(
      rows[0][0] + rows[0][2] + rows[1][1] + rows[1][2], Array(repeating: [0.2, 0.3, 0.5], count: 4).flatMap { $0 },
      relative: 1e-12, "free positions keep the law they have without conditions: the ratios are the same")
    struct Content: Decodable {
      struct Case: Decodable {
        let symbols, length: Int
        let law: [Double]
        let given, state: [Int]
        let sigma: Double
        let scores: [[Double]]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("infilling", from: .module)
    for known in content.cases {
      let tiny = TinyLaw(symbols: known.symbols, length: known.length, law: known.law)
      let marginal = tiny.marginal(Chain.kernel("absorbing", known.symbols, sigma: known.sigma))
      // Rows of ratios in place of rows of probabilities: what a step is made of.
      let ratios = try conditionalLaw(
        { x, _, _ in x.map { tiny.scores(marginal, states: known.symbols + 1, at: $0) } },
        given: [known.given.map { $0 < 0 ? nil : $0 }])
      let free = zip(known.state, known.given).map { $1 < 0 ? $0 : known.symbols }
      let scores = try ratios([free], known.sigma, 0)
      expectClose(
        scores.flatMap { $0.flatMap { $0 } }, known.scores.flatMap { $0 }, relative: 1e-6, absolute: 1e-9,
        "the ratios of the law of the free positions with \(known.given) given (−1: free), at \(known.state): they "
          + "are those of "
          + "the whole sequences")
    }
  }

  func test5_TheGivenStands() throws {
    var rng = stream("given")
    let given: [[Int?]] = [[nil, 1, nil, 0], [0, nil, nil, nil]]
    var draws = 0
    var nodes: [(Int, Double)] = []
    // A law that would change everything, if it were let.
    var asked: [[Double]] = []
    let restless: StepLaw = { x, time, next in
      asked.append([time, next])
      for (row, wanted) in zip(x, given) {
        expect(
          zip(row, wanted).allSatisfy { $1 == nil || $0 == $1 },
          "the law should see the given tokens, but was asked at \(row) with \(wanted) given")
      }
      return x.map { row in row.map { _ in [0.4, 0.4, 0.2] } }
    }
    let texts = try infill(
      given: given, from: [[2, 2, 2, 2], [1, 2, 2, 2]], times: [3, 2, 1, 0], mask: 2, law: restless,
      draw: { probabilities, rng in
        draws += 1
        return drawByInversion(probabilities, &rng)
      }, using: &rng,
      onStep: { step, x, time in
        nodes.append((step, time))
        for (row, wanted) in zip(x, given) {
          expect(
            zip(row, wanted).allSatisfy { $1 == nil || $0 == $1 },
            "step \(step): given positions never change, but \(row) has \(wanted) given")
        }
      })
    expectEqual(nodes.map(\.0), [0, 1, 2, 3], "onStep hears of the start, the given tokens in it, and of each step")
    expectClose(nodes.map(\.1), [3, 2, 1, 0], relative: 1e-12, "with the time arrived at")
    expectEqual(asked, [[3, 2], [2, 1], [1, 0]], "the law of every step is asked once, from its time to the next")
    expectEqual(draws, 3 * 5, "five free positions, three steps: nothing is drawn for what is given")
    expect(!texts.flatMap { $0 }.contains(2), "no mask may be left at the end")
  }

  func test6_TheLawOfWhatIsFilledIn() throws {
    var rng = stream("law")
    let tiny = TinyLaw.random(symbols: 2, length: 4, using: &rng)
    let given: [Int?] = [nil, 1, nil, 0]
    let count = 3000
    let samples = try infill(
      given: Array(repeating: given, count: count), from: Array(repeating: [2, 2, 2, 2], count: count),
      times: [1, 0.75, 0.5, 0.25, 0], mask: 2, law: ancestral(tiny), draw: drawByInversion, using: &rng)
    var counts = Array(repeating: 0, count: 16)
    for x in samples where !x.contains(2) { counts[x.reduce(0) { $0 * 2 + $1 }] += 1 }
    // The two free tokens appear in the same step with probability 1/4. Then they don't see each other.
    let before = tiny.conditionals([2, 1, 2, 0])
    let want = tiny.texts.map { text in
      guard text[1] == 1, text[3] == 0 else { return 0.0 }
      let after = tiny.conditionals([text[0], 1, 2, 0])
      return before[0][text[0]] * (0.75 * after[2][text[2]] + 0.25 * before[2][text[2]])
    }
    expect(
      excess(of: counts, over: want) < 5,
      "exact conditionals, four steps: the law of what is filled in is \(want), but got \(counts) of \(count)")
  }

  func test7_WhereItIsNotExact() throws {
    // Uniform graph, texts aa .4, ab .1, ba .1, bb .4; the first token is a. The reverse law of one position at noise σ,
    // with the given token held, is Tweedie's from the ratios of p_σ.
    let tiny = TinyLaw(symbols: 2, length: 2, law: [0.4, 0.1, 0.1, 0.4])
    let law: StepLaw = { x, time, next in
      let marginal = tiny.marginal(Chain.kernel("uniform", 2, sigma: time))
      let (forward, backward) = (
        Chain.kernel("uniform", 2, sigma: time - next), Chain.kernel("uniform", 2, sigma: next - time)
      )
      return x.map { row in
        let scores = tiny.scores(marginal, states: 2, at: row)
        return row.indices.map { i in
          let joint = (0..<2).map { y in
            (0..<2).reduce(0) { $0 + backward[y][$1] * scores[i][$1] } * forward[row[i]][y]
          }
          return joint.map { $0 / joint.reduce(0, +) }
        }
      }
    }
    let step = try conditionalLaw(law, given: [[0, nil]])
    let times = (0...400).map { 8 * pow(1e-4 / 8, Double($0) / 400) } + [0]
    var second = [0.5, 0.5]
    for (time, next) in zip(times, times.dropFirst()) {
      let (atFirst, atSecond) = (try step([[0, 0]], time, next), try step([[0, 1]], time, next))
      guard atFirst.first?.count == 2, atSecond.first?.count == 2 else { return expect(false, "two rows are needed") }
      second = (0..<2).map { y in second[0] * atFirst[0][1][y] + second[1] * atSecond[0][1][y] }
    }
    expectClose(
      second[1], 0.287545, absolute: 0.003,
      "the uniform graph's limit with the first token held is 0.2875, where p(b | a) = 0.2: the ratios condition on "
        + "the "
        + "*noisy* token. If you got 0.2, the law was not asked at the held token")
  }
}
