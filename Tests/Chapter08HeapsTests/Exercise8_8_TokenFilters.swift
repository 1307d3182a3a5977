import Chapter08Heaps
import ExerciseTesting
import Foundation
import Tensors

final class Exercise8_8_TokenFilters: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    let one = try topKFilter([0.5], k: 1)
    expectEqual(one, [0.5], "a vocabulary of one token")
    let sure = try nucleusFilter([0.5], p: 0.1)
    expectEqual(sure, [0.5], "its nucleus, for any p: never empty")
    for k in [0, 4, -1] {
      try expectRefusal("k = \(k) of three") { _ = try topKFilter([1, 2, 3], k: k) }
    }
    for p in [0, -0.5, 1.5, .nan] {
      try expectRefusal("p = \(p)") { _ = try nucleus([0.5, 0.5], p: p) }
      try expectRefusal("p = \(p) of logits") { _ = try nucleusFilter([1, 2], p: p) }
    }
    for logits in [[], [1, .nan], [.infinity, 0], [-.infinity, -.infinity]] as [[Double]] {
      try expectRefusal("the logits \(logits)") { _ = try topKFilter(logits, k: 1) }
      try expectRefusal("the logits \(logits) in softmax") { _ = try softmax(logits) }
      try expectRefusal("the logits \(logits) in a nucleus") { _ = try nucleusFilter(logits, p: 0.5) }
    }
    for probabilities in [[], [0.5, 0.4], [1.5, -0.5], [.nan, 1]] as [[Double]] {
      try expectRefusal("the probabilities \(probabilities)") { _ = try nucleus(probabilities, p: 0.5) }
    }
  }

  func test2_ByHand() throws {
    let none = -Double.infinity
    let two = try topKFilter([1, 4, 3, 2], k: 2)
    expectEqual(two, [none, 4, 3, none], "the two greatest stay as they are, the others become −∞")
    let ties = try topKFilter([1, 3, 2, 2, 2], k: 2)
    expectEqual(ties, [none, 3, 2, 2, 2], "keepAll: all that are as good as the k-th")
    let exact = try topKFilter([1, 3, 2, 2, 2], k: 3, ties: .lowestIndexFirst)
    expectEqual(exact, [none, 3, 2, 2, none], "lowestIndexFirst: exactly k, of equal ones the lower indices")
    let late = try topKFilter([2, 2, 3, 1, 3], k: 3, ties: .lowestIndexFirst)
    expectEqual(late, [2, none, 3, none, 3], "greater ones that come later take the places of the higher indices")

    let equal = try softmax([7, 7, 7, 7])
    expectEqual(equal, [0.25, 0.25, 0.25, 0.25], "equal logits are equal probabilities")
    let impossible = try softmax([none, 0, none])
    expectEqual(impossible, [0, 1, 0], "−∞ is the probability 0")
    let huge = try softmax([1000, 1000, -1000])
    expectClose(huge, [0.5, 0.5, 0], "logits of ±1000: subtract the greatest before the exponential")

    let half = try nucleus([0.125, 0.5, 0.125, 0.25], p: 0.75)
    expectEqual(half, [1, 3], "½ + ¼ reach p = ¾ exactly; the most probable first")
    let more = try nucleus([0.125, 0.5, 0.125, 0.25], p: 0.76)
    expectEqual(more, [1, 3, 0], "for a little more another token is needed: of equal ones the lower index")
  }

  func test3_TheCrossingToken() throws {
    let sure = try nucleus([0.0625, 0.875, 0.0625], p: 0.5)
    expectEqual(sure, [1], "a token with more than p is kept: it carries the sum across p")
    let crossing = try nucleus([0.5, 0.375, 0.125], p: 0.6)
    expectEqual(crossing, [0, 1], "the crossing token is in: ½ is less than 0.6, so ⅜ must be added")
    let all = try nucleus([0.25, 0.25, 0, 0.5], p: 1)
    expectEqual(all, [3, 0, 1], "p = 1 keeps every token of positive probability, and no other")
    let tail = try nucleus([1, 1e-20, 1e-30], p: 1)
    expectEqual(tail, [0, 1, 2], "p = 1 keeps all, also those that the sum's rounding swallows")
    let logits: [Double] = [0, -40, -.infinity, -50]
    let kept = try nucleusFilter(logits, p: 1)
    expectEqual(kept, logits, "p = 1 changes nothing")
    let best = try nucleusFilter([1, 5, 2], p: 1e-9)
    expectEqual(best, [-.infinity, 5, -.infinity], "for a tiny p the best token alone stays")
  }

  func test4_AgainstSorting() throws {
    var rng = stream("logits")
    for _ in 0..<1000 {
      let count = 1 + rng.integer(below: 20)
      let logits = (0..<count).map { _ in Double(rng.integer(below: 12)) / 2 - 3 }
      let k = 1 + rng.integer(below: count)
      let sorted = logits.indices.sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
      let threshold = logits[sorted[k - 1]]
      let all = try topKFilter(logits, k: k)
      expectEqual(all, logits.map { $0 >= threshold ? $0 : -.infinity }, "keepAll, k = \(k) of \(logits)")
      let exactly = try topKFilter(logits, k: k, ties: .lowestIndexFirst)
      let chosen = Set(sorted.prefix(k))
      expectEqual(
        exactly, logits.indices.map { chosen.contains($0) ? logits[$0] : -.infinity },
        "lowestIndexFirst, k = \(k) of \(logits)")

      let weights = logits.map { exp($0) }
      let total = weights.reduce(0, +)
      let probabilities = try softmax(logits)
      expectClose(probabilities, weights.map { $0 / total }, relative: 1e-12, "e^ℓ over the sum of them")
      guard probabilities.count == count else { return }
      let p = 0.01 + 0.98 * rng.nextUniform()
      let tokens = try nucleus(probabilities, p: p)
      expectEqual(tokens, Array(sorted.prefix(tokens.count)), "the most probable first, of equal ones the lower index")
      let masses = tokens.indices.map { last in tokens[...last].reduce(0.0) { $0 + probabilities[$1] } }
      expect((masses.last ?? 0) >= p, "the nucleus has the mass \(masses.last ?? 0), less than p = \(p)")
      let without = masses.dropLast().last ?? 0
      expect(
        without < p, "without its last token the nucleus has the mass \(without) still: p = \(p) needs fewer tokens")
    }
  }

  func test5_AgainstPyTorch() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let logits, softmax: [Double]
        let k: Int
        let p: Double
        let keptByTopK, keptByNucleus: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("filters", from: .module)
    for known in content.cases {
      let probabilities = try softmax(known.logits)
      expectClose(probabilities, known.softmax, relative: 1e-12, absolute: 1e-300, "torch.softmax")
      let best = try topKFilter(known.logits, k: known.k)
      expectEqual(kept(best), known.keptByTopK, "TopKLogitsWarper with k = \(known.k) keeps others")
      let nucleus = try nucleusFilter(known.logits, p: known.p)
      expectEqual(kept(nucleus), known.keptByNucleus, "TopPLogitsWarper with p = \(known.p) keeps others")
    }
  }

  private func kept(_ logits: [Double]) -> [Int] { logits.indices.filter { logits[$0] > -.infinity } }
}
