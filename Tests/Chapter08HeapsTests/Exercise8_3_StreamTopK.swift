import Chapter08Heaps
import ExerciseTesting

final class Exercise8_3_StreamTopK: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    let nothing = try streamTopK([Int](), k: 3, by: <)
    expectEqual(nothing, [], "an empty stream has no greatest elements")
    let none = try streamTopK([1, 2, 3], k: 0, by: <)
    expectEqual(none, [], "k = 0 keeps nothing")
    let all = try streamTopK([2, 3, 1], k: 9, by: <)
    expectEqual(all, [3, 2, 1], "with a k that is too large all are kept")
    let least = try streamBottomK([2, 3, 1], k: 9, by: <)
    expectEqual(least, [1, 2, 3], "and all of them are the least")
    let negated = try bottomKByNegation([], k: 2)
    expectEqual(negated, [], "nothing to negate")
    let turned = try bottomKByComplement([Int](), k: 2)
    expectEqual(turned, [], "nothing to turn over")
    let expected = try expectedReplacements(count: 3, k: 5)
    expectEqual(expected, 0, "nothing is replaced when all are kept")
    try expectRefusal("k = −1") { _ = try streamTopK([1], k: -1, by: <) }
    try expectRefusal("the least −1") { _ = try streamBottomK([1], k: -1, by: <) }
    try expectRefusal("n = −1") { _ = try expectedReplacements(count: -1, k: 2) }
  }

  func test2_ByHand() throws {
    var top = try TopK<Int>(k: 3, by: <)
    let stream = [5, 1, 9, 3, 3, 7, 2, 8]
    let kept = [true, true, true, true, false, true, false, true]
    let after = [[5], [1, 5], [1, 5, 9], [3, 5, 9], [3, 5, 9], [5, 7, 9], [5, 7, 9], [7, 8, 9]]
    for (index, number) in stream.enumerated() {
      let isKept = try top.offer(number)
      expectEqual(
        isKept, kept[index], "offering \(number): kept if it beats the *least* of the kept; an equal one stays out")
      expectEqual(top.kept.sorted(), after[index], "what is kept after \(number)")
    }
    expectEqual(top.replacements, 3, "replacements are counted: 3 for 1, 7 for 3, 8 for 5; the first k replace nobody")
    let best = try top.sorted()
    expectEqual(best, [9, 8, 7], "the greatest first")
    expectEqual(top.kept.count, 3, "looking at the result does not change it")
    let bottom = try streamBottomK(stream, k: 4, by: <)
    expectEqual(bottom, [1, 2, 3, 3], "the least four, the least first")
    let words = try streamTopK(["of", "heaps", "and", "trees", "a"], k: 2) { $0.count < $1.count }
    expectEqual(Set(words), ["heaps", "trees"], "words have lengths, but no negatives")
    let early = try streamTopK([Keyed(1, "a"), Keyed(1, "b"), Keyed(0, "c")], k: 1, by: Keyed.isLess)
    expectEqual(early.map(\.name), ["a"], "of equal elements the first stays")
  }

  func test3_AgainstSorting() throws {
    var rng = stream("streams")
    for round in 0..<2000 {
      let kind = InputKind.allCases[round % InputKind.allCases.count]
      let numbers = kind.integers(rng.integer(below: 30), using: &rng)
      let k = rng.integer(below: 12)
      let order = CountedOrder<Int>(limit: 5000, <)
      let top = try streamTopK(numbers, k: k, by: order.callAsFunction)
      expectEqual(top, Array(numbers.sorted(by: >).prefix(k)), "the greatest \(k) of the \(kind) numbers \(numbers)")
      let bottom = try streamBottomK(numbers, k: k, by: order.callAsFunction)
      expectEqual(bottom, Array(numbers.sorted().prefix(k)), "the least \(k) of the \(kind) numbers \(numbers)")
    }
    let numbers: [Double] = [.nan, 1, .nan, 5, -.infinity, 3, .nan]
    let top = try streamTopK(numbers, k: 3, by: isLessWithNaNFirst)
    expectEqual(top, [5, 3, 1], "with an order that has a place for NaN nothing is lost")
    let bottom = try streamBottomK(numbers, k: 4, by: isLessWithNaNFirst)
    expectEqual(bottom.count { $0.isNaN }, 3, "in that order NaN is below all")
    expectEqual(bottom.last, -.infinity, "and the least number is next")
  }

  func test4_AgainstHeapq() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let values, largest, smallest: [String]
        let k: Int
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("top-k", from: .module)
    for known in content.cases {
      let values = known.values.compactMap { Int($0) }
      let top = try streamTopK(values, k: known.k, by: <)
      expectEqual(top.map(String.init), known.largest, "heapq.nlargest(\(known.k), …)")
      let bottom = try streamBottomK(values, k: known.k, by: <)
      expectEqual(bottom.map(String.init), known.smallest, "heapq.nsmallest(\(known.k), …)")
    }
  }

  func test5_WhereNegationBreaks() throws {
    let negated = try bottomKByNegation([4, -7, 0, .max, 2], k: 3)
    expectEqual(negated, [-7, 0, 2], "negated on the way in and again on the way out, the least first")
    try expectRefusal("Int.min, which has no negative,") { _ = try bottomKByNegation([3, .min, 5], k: 2) }
    let turned = try bottomKByComplement([4, -7, .min, .max, 2], k: 3)
    expectEqual(turned, [.min, -7, 2], "~x turns the order round for every Int, also for Int.min")
    let unsigned = try bottomKByComplement([UInt8](arrayLiteral: 200, 0, 255, 7, 0), k: 3)
    expectEqual(unsigned, [0, 0, 7], "and for integers without a sign")
    var rng = stream("numbers")
    for kind in InputKind.allCases {
      let numbers = kind.integers(25, using: &rng)
      let least = try bottomKByComplement(numbers, k: 6)
      expectEqual(least, Array(numbers.sorted().prefix(6)), "the least of the \(kind) numbers \(numbers)")
    }
  }

  func test6_ExpectedReplacements() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let count, k: Int
        let replacements: Double
      }
      let expected: [Case]
    }
    let content: Content = try Fixture.load("top-k", from: .module)
    for known in content.expected {
      let got = try expectedReplacements(count: known.count, k: known.k)
      expectClose(got, known.replacements, relative: 1e-12, "k(Hₙ − H_k) for n = \(known.count), k = \(known.k)")
    }
    for k in 1...3 {
      var replaced = 0
      let orders = permutations(6)
      for order in orders {
        var top = try TopK<Int>(k: k, by: <)
        for number in order { try top.offer(number) }
        replaced += top.replacements
      }
      let mean = try expectedReplacements(count: 6, k: k)
      expectClose(
        Double(replaced) / Double(orders.count), mean, relative: 1e-12,
        "the mean of `replacements` over all 720 orders of six numbers, k = \(k)")
    }
  }

  func test7_Comparisons() throws {
    for k in [1, 5, 8, 32] {
      let order = CountedOrder<Int>(<)
      var top = try TopK<Int>(k: k, by: order.callAsFunction)
      for number in 0..<300 {
        let spent = try order.comparisons { try top.offer(-number) }
        if number >= k { expectEqual(spent, 1, "an element that stays out costs one comparison: with the root") }
        expect(top.kept.count <= k, "\(top.kept.count) elements are kept, but k is \(k)")
      }
      for number in 1..<300 {
        let spent = try order.comparisons { try top.offer(number) }
        let bound = 1 + 2 * floorOfLog2(k)
        expect(spent <= bound, "\(spent) comparisons for one that is kept, but 1 + 2⌊log₂ k⌋ is \(bound)")
      }
    }
  }
}
