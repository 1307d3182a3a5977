import Chapter08Heaps
import ExerciseTesting

final class Exercise8_4_MedianFinder: ExerciseTestCase {
  private struct Content: Decodable {
    struct Stream: Decodable {
      let values, medians: [Double]
    }
    struct Pair: Decodable {
      let a, b: String
      let mean: Double
    }
    let doubles: [Stream]
    let midpoints: [Pair]
  }

  func test1_EmptyAndOne() throws {
    var finder = MedianFinder<Double>()
    let none = try finder.median()
    expectEqual(none, nil, "there is no median of nothing")
    try finder.insert(2.5)
    let one = try finder.median()
    expectEqual(one, 2.5, "the median of one number")
    try expectRefusal("NaN") { try finder.insert(.nan) }
    expectEqual(finder.count, 1, "what is refused does not go in")
  }

  func test2_ByHand() throws {
    var finder = MedianFinder<Int>()
    for (number, lower, upper, median) in [
      (5, [5], [Int](), 5.0), (2, [2], [5], 3.5), (9, [2, 5], [9], 5), (9, [2, 5], [9, 9], 7),
      (1, [1, 2, 5], [9, 9], 5), (3, [1, 2, 3], [5, 9, 9], 4), (3, [1, 2, 3, 3], [5, 9, 9], 3),
    ] {
      try finder.insert(number)
      expectEqual(finder.lower.sorted(), lower, "the lower half after \(number): as many as the upper, or one more")
      expectEqual(finder.upper.sorted(), upper, "the upper half after \(number)")
      let got = try finder.median()
      expectEqual(got, median, "the median after \(number)")
    }
  }

  func test3_Midpoints() throws {
    for (a, b, mean) in [(1, 2, 1.5), (2, 4, 3), (-1, 0, -0.5), (-3, -4, -3.5), (7, 7, 7), (-5, 5, 0), (-6, 3, -1.5)] {
      let got = try midpoint(a, b)
      expectEqual(got, mean, "the mean of \(a) and \(b): the half counts, also below zero")
    }
    for (a, b, mean) in [(1.0, 2.0, 1.5), (-0.25, 0.25, 0), (1e-3, 3e-3, 2e-3), (-8, -9, -8.5)] {
      let got = try midpoint(a, b)
      expectClose(got, mean, relative: 1e-15, "the mean of \(a) and \(b)")
    }
  }

  func test4_Invariants() throws {
    var rng = stream("streams")
    for round in 0..<42 {
      let kind = InputKind.allCases[round % InputKind.allCases.count]
      let numbers = kind.integers(30, using: &rng)
      var finder = MedianFinder<Int>()
      var sorted: [Int] = []
      for number in numbers {
        try finder.insert(number)
        sorted.append(number)
        sorted.sort()
        let lower = finder.lower
        let upper = finder.upper
        expectEqual((lower + upper).sorted(), sorted, "\(kind) numbers: the two halves hold other numbers than came")
        let excess = lower.count - upper.count
        expect(
          excess == 0 || excess == 1,
          "\(kind) numbers: lower holds \(lower.count), upper \(upper.count); it must be as many, or one more in lower")
        expect(
          firstOutOfHeapOrder(lower, by: >) == nil,
          "\(kind) numbers: lower, \(lower), is no heap with the greatest first")
        expect(
          firstOutOfHeapOrder(upper, by: <) == nil, "\(kind) numbers: upper, \(upper), is no heap with the least first")
        if let greatest = lower.max(), let least = upper.min() {
          expect(greatest <= least, "\(kind) numbers: \(greatest) in lower is greater than \(least) in upper")
        }
        let middle = try finder.middle()
        expectEqual(middle?.lower, sorted[(sorted.count - 1) / 2], "\(kind) numbers: the lower middle of \(sorted)")
        expectEqual(middle?.upper, sorted[sorted.count / 2], "\(kind) numbers: the upper middle of \(sorted)")
        if lower.count + upper.count != sorted.count { return }
      }
    }
  }

  func test5_AgainstPython() throws {
    let content: Content = try Fixture.load("medians", from: .module)
    for known in content.doubles {
      var finder = MedianFinder<Double>()
      for (value, want) in zip(known.values, known.medians) {
        try finder.insert(value)
        let median = try finder.median()
        expectEqual(median, want, "Python's statistics.median")
      }
    }
  }

  func test6_Comparisons() throws {
    var rng = stream("streams")
    for kind in InputKind.allCases {
      let tally = Tally(limit: 30_000)
      var finder = MedianFinder<Tallied>()
      for (index, number) in kind.integers(150, using: &rng).enumerated() {
        let before = tally.comparisons
        try finder.insert(Tallied(value: number, tally: tally))
        let spent = tally.comparisons - before
        let bound = 1 + 4 * floorOfLog2(index + 1)
        expect(
          spent <= bound, "\(spent) comparisons for number \(index + 1) of \(kind) ones, but 1 + 4⌊log₂ n⌋ is \(bound)")
        let settled = tally.comparisons
        _ = try finder.middle()
        expectEqual(tally.comparisons, settled, "the middle is at the roots: no comparisons")
      }
    }
  }

  /// The last rung, because a sum that overflows ends the process.
  func test7_ExtremeNumbers() throws {
    let content: Content = try Fixture.load("medians", from: .module)
    for pair in content.midpoints {
      guard let a = Int(pair.a), let b = Int(pair.b) else { continue }
      let got = try midpoint(a, b)
      expectClose(
        got, pair.mean, relative: 3e-16, "the mean of \(a) and \(b): neither a + b nor Double(a) + Double(b) will do")
    }
    let greatest = Double.greatestFiniteMagnitude
    let least = Double.leastNonzeroMagnitude
    for (a, b, mean) in [
      (greatest, greatest, greatest), (-greatest, -greatest, -greatest), (-greatest, greatest, 0),
      (least, least, least), (3 * least, least, 2 * least), (greatest, 0, greatest / 2),
    ] {
      let got = try midpoint(a, b)
      expectEqual(got, mean, "the mean of \(a) and \(b): without overflow, and without underflow")
    }
    var finder = MedianFinder<Int>()
    for number in [Int.max, Int.min, Int.max, Int.min] { try finder.insert(number) }
    let median = try finder.median()
    expectEqual(median, -0.5, "the median of Int.min, Int.min, Int.max, Int.max")
  }
}
