import Chapter08Heaps
import ExerciseTesting

final class Exercise8_2_Heapify: ExerciseTestCase {
  private struct Content: Decodable {
    struct Case: Decodable {
      let values: [Int]
      let heap: [Int]
    }
    let cases: [Case]
    let worst: [Int]
    let total: [Int]
    let heaps: [Int]
  }

  func test1_EmptyAndOne() throws {
    var none: [Int] = []
    try heapify(&none, by: <)
    expectEqual(none, [], "nothing stays nothing")
    var one = [3]
    try heapify(&one, by: <)
    expectEqual(one, [3], "one element is a heap")
    for n in 0...1 {
      let worst = try heapifyWorstCase(count: n)
      expectEqual(worst, 0, "there is nothing to compare with \(n) elements")
      let input = try worstCaseForHeapify(count: n)
      expectEqual(input, Array(0..<n), "the only order of \(n) elements")
    }
    try expectRefusal("−1 elements") { _ = try heapifyWorstCase(count: -1) }
    try expectRefusal("an order of −1 elements") { _ = try worstCaseForHeapify(count: -1) }
  }

  func test2_ByHand() throws {
    var seven = [6, 5, 4, 3, 2, 1, 0]
    try heapify(&seven, by: <)
    expectEqual(seven, [0, 2, 1, 3, 5, 6, 4], "sift down from the last parent, at 2, then at 1, then at 0")
    var greatest = [1, 2, 3]
    try heapify(&greatest, by: >)
    expectEqual(greatest, [3, 2, 1], "by > the greatest is at the root")
    for (n, want) in [(2, 1), (3, 2), (4, 4), (5, 6), (6, 7), (7, 8), (8, 11), (15, 22), (16, 26)] {
      let worst = try heapifyWorstCase(count: n)
      expectEqual(worst, want, "W(\(n)) = 2n − 2s₂(n) − e₂(n)")
    }
    let two = try worstCaseForHeapify(count: 2)
    expectEqual(two, [1, 0], "the leaf goes to the root, and the root steps down")
  }

  func test3_AgainstHeapq() throws {
    let content: Content = try Fixture.load("heapify", from: .module)
    for known in content.cases {
      var heap = known.values
      try heapify(&heap, by: <)
      expectEqual(heap, known.heap, "heapq.heapify of \(known.values)")
    }
  }

  func test4_EveryPermutation() throws {
    let content: Content = try Fixture.load("heapify", from: .module)
    for n in 1...7 {
      var heaps: [[Int]: Int] = [:]
      var worst = 0
      var total = 0
      for permutation in permutations(n) {
        let order = CountedOrder<Int>(limit: 1000, <)
        var heap = permutation
        try heapify(&heap, by: order.callAsFunction)
        if let wrong = firstOutOfHeapOrder(heap, by: <) {
          expect(false, "\(permutation) became \(heap), where the element at \(wrong) comes before its parent")
          return
        }
        worst = max(worst, order.comparisons)
        total += order.comparisons
        heaps[heap, default: 0] += 1
      }
      expectEqual(
        worst, content.worst[n - 1],
        "the most comparisons that any order of \(n) takes: pushing one by one, or sifting up, takes more")
      expectEqual(
        total, content.total[n - 1],
        "the comparisons of all orders of \(n) together: sifting up, or pushing one by one, takes others")
      expectEqual(heaps.count, content.heaps[n - 1], "so many different heaps of \(n) elements there are")
      expectEqual(Set(heaps.values).count, 1, "every heap of \(n) elements comes from equally many orders")
    }
  }

  func test5_TheWorstCaseIsReached() throws {
    for n in 0...200 {
      let input = try worstCaseForHeapify(count: n)
      guard input.sorted() == Array(0..<n) else {
        expect(false, "the numbers 0 ..< \(n) in another order are wanted, not \(input)")
        return
      }
      let want = 2 * n - 2 * n.nonzeroBitCount - (n == 0 ? 0 : n.trailingZeroBitCount)
      expectEqual(
        comparisonsOfHeapify(input), want,
        "heapify takes so many comparisons of your worst input of \(n); the most there are is 2n − 2s₂(n) − e₂(n)")
      let formula = try heapifyWorstCase(count: n)
      expectEqual(formula, want, "W(\(n))")
    }
  }

  func test6_LinearTime() throws {
    var rng = stream("inputs")
    for count in [2, 3, 10, 63, 64, 65, 300] {
      for kind in InputKind.allCases {
        let order = CountedOrder<Int>(limit: 20_000, <)
        let numbers = kind.integers(count, using: &rng)
        var heap = numbers
        try heapify(&heap, by: order.callAsFunction)
        let wrong = firstOutOfHeapOrder(heap, by: <)
        expect(wrong == nil, "\(kind): the element at \(wrong ?? 0) comes before its parent")
        expectEqual(heap.sorted(), numbers.sorted(), "\(kind): these are other elements")
        let worst = 2 * count - 2 * count.nonzeroBitCount - count.trailingZeroBitCount
        expect(
          order.comparisons <= worst,
          "\(order.comparisons) comparisons of \(count) \(kind) numbers; sifting down from the last parent takes at most \(worst)"
        )
        if kind == .equal || kind == .rising {
          expectEqual(
            order.comparisons, count - 1, "\(kind) numbers are a heap already: that is seen with n − 1 comparisons")
        }
      }
    }
    let million = try heapifyWorstCase(count: 1 << 20)
    expectEqual(million, 2 * (1 << 20) - 22, "2n − 2 − 20 for n = 2²⁰: less than two comparisons an element")
  }

  /// Floyd's heapify, written a second time, so that the worst inputs are judged apart from the heapify above.
  private func comparisonsOfHeapify(_ input: [Int]) -> Int {
    var a = input
    var comparisons = 0
    for start in (0..<a.count / 2).reversed() {
      var parent = start
      while 2 * parent + 1 < a.count {
        var least = 2 * parent + 1
        if least + 1 < a.count {
          comparisons += 1
          if a[least + 1] < a[least] { least += 1 }
        }
        comparisons += 1
        if a[parent] < a[least] { break }
        a.swapAt(parent, least)
        parent = least
      }
    }
    return comparisons
  }
}

/// All orders of 0 ..< n.
func permutations(_ n: Int) -> [[Int]] {
  guard n > 0 else { return [[]] }
  return permutations(n - 1).flatMap { shorter in
    (0..<n).map { place in Array(shorter[..<place]) + [n - 1] + Array(shorter[place...]) }
  }
}
