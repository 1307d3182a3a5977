import Chapter08Heaps
import ExerciseTesting

final class Exercise8_1_Sifting: ExerciseTestCase {
  func test1_EmptyAndOne() throws {
    var heap: [Int] = []
    let nothing = try heapPop(from: &heap, by: <)
    expectEqual(nothing, nil, "popping an empty heap gives nil")
    try heapPush(7, onto: &heap, by: <)
    expectEqual(heap, [7], "a heap of one element")
    let old = try heapReplace(in: &heap, with: 9, by: <)
    expectEqual(old, 7, "replacing returns what was there")
    expectEqual(heap, [9], "and leaves the new element")
    let last = try heapPop(from: &heap, by: <)
    expectEqual(last, 9, "popping the only element")
    expectEqual(heap, [], "popping the only element leaves nothing")

    try expectRefusal("replacing in an empty heap") { try heapReplace(in: &heap, with: 1, by: <) }
    var three = [1, 2, 3]
    for index in [-1, 3] {
      try expectRefusal("sifting up from \(index) of three") { try siftUp(&three, from: index, by: <) }
      try expectRefusal("sifting down from \(index) of three") { try siftDown(&three, from: index, count: 3, by: <) }
    }
    for count in [-1, 4] {
      try expectRefusal("count \(count) of three") { try siftDown(&three, from: 0, count: count, by: <) }
    }
    try expectRefusal("an index outside of the heap's count") { try siftDown(&three, from: 2, count: 2, by: <) }
  }

  func test2_ByHand() throws {
    var rising = [1, 3, 2, 7, 4, 5, 0]
    try siftUp(&rising, from: 6, by: <)
    expectEqual(rising, [0, 3, 1, 7, 4, 5, 2], "0 rises past 2 and 1 to the root: the parent of i is (i − 1)/2")
    var level = [Keyed(1, "a"), Keyed(2, "b"), Keyed(1, "c")]
    try siftUp(&level, from: 2, by: Keyed.isLess)
    expectEqual(level.map(\.name), ["a", "b", "c"], "an element does not rise past its equal")

    var sinking = [9, 1, 2, 3, 4, 5, 6]
    try siftDown(&sinking, from: 0, count: 7, by: <)
    expectEqual(sinking, [1, 3, 2, 9, 4, 5, 6], "9 sinks past 1 and 3: the children of i are 2i + 1 and 2i + 2")
    var right = [9, 4, 2, 8, 7, 3, 1]
    try siftDown(&right, from: 0, count: 7, by: <)
    expectEqual(right, [2, 4, 1, 8, 7, 3, 9], "of two children the one that comes first moves up, here the right one")
    var two = [5, 1]
    try siftDown(&two, from: 0, count: 2, by: <)
    expectEqual(two, [1, 5], "a single child must be looked at too")
    var part = [9, 1, 2, 0, 0]
    try siftDown(&part, from: 0, count: 3, by: <)
    expectEqual(part, [1, 9, 2, 0, 0], "only the first `count` elements belong to the heap")
    var equals = [Keyed(1, "a"), Keyed(1, "b"), Keyed(2, "c")]
    try siftDown(&equals, from: 0, count: 3, by: Keyed.isLess)
    expectEqual(equals.map(\.name), ["a", "b", "c"], "an element does not sink past its equal")
    var twins = [Keyed(3, "a"), Keyed(1, "b"), Keyed(1, "c")]
    try siftDown(&twins, from: 0, count: 3, by: Keyed.isLess)
    expectEqual(twins.map(\.name), ["b", "a", "c"], "of two equal children the left one moves up")

    var heap: [Int] = []
    for (number, want) in [(5, [5]), (3, [3, 5]), (8, [3, 5, 8]), (1, [1, 3, 8, 5])] {
      try heapPush(number, onto: &heap, by: <)
      expectEqual(heap, want, "after pushing \(number): it goes to the end, and rises")
    }
    var replaced = heap
    let old = try heapReplace(in: &replaced, with: 4, by: <)
    expectEqual(old, 1, "the replaced element is the one that was at the root")
    expectEqual(replaced, [3, 4, 8, 5], "4 takes the root's place, and sinks")
    let first = try heapPop(from: &heap, by: <)
    expectEqual(first, 1, "the least element is popped")
    expectEqual(heap, [3, 5, 8], "the *last* element takes the root's place, and sinks")
  }

  func test3_HeapOrder() throws {
    var rng = stream("operations")
    for round in 0..<70 {
      let kind = InputKind.allCases[round % InputKind.allCases.count]
      let numbers = kind.integers(60, using: &rng)
      let order = CountedOrder<Int>(limit: 20_000, <)
      var heap: [Int] = []
      var sorted: [Int] = []
      for number in numbers {
        let choice = rng.integer(below: 10)
        if choice < 6 || sorted.isEmpty {
          try heapPush(number, onto: &heap, by: order.callAsFunction)
          sorted.append(number)
        } else if choice < 8 {
          let least = try heapPop(from: &heap, by: order.callAsFunction)
          expectEqual(least, sorted.removeFirst(), "popped from \(kind) numbers: the least comes first")
        } else {
          let least = try heapReplace(in: &heap, with: number, by: order.callAsFunction)
          expectEqual(least, sorted.removeFirst(), "replaced in \(kind) numbers: the least goes")
          sorted.append(number)
        }
        sorted.sort()
        let wrong = firstOutOfHeapOrder(heap, by: <)
        expect(wrong == nil, "\(kind) numbers: the element at \(wrong ?? 0) comes before its parent in \(heap)")
        expectEqual(heap.sorted(), sorted, "\(kind) numbers: the heap holds other elements than were put in")
        if wrong != nil || heap.count != sorted.count { return }
      }
    }
  }

  func test4_AgainstHeapq() throws {
    struct Content: Decodable {
      struct Popped: Decodable {
        let value: Int
        let heap: [Int]
      }
      struct Case: Decodable {
        let values: [Int]
        let pushed: [[Int]]
        let popped: [Popped]
        let incoming: Int
        let replaced: [Int]
        let replacedValue: Int
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("sifting", from: .module)
    for known in content.cases {
      var heap: [Int] = []
      for (value, want) in zip(known.values, known.pushed) {
        try heapPush(value, onto: &heap, by: <)
        expectEqual(heap, want, "heapq.heappush of \(value)")
      }
      var replaced = heap
      guard !heap.isEmpty else { continue }
      let old = try heapReplace(in: &replaced, with: known.incoming, by: <)
      expectEqual(old, known.replacedValue, "heapq.heapreplace returns another element")
      expectEqual(replaced, known.replaced, "heapq.heapreplace with \(known.incoming)")
      for want in known.popped {
        let value = try heapPop(from: &heap, by: <)
        expectEqual(value, want.value, "heapq.heappop returns another element")
        expectEqual(heap, want.heap, "the array after heapq.heappop")
      }
    }
  }

  func test5_AnyOrder() throws {
    var largest = Heap<Int>(by: >)
    for number in [0, Int.min, 5, Int.max, -5, Int.min] { try largest.insert(number) }
    for want in [Int.max, 5, 0, -5, Int.min, Int.min] {
      let got = try largest.popFirst()
      expectEqual(got, want, "by > the greatest comes first: compare with the given order, not with <")
    }
    let words = ["tree", "a", "heap", "of", "sorting", "roots"]
    var byLength: [String] = []
    for word in words { try heapPush(word, onto: &byLength) { $0.count < $1.count } }
    var lengths: [Int] = []
    for _ in words { lengths.append(try heapPop(from: &byLength) { $0.count < $1.count }?.count ?? -1) }
    expectEqual(lengths, [1, 2, 4, 4, 5, 7], "words, by their length")
  }

  func test6_Comparisons() throws {
    let rising = CountedOrder<Int>(<)
    var heap: [Int] = []
    for number in 0..<100 { try heapPush(number, onto: &heap, by: rising.callAsFunction) }
    expectEqual(rising.comparisons, 99, "numbers that rise stay at the end: one comparison each, but for the first")
    let falling = CountedOrder<Int>(<)
    var tower: [Int] = []
    for number in 0..<100 {
      let spent = try falling.comparisons { try heapPush(-number, onto: &tower, by: falling.callAsFunction) }
      expectEqual(spent, floorOfLog2(number + 1), "a new least element rises through all levels, one comparison each")
    }
    var rng = stream("comparisons")
    for _ in 0..<40 {
      var numbers = InputKind.different.integers(1 + rng.integer(below: 90), using: &rng).sorted()
      let order = CountedOrder<Int>(limit: 20_000, <)
      let index = rng.integer(below: numbers.count)
      numbers[index] += rng.integer(below: 1_000_000_000)
      let count = numbers.count
      let spent = try order.comparisons {
        try siftDown(&numbers, from: index, count: count, by: order.callAsFunction)
      }
      let bound = 2 * floorOfLog2(count / (index + 1))
      expect(spent <= bound, "\(spent) comparisons to sink from \(index) of \(count), but two a level are \(bound)")
      let replaced = try order.comparisons {
        _ = try heapReplace(in: &numbers, with: .max, by: order.callAsFunction)
      }
      let most = 2 * floorOfLog2(count)
      expect(replaced <= most, "\(replaced) comparisons to replace, but one way down costs at most \(most)")
      let popped = try order.comparisons { _ = try heapPop(from: &numbers, by: order.callAsFunction) }
      let least = 2 * floorOfLog2(count - 1)
      expect(popped <= least, "\(popped) comparisons to pop, but one way down costs at most \(least)")
    }
  }
}

/// Something with a key, and a name to tell equal keys apart.
struct Keyed: Equatable {
  let key: Int
  let name: String

  init(_ key: Int, _ name: String) {
    self.key = key
    self.name = name
  }

  static func isLess(_ a: Keyed, _ b: Keyed) -> Bool { a.key < b.key }
}
