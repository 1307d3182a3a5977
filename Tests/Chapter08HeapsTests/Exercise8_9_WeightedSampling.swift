import Chapter08Heaps
import ExerciseTesting
import Foundation
import Tensors

final class Exercise8_9_WeightedSampling: ExerciseTestCase {
  private struct Content: Decodable {
    struct Order: Decodable {
      let order: [Int]
      let probability: Double
    }
    struct Law: Decodable {
      let weights: [Double]
      let k: Int
      let orders: [Order]
      let inclusion: [Double]
    }
    struct Draw: Decodable {
      let words: [String]
      let weights, logits: [Double]
      let k: Int
      let gumbel, reservoir: [Int]
    }
    let laws: [Law]
    let draws: [Draw]
  }

  func test1_EmptyAndRefusals() throws {
    var rng = stream("noise")
    let none = try gumbelTopK([1, 2], k: 0, using: &rng)
    expectEqual(none, [], "k = 0 draws nothing")
    let nobody = try weightedReservoir([(item: Int, weight: Double)](), k: 3, using: &rng)
    expectEqual(nobody, [], "an empty stream")
    let both = try weightedReservoir([(item: "a", weight: 1), (item: "b", weight: 2)], k: 5, using: &rng)
    expectEqual(Set(both), ["a", "b"], "with a k that is too large all are drawn")
    let possible = try gumbelTopK([-.infinity, 3, -.infinity, 1], k: 2, using: &rng)
    expectEqual(Set(possible), [1, 3], "an item with the logit −∞ is never drawn")
    let positive = try weightedReservoir([(item: 0, weight: 0), (item: 1, weight: 3)], k: 2, using: &rng)
    expectEqual(positive, [1], "nor is one with the weight 0")
    let sure = try plackettLuce([1, 2], order: [])
    expectEqual(sure, 1, "drawing nothing is certain")

    for (logits, k) in [([1, 2], 3), ([1, 2], -1), ([1, -.infinity], 2), ([.nan, 1], 1)] as [([Double], Int)] {
      try expectRefusal("k = \(k) of the logits \(logits)") { _ = try gumbelTopK(logits, k: k, using: &rng) }
    }
    for weight in [-1, .nan, .infinity] as [Double] {
      try expectRefusal("the weight \(weight)") {
        _ = try weightedReservoir([(item: 0, weight: weight)], k: 1, using: &rng)
      }
      try expectRefusal("the weight \(weight) in Plackett and Luce's law") {
        _ = try plackettLuce([weight], order: [0])
      }
    }
    for order in [[0, 0], [2], [-1]] {
      try expectRefusal("the order \(order) of two") { _ = try plackettLuce([1, 1], order: order) }
    }
    try expectRefusal("k = 2 of one positive weight") { _ = try inclusionProbabilities([1, 0], k: 2) }
    try expectRefusal("17 items") { _ = try inclusionProbabilities(Array(repeating: 1, count: 17), k: 2) }
  }

  func test2_ByHand() throws {
    let first = try plackettLuce([1, 2, 3], order: [2, 0])
    expectClose(first, 3.0 / 6 * 1 / 3, relative: 1e-14, "3 of 6, then 1 of the 3 that are left")
    let never = try plackettLuce([1, 0, 3], order: [1])
    expectEqual(never, 0, "weight 0 is never drawn")
    let inclusion = try inclusionProbabilities([1, 2, 3], k: 2)
    expectClose(
      inclusion, [5.0 / 12, 11.0 / 15, 17.0 / 20], relative: 1e-14,
      "the sum over all orders; not 2w/W, which would be ⅓, ⅔ and 1")
    let one = try inclusionProbabilities([1, 2, 5], k: 1)
    expectClose(one, [0.125, 0.25, 0.625], relative: 1e-14, "one draw: in proportion to the weights")
    let all = try inclusionProbabilities([1, 2, 5], k: 3)
    expectClose(all, [1, 1, 1], relative: 1e-14, "all are drawn: certain")

    let content: Content = try Fixture.load("sampling", from: .module)
    for known in content.draws {
      let words = known.words.compactMap { UInt64($0) }
      var generator = ScriptedGenerator(words)
      let drawn = try gumbelTopK(known.logits, k: known.k, using: &generator)
      expectEqual(drawn, known.gumbel, "with known u: the greatest ℓ − log(−log u), the greatest first")
      expectEqual(generator.asked, words.count, "one uniform number an item")
      var again = ScriptedGenerator(words)
      let stream = known.weights.enumerated().map { (item: $0, weight: $1) }
      let kept = try weightedReservoir(stream, k: known.k, using: &again)
      expectEqual(kept, known.reservoir, "with known u: the greatest log(u)/w, the greatest first")
      expectEqual(again.asked, words.count, "one uniform number an item of the stream")
    }
    var skipping = ScriptedGenerator([1 << 62, 1 << 61, 3 << 62])
    _ = try gumbelTopK([1, -.infinity, 2], k: 1, using: &skipping)
    expectEqual(skipping.asked, 3, "one uniform number an item, also for those that are never drawn")
  }

  func test3_AgainstEnumeration() throws {
    let content: Content = try Fixture.load("sampling", from: .module)
    for law in content.laws {
      for known in law.orders {
        let probability = try plackettLuce(law.weights, order: known.order)
        expectClose(probability, known.probability, relative: 1e-12, "\(known.order) with the weights \(law.weights)")
      }
      let inclusion = try inclusionProbabilities(law.weights, k: law.k)
      expectClose(
        inclusion, law.inclusion, relative: 1e-12,
        "inclusion with the weights \(law.weights), k = \(law.k), by trying all")
    }
    var rng = stream("weights")
    let weights = (0..<9).map { _ in rng.nextUniform() + 0.01 }
    for k in 0...9 {
      let inclusion = try inclusionProbabilities(weights, k: k)
      expectClose(inclusion.reduce(0, +), Double(k), relative: 1e-12, "the inclusion probabilities add up to k")
    }
    let uneven = try plackettLuce([1e17, 1, 1], order: [0, 1])
    expectClose(
      uneven, 0.5, relative: 1e-12, "beside a weight of 10¹⁷ the others must not be lost: sum what is left anew")
  }

  func test4_GumbelLaw() throws {
    var rng = stream("noise")
    let weights: [Double] = [8, 4, 2, 1, 1]
    let logits = weights.map { log($0) + 3 }
    try expectLaw(of: weights, k: 2, draws: 5000) { try gumbelTopK(logits, k: 2, using: &rng) }
  }

  func test5_ReservoirLaw() throws {
    var rng = stream("noise")
    let weights: [Double] = [8, 4, 2, 1, 1]
    let stream = weights.enumerated().map { (item: $0, weight: $1) }
    try expectLaw(of: weights, k: 2, draws: 4000) { try weightedReservoir(stream, k: 2, using: &rng) }
    let light = stream.map { (item: $0.item, weight: $0.weight / 10_000) }
    try expectLaw(
      of: weights, k: 2, draws: 3000, "with weights of 1/10,000, for which u^(1/w) is 0: take its logarithm"
    ) {
      try weightedReservoir(light, k: 2, using: &rng)
    }
  }

  /// The frequencies of items and of ordered pairs lie within five standard deviations of their exact law.
  private func expectLaw(
    of weights: [Double], k: Int, draws: Int, _ said: String = "", file: StaticString = #filePath, line: UInt = #line,
    draw: () throws -> [Int]
  ) throws {
    var included = [Int](repeating: 0, count: weights.count)
    var ordered: [[Int]: Int] = [:]
    for _ in 0..<draws {
      let items = try draw()
      guard items.count == k, Set(items).count == k, items.allSatisfy(weights.indices.contains) else {
        expect(
          false, "\(items) are not \(k) different items: without replacement nobody is drawn twice", file: file,
          line: line)
        return
      }
      for item in items { included[item] += 1 }
      ordered[items, default: 0] += 1
    }
    func expectFrequency(_ count: Int, _ probability: Double, _ what: String) {
      let deviation = (Double(draws) * probability * (1 - probability)).squareRoot()
      expect(
        abs(Double(count) - Double(draws) * probability) <= 5 * deviation + 1,
        "\(what) \(count) times in \(draws) draws, but its probability is \(probability) \(said)", file: file,
        line: line)
    }
    let total = weights.reduce(0, +)
    for first in weights.indices {
      let others = weights.indices.filter { $0 != first }
      let second = others.reduce(0.0) { $0 + weights[$1] / total * weights[first] / (total - weights[$1]) }
      expectFrequency(included[first], weights[first] / total + second, "\(first) was among the drawn")
      for next in others {
        let probability = weights[first] / total * weights[next] / (total - weights[first])
        expectFrequency(ordered[[first, next]] ?? 0, probability, "\(first) and then \(next) was drawn")
      }
    }
  }
}
