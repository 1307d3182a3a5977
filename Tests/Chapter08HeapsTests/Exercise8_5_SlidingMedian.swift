import Chapter08Heaps
import ExerciseTesting

final class Exercise8_5_SlidingMedian: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    let nothing = try slidingMedian([], window: 3)
    expectEqual(nothing, [], "no numbers, no windows")
    let tooFew = try slidingMedian([1, 2], window: 3)
    expectEqual(tooFew, [], "two numbers fill no window of three")
    let unfiltered = try medianFilter([], window: 3)
    expectEqual(unfiltered, [], "nothing to filter")
    let sliding = try SlidingMedian<Int>(window: 2)
    let middle = try sliding.middle()
    expect(middle == nil, "there is no middle before the first number")
    for window in [0, -1] {
      try expectRefusal("a window of \(window)") { _ = try slidingMedian([1], window: window) }
    }
    for window in [0, 2, -3] {
      try expectRefusal("a filter of width \(window)") { _ = try medianFilter([1], window: window) }
    }
    try expectRefusal("NaN") { _ = try slidingMedian([1, .nan], window: 1) }
  }

  func test2_ByHand() throws {
    let three = try slidingMedian([5, 1, 9, 2, 2, 8], window: 3)
    expectEqual(three, [5, 2, 2, 2], "the medians of 5 1 9, 1 9 2, 9 2 2 and 2 2 8")
    let four = try slidingMedian([5, 1, 9, 2, 2, 8], window: 4)
    expectEqual(four, [3.5, 2, 5], "with four numbers the mean of the two in the middle")
    let one = try slidingMedian([3, 1, 2], window: 1)
    expectEqual(one, [3, 1, 2], "a window of one shows the signal itself")
    let nearest = try medianFilter([4, 0, 9, 1], window: 3)
    expectEqual(nearest, [4, 4, 1, 1], "at the ends the first and the last value go on: 4 4 0, 4 0 9, 0 9 1, 9 1 1")
    let zero = try medianFilter([4, 5, 9, 1], window: 3, border: .zero)
    expectEqual(zero, [4, 5, 5, 1], "or zeros: 0 4 5, 4 5 9, 5 9 1, 9 1 0")
  }

  func test3_AgainstSorting() throws {
    var rng = stream("streams")
    for round in 0..<7 * InputKind.allCases.count {
      let kind = InputKind.allCases[round % InputKind.allCases.count]
      let window = [1, 2, 3, 4, 7, 12, 20][round / InputKind.allCases.count]
      let numbers = kind.integers(45, using: &rng)
      var sliding = try SlidingMedian<Int>(window: window)
      for (time, number) in numbers.enumerated() {
        try sliding.insert(number)
        let inside = numbers[max(0, time + 1 - window)...time].sorted()
        let middle = try sliding.middle()
        let said = "window \(window) of \(kind) numbers, after number \(time): the sorted window is \(inside)"
        expectEqual(middle?.lower, inside[(inside.count - 1) / 2], "the lower middle; \(said)")
        expectEqual(middle?.upper, inside[inside.count / 2], "the upper middle; \(said)")
        guard middle?.lower == inside[(inside.count - 1) / 2] else { return }
      }
    }
  }

  func test4_AgainstNumPyAndSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let values: [Double]
        let window: Int
        let medians: [Double]
        let nearest, zero: [Double]?
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("sliding", from: .module)
    for known in content.cases {
      let medians = try slidingMedian(known.values, window: known.window)
      expectClose(medians, known.medians, relative: 0, "numpy.median of every window of \(known.window)")
      for (border, want) in [(SignalBorder.nearest, known.nearest), (.zero, known.zero)] {
        guard let want else { continue }
        let filtered = try medianFilter(known.values, window: known.window, border: border)
        expectClose(filtered, want, relative: 0, "SciPy's median filter of width \(known.window), border \(border)")
      }
    }
  }

  func test5_Memory() throws {
    var rng = stream("streams")
    for kind in InputKind.allCases {
      for window in [1, 3, 8, 40] {
        var sliding = try SlidingMedian<Int>(window: window)
        for (time, number) in kind.integers(60 + 5 * window, using: &rng).enumerated() {
          try sliding.insert(number)
          let said = "window \(window) of \(kind) numbers, after number \(time)"
          expectEqual(sliding.seen, time + 1, "numbers seen; \(said)")
          let held = max(sliding.lower.count, sliding.upper.count)
          expect(held <= 2 * window, "a heap holds \(held) entries, more than twice the window: clear it out; \(said)")
          expectEqual(
            sliding.lowerCount + sliding.upperCount, min(time + 1, window),
            "lowerCount + upperCount is what is in the window; \(said)")
          let oldest = time + 1 - window
          expectEqual(
            sliding.lower.count { $0.time >= oldest }, sliding.lowerCount,
            "lowerCount is how many entries of lower are in the window; \(said)")
          expectEqual(
            sliding.upper.count { $0.time >= oldest }, sliding.upperCount,
            "upperCount is how many entries of upper are in the window; \(said)")
          let excess = sliding.lowerCount - sliding.upperCount
          expect(excess == 0 || excess == 1, "lower holds as many as upper or one more, not \(excess) more; \(said)")
          for root in [sliding.lower.first, sliding.upper.first].compactMap({ $0 }) {
            expect(root.time >= oldest, "an outdated entry is at a root; \(said)")
          }
          expect(
            firstOutOfHeapOrder(sliding.lower) { $0.number > $1.number } == nil,
            "lower is no heap with the greatest first: heapify what has been cleared out; \(said)")
          expect(
            firstOutOfHeapOrder(sliding.upper) { $0.number < $1.number } == nil,
            "upper is no heap with the least first: heapify what has been cleared out; \(said)")
          if held > 2 * window { return }
        }
      }
    }
  }

  func test6_SpikesAndEdges() throws {
    var signal = [Double](repeating: 1, count: 30) + [Double](repeating: 4, count: 30)
    let clean = signal
    for (place, spike) in [(4, 90.0), (5, -90), (17, 1e300), (40, -1e300), (41, 50), (55, 0)] { signal[place] = spike }
    let filtered = try medianFilter(signal, window: 5)
    expectEqual(
      filtered, clean, "spikes of one or two values vanish from windows of five, and the edge stays where it is")
  }

  func test7_Comparisons() throws {
    var rng = stream("streams")
    for kind in InputKind.allCases {
      for window in [4, 32, 128] {
        let tally = Tally(limit: 200_000)
        var sliding = try SlidingMedian<Tallied>(window: window)
        let count = 400
        for number in kind.integers(count, using: &rng) {
          try sliding.insert(Tallied(value: number, tally: tally))
        }
        let bound = count * (5 + 6 * floorOfLog2(2 * window))
        expect(
          tally.comparisons <= bound,
          "\(tally.comparisons) comparisons of \(count) \(kind) numbers, window \(window); O(log w) each is at most \(bound)"
        )
        let settled = tally.comparisons
        _ = try sliding.middle()
        expectEqual(tally.comparisons, settled, "the middle is at the roots: no comparisons")
      }
    }
  }
}
