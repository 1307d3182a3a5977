import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

final class Exercise7_8_ExactBound: ExerciseTestCase {
  private struct Content: Decodable {
    struct Case: Decodable {
      struct Bound: Decodable {
        let schedule: String
        let steps: Int
        let alphas, bounds: [Double]
        let gap: Double
      }
      let symbols, length: Int
      let law: [Double]
      let entropy, totalCorrelation: Double
      let bounds: [Bound]
      var tiny: TinyLaw { TinyLaw(symbols: symbols, length: length, law: law) }
    }
    struct Weight: Decodable {
      let length, masked: Int
      let weight: Double
    }
    let cases: [Case]
    let limitWeights: [Weight]
  }

  private func linear(_ steps: Int) -> [Double] { (0...steps).map { 1 - Double($0) / Double(steps) } }

  func test1_Shapes() throws {
    let weight = try maskWeight(masked: 1, length: 3, alphas: [1, 0.5, 0])
    expectFinite(weight, "a weight is a number")
    var asked: [[Int]] = []
    var questions = 0
    let bound = try exactNELBO(of: [0, 1, 1], mask: 2, weight: { _ in 1 }) { batch in
      questions += 1
      asked += batch
      return batch.map { _ in [[0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]] }
    }
    expectFinite(bound, "a bound is a number")
    expectEqual(questions, 1, "the denoiser is asked once, about all masks together: a network is quick with batches")
    expectEqual(asked.count, 7, "2³ − 1 masks with at least one position, asked once each")
    expectEqual(Set(asked).count, 7, "no mask twice")
    expect(
      asked.allSatisfy { x in zip(x, [0, 1, 1]).allSatisfy { $0 == 2 || $0 == $1 } },
      "the denoiser sees x with some positions masked, but was asked \(asked)")
    try expectRefusal("no masked position") { _ = try maskWeight(masked: 0, length: 3, alphas: [1, 0]) }
    try expectRefusal("α that does not end at 0") { _ = try maskWeight(masked: 1, length: 3, alphas: [1, 0.5]) }
    try expectRefusal("a text that holds the mask") {
      _ = try exactNELBO(of: [0, 2], mask: 2, weight: { _ in 1 }, denoiser: { _ in [] })
    }
    try expectRefusal("2^17 masks") {
      _ = try exactNELBO(of: Array(repeating: 0, count: 17), mask: 2, weight: { _ in 1 }, denoiser: { _ in [] })
    }
  }

  func test2_ByHand() throws {
    for (masked, want) in [(1, 0.0), (2, 0), (3, 1)] {
      let one = try maskWeight(masked: masked, length: 3, alphas: [1, 0])
      expectClose(
        one, want, absolute: 1e-12,
        "in a single step everything is masked: weight 1 for all three, 0 for fewer (0⁰ = 1)")
    }
    let two = try maskWeight(masked: 1, length: 2, alphas: [1, 0.5, 0])
    expectClose(two, 0.25, relative: 1e-12, "α = 1, ½, 0: ½·(½)⁰·(½)¹ from the first step, 0 from the second")
    let both = try maskWeight(masked: 2, length: 2, alphas: [1, 0.5, 0])
    expectClose(both, 0.75, relative: 1e-12, "½·(½)¹·(½)⁰ + ½·1¹·0⁰")
    let half = try continuousMaskWeight(masked: 2, length: 3)
    expectClose(half, 1.0 / 6, relative: 1e-12, "1!·1!/3! = 1/6")
    // A denoiser that always says ⅞ for 0 and ⅛ for 1.
    let flat: CleanDenoiser = { batch in batch.map { x in x.map { _ in [0.875, 0.125, 0] } } }
    let bound = try exactNELBO(
      of: [1, 0], mask: 2, weight: { try continuousMaskWeight(masked: $0, length: 2) }, denoiser: flat)
    expectClose(
      bound, -log(0.125) - log(0.875), relative: 1e-12,
      "a denoiser that ignores what it sees: every token costs −log p once, ½ alone and ½ together with the other")
    let weighted = try exactNELBO(of: [1, 0], mask: 2, weight: { $0 == 1 ? 10 : 1 }, denoiser: flat)
    expectClose(
      weighted, -11 * (log(0.125) + log(0.875)), relative: 1e-12, "weights depend on how many positions are masked")
    let pair = try totalCorrelation(of: [0.5, 0, 0, 0.5], space: SequenceSpace(stateCount: 2, length: 2))
    expectClose(
      pair, log(2), relative: 1e-12,
      "two copies of one fair coin: log 2 + log 2 − log 2 nats. If it is −log 2, the sign is off")
  }

  func test3_WeightsAddUp() throws {
    var rng = stream("weights")
    func choose(_ n: Int, _ k: Int) -> Double { k == 0 ? 1 : choose(n - 1, k - 1) * Double(n) / Double(k) }
    for length in [1, 2, 5, 9] {
      let inner = (0..<4).map { _ in rng.nextUniform() }.sorted(by: >)
      for alphas in [[1, 0], [1] + inner + [0], linear(7)] {
        var total = 0.0
        for k in 1...length {
          let weight = try maskWeight(masked: k, length: length, alphas: alphas)
          total += choose(length, k) * Double(k) * weight
        }
        expectClose(
          total, Double(length), relative: 1e-9,
          "over all masks, every token counts once: Σ C(L, k)·k·w(k) = L, for any number of steps and schedule")
      }
    }
    let content: Content = try Fixture.load("exact-bound", from: .module)
    for known in content.limitWeights {
      let weight = try continuousMaskWeight(masked: known.masked, length: known.length)
      expectClose(
        weight, known.weight, relative: 1e-10,
        "scipy.special.beta(k, L − k + 1) for k = \(known.masked), L = \(known.length)")
      let fine = try maskWeight(masked: known.masked, length: known.length, alphas: linear(4000))
      expectClose(fine, known.weight, relative: 0.01, "4000 steps are nearly the limit")
    }
    let long = try continuousMaskWeight(masked: 3, length: 400)
    expectClose(
      long, 2.0 / (400 * 399 * 398), relative: 1e-9, "L = 400: a factorial would overflow, a product need not")
  }

  func test4_BoundsAgainstPathDivergences() throws {
    let content: Content = try Fixture.load("exact-bound", from: .module)
    for known in content.cases {
      let tiny = known.tiny
      let exact = tiny.denoiser
      for want in known.bounds where want.steps <= 8 {
        for (index, text) in tiny.texts.enumerated() where index % 4 == 1 {
          let bound = try exactNELBO(
            of: text, mask: tiny.symbols,
            weight: { try maskWeight(masked: $0, length: tiny.length, alphas: want.alphas) }, denoiser: exact)
          expectClose(
            bound, want.bounds[index], relative: 1e-9,
            "\(text), \(want.steps) steps, \(want.schedule): the divergences of all steps, summed over all masks, are "
              + "something else")
        }
      }
    }
  }

  func test5_InTheLimitTheLikelihood() throws {
    var rng = stream("limit")
    for (symbols, length) in [(3, 3), (2, 5)] {
      let tiny = TinyLaw.random(symbols: symbols, length: length, using: &rng)
      let exact = tiny.denoiser
      for text in tiny.texts.enumerated().filter({ $0.offset % 5 == 0 }).map(\.element) {
        let bound = try exactNELBO(
          of: text, mask: symbols, weight: { try continuousMaskWeight(masked: $0, length: length) },
          denoiser: exact)
        expectClose(
          bound, -log(tiny.probability(of: text)), relative: 1e-9,
          "with exact conditionals and steps without number, the bound is −log p(x) for every x, with no gap")
      }
    }
  }

  func test6_TheGap() throws {
    let content: Content = try Fixture.load("exact-bound", from: .module)
    for known in content.cases {
      let tiny = known.tiny
      let exact = tiny.denoiser
      let space = try SequenceSpace(stateCount: tiny.symbols, length: tiny.length)
      let correlation = try totalCorrelation(of: tiny.law, space: space)
      expectClose(
        correlation, known.totalCorrelation, relative: 1e-9, "the entropies of the tokens less that of the text")
      func gap(_ alphas: [Double]) throws -> Double {
        var mean = 0.0
        for (text, probability) in zip(tiny.texts, tiny.law) {
          let bound = try exactNELBO(
            of: text, mask: tiny.symbols, weight: { try maskWeight(masked: $0, length: tiny.length, alphas: alphas) },
            denoiser: exact)
          mean += probability * bound
        }
        return mean - tiny.entropy
      }
      let one = try gap([1, 0])
      expectClose(one, correlation, relative: 1e-9, "at T = 1 the gap is the total correlation")
      let (fine, finer) = (try gap(linear(64)), try gap(linear(128)))
      expectClose(fine / finer, 2, absolute: 0.03, "twice the steps, half the gap: first order in 1/T")
    }
  }
}
