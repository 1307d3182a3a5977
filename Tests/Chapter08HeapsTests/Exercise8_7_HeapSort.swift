import Chapter08Heaps
import ExerciseTesting

final class Exercise8_7_HeapSort: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    var none: [Int] = []
    try heapSort(&none, by: <)
    expectEqual(none, [], "nothing to sort")
    var one = [4]
    try heapSort(&one, by: <)
    expectEqual(one, [4], "one element is sorted")
    let nothing = try kWayMerge([[Int]](), by: <)
    expectEqual(nothing, [], "nothing to merge")
    let empties = try kWayMerge([[], [Int](), []], by: <)
    expectEqual(empties, [], "three empty lists")
    for lists in [[[1, 3, 2], [0]], [[1, 2], [3, 1, 4]], [[2, 1]]] {
      try expectRefusal("the lists \(lists), of which one is not in order,") { _ = try kWayMerge(lists, by: <) }
    }
  }

  func test2_ByHand() throws {
    var six = [3, 1, 4, 1, 5, 9]
    try heapSort(&six, by: <)
    expectEqual(six, [1, 1, 3, 4, 5, 9], "by < the least comes first")
    try heapSort(&six, by: >)
    expectEqual(six, [9, 5, 4, 3, 1, 1], "by > the greatest")
    let merged = try kWayMerge([[1, 4, 7], [2, 4], [0, 9, 9, 9]], by: <)
    expectEqual(merged, [0, 1, 2, 4, 4, 7, 9, 9, 9], "every list is read to its end")
    let falling = try kWayMerge([[7, 4], [], [9, 5, 1]], by: >)
    expectEqual(falling, [9, 7, 5, 4, 1], "lists in falling order, by >, and an empty one")
  }

  func test3_AgainstSorting() throws {
    var rng = stream("inputs")
    for round in 0..<1200 {
      let kind = InputKind.allCases[round % InputKind.allCases.count]
      let numbers = kind.integers(rng.integer(below: 40), using: &rng)
      let order = CountedOrder<Int>(limit: 20_000, <)
      var sorted = numbers
      try heapSort(&sorted, by: order.callAsFunction)
      expectEqual(sorted, numbers.sorted(), "\(kind) numbers, sorted")
      var lists: [[Int]] = Array(repeating: [], count: 1 + rng.integer(below: 7))
      for number in numbers { lists[rng.integer(below: lists.count)].append(number) }
      let merged = try kWayMerge(lists.map { $0.sorted() }, by: order.callAsFunction)
      expectEqual(merged, numbers.sorted(), "\(kind) numbers, merged from \(lists.count) lists")
    }
  }

  func test4_NotStable() throws {
    var rng = stream("equals")
    var moved = 0
    for _ in 0..<30 {
      let keyed = (0..<12).map { Keyed(rng.integer(below: 3), "\($0)") }
      var sorted = keyed
      try heapSort(&sorted, by: Keyed.isLess)
      expectEqual(sorted.map(\.key), keyed.map(\.key).sorted(), "the keys are in order")
      for key in 0..<3 where sorted.filter({ $0.key == key }) != keyed.filter({ $0.key == key }) { moved += 1 }
    }
    expect(moved > 0, "equal elements never changed places: this is not a heap sort, which is not stable")
    let tied = [[Keyed(1, "a"), Keyed(2, "b")], [Keyed(1, "c"), Keyed(1, "d"), Keyed(2, "e")], [Keyed(1, "f")]]
    let merged = try kWayMerge(tied, by: Keyed.isLess)
    expectEqual(
      merged.map(\.name), ["a", "c", "d", "f", "b", "e"],
      "the merge is stable: of equal elements those of the list with the lower number come first")
  }

  func test5_AgainstHeapq() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let lists: [[Int]]
        let values, origins: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("merge", from: .module)
    for known in content.cases {
      let lists = known.lists.enumerated().map { number, values in values.map { Keyed($0, "\(number)") } }
      let merged = try kWayMerge(lists, by: Keyed.isLess)
      expectEqual(merged.map(\.key), known.values, "heapq.merge of \(known.lists)")
      expectEqual(
        merged.map(\.name), known.origins.map { "\($0)" }, "heapq.merge takes equal elements from other lists")
    }
  }

  func test6_Comparisons() throws {
    var rng = stream("inputs")
    for count in [2, 9, 64, 200] {
      for kind in InputKind.allCases {
        let order = CountedOrder<Int>(limit: 50_000, <)
        var numbers = kind.integers(count, using: &rng)
        try heapSort(&numbers, by: order.callAsFunction)
        let bound = 2 * count + 2 * count * floorOfLog2(count)
        expect(
          order.comparisons <= bound,
          "\(order.comparisons) comparisons to sort \(count) \(kind) numbers, but 2n + 2n⌊log₂ n⌋ is \(bound)")
      }
    }
    for k in [1, 2, 7, 16, 40] {
      let lists = (0..<k).map { _ in InputKind.different.integers(12, using: &rng).sorted() }
      let order = CountedOrder<Int>(limit: 50_000, <)
      _ = try kWayMerge(lists, by: order.callAsFunction)
      let bound = 2 * k + 12 * k * (1 + 2 * floorOfLog2(k))
      expect(
        order.comparisons <= bound,
        "\(order.comparisons) comparisons to merge \(k) lists of 12, but 2k + n(1 + 2⌊log₂ k⌋) is \(bound)")
    }
  }
}
