import Chapter08Heaps
import ExerciseTesting

final class Exercise8_6_IndexedHeap: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    var heap = try IndexedHeap<Double>(capacity: 3)
    let nothing = try heap.popFirst()
    expect(nothing == nil, "popping an empty heap gives nil")
    try heap.insert(1, key: 2.5)
    expect(heap.contains(1) && !heap.contains(0), "1 is in, 0 is not")
    for id in [-1, 3] {
      try expectRefusal("inserting \(id) of 0 ..< 3") { try heap.insert(id, key: 0) }
      try expectRefusal("removing \(id) of 0 ..< 3") { try heap.remove(id) }
    }
    try expectRefusal("inserting 1 twice") { try heap.insert(1, key: 1) }
    try expectRefusal("removing 0, which is not in,") { try heap.remove(0) }
    try expectRefusal("a new key for 0, which is not in,") { try heap.decreaseKey(of: 0, to: 1) }
    try expectRefusal("the key NaN") { try heap.insert(0, key: .nan) }
    try expectRefusal("a key that increases") { try heap.decreaseKey(of: 1, to: 3) }
    try expectRefusal("decreasing to NaN") { try heap.decreaseKey(of: 1, to: .nan) }
    expectEqual(heap.key(of: 1), 2.5, "what is refused changes nothing")
    try expectRefusal("a capacity of −1") { _ = try IndexedHeap<Int>(capacity: -1) }
  }

  func test2_ByHand() throws {
    var heap = try IndexedHeap<Int>(capacity: 5)
    for (id, key) in [(0, 50), (1, 40), (2, 30), (3, 20), (4, 10)] {
      try heap.insert(id, key: key)
      expectConsistent(heap, "after inserting \(id) with \(key)")
    }
    expectEqual(heap.heap, [4, 3, 1, 0, 2], "ids in heap order of their keys 10 20 40 50 30")
    try heap.decreaseKey(of: 0, to: 15)
    expectEqual(heap.heap, [4, 0, 1, 3, 2], "0 rises past 3, and stops below 4")
    expectConsistent(heap, "after decreasing the key of 0")
    try heap.decreaseKey(of: 0, to: 15)
    expectEqual(heap.heap, [4, 0, 1, 3, 2], "the same key is no increase, and moves nothing")
    guard heap.positions.compactMap({ $0 }).count == 5 else { return }
    let key = try heap.remove(0)
    expectEqual(key, 15, "removing gives the key back")
    expect(!heap.contains(0), "what was removed is not in any more: its position is nil")
    expectEqual(heap.heap, [4, 3, 1, 2], "2 fills the gap of 0, and sinks below 3")
    expectConsistent(heap, "after removing 0")
    guard heap.heap.count == 4 else { return }
    for want in [(4, 10), (3, 20), (2, 30), (1, 40)] {
      let got = try heap.popFirst()
      expectEqual(got?.id, want.0, "the id with the least key comes first")
      expectEqual(got?.key, want.1, "with its key")
      expectConsistent(heap, "after popping")
    }
    expect(heap.isEmpty, "all are out")
    try heap.insert(0, key: 7)
    expectEqual(heap.first?.id, 0, "who was removed may come back")
  }

  func test3_RemovalFromAnotherBranch() throws {
    var heap = try IndexedHeap<Int>(capacity: 7)
    for (id, key) in [0, 10, 1, 11, 12, 2, 3].enumerated() { try heap.insert(id, key: key) }
    expectConsistent(heap, "after inserting seven")
    guard heap.heap == [0, 1, 2, 3, 4, 5, 6] else {
      expectEqual(heap.heap, [0, 1, 2, 3, 4, 5, 6], "keys 0 10 1 11 12 2 3 are in heap order already")
      return
    }
    let key = try heap.remove(3)
    expectEqual(key, 11, "the key of 3")
    expectEqual(
      heap.heap, [0, 6, 2, 1, 4, 5],
      "6 (key 3) fills the gap of 3 (key 11) and must *rise* past 1 (key 10): it comes from another branch")
    expectConsistent(heap, "after removing 3")
    var last = try IndexedHeap<Int>(capacity: 3)
    for id in 0..<3 { try last.insert(id, key: id) }
    try last.remove(2)
    expectEqual(last.heap, [0, 1], "when the last of the heap is removed there is no gap to fill")
    expectConsistent(last, "after removing the last")
  }

  func test4_AgainstAList() throws {
    var rng = stream("operations")
    for round in 0..<12 {
      var heap = try IndexedHeap<Int>(capacity: 24)
      var list: [Int: Int] = [:]
      let range = [3, 1000][round % 2]
      for step in 0..<200 {
        let id = rng.integer(below: 24)
        let key = rng.integer(below: range) - range / 2
        var said = "step \(step): "
        switch (rng.integer(below: 4), list[id]) {
        case (3, _) where !list.isEmpty:
          said += "popping"
          let popped = try heap.popFirst()
          let least = list.values.min()
          expectEqual(popped?.key, least, "\(said): the least key")
          guard let popped, list[popped.id] == popped.key else {
            expect(false, "\(said) gave \(String(describing: popped)), which is not in")
            return
          }
          list[popped.id] = nil
        case (_, nil):
          said += "inserting \(id) with \(key)"
          try heap.insert(id, key: key)
          list[id] = key
        case (0, let old?):
          said += "removing \(id)"
          let got = try heap.remove(id)
          expectEqual(got, old, "\(said) gives back its key")
          list[id] = nil
        case (_, let old?):
          let new = min(old, key)
          said += "decreasing the key of \(id) from \(old) to \(new)"
          try heap.decreaseKey(of: id, to: new)
          list[id] = new
        }
        guard expectConsistent(heap, said) else { return }
        expectEqual(heap.count, list.count, "\(said): so many are in")
        for id in 0..<24 where heap.key(of: id) != list[id] {
          expectEqual(heap.key(of: id), list[id], "\(said): the key of \(id)")
          return
        }
      }
    }
  }

  func test5_ShortestPaths() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let count: Int
        let edges: [[Double]]
        let distances: [Double?]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("shortest-paths", from: .module)
    for known in content.cases {
      var neighbours: [[(to: Int, weight: Double)]] = Array(repeating: [], count: known.count)
      for edge in known.edges { neighbours[Int(edge[0])].append((to: Int(edge[1]), weight: edge[2])) }
      var distances: [Double?] = Array(repeating: nil, count: known.count)
      var queue = try IndexedHeap<Double>(capacity: known.count)
      try queue.insert(0, key: 0)
      // Every vertex comes out once.
      for _ in 0..<known.count {
        guard let (vertex, distance) = try queue.popFirst(), distances.indices.contains(vertex) else { break }
        distances[vertex] = distance
        for (to, weight) in neighbours[vertex] where distances[to] == nil {
          if let known = queue.key(of: to) {
            if distance + weight < known { try queue.decreaseKey(of: to, to: distance + weight) }
          } else {
            try queue.insert(to, key: distance + weight)
          }
        }
        guard expectConsistent(queue, "while looking for shortest paths") else { return }
      }
      expectEqual(distances, known.distances, "Dijkstra's algorithm with your heap finds other distances than SciPy")
    }
  }

  func test6_Comparisons() throws {
    var rng = stream("keys")
    let tally = Tally(limit: 100_000)
    var heap = try IndexedHeap<Tallied>(capacity: 100)
    func spent(_ work: () throws -> Void) rethrows -> Int {
      let before = tally.comparisons
      try work()
      return tally.comparisons - before
    }
    for id in 0..<100 {
      let key = Tallied(value: rng.integer(below: 1000), tally: tally)
      let inserting = try spent { try heap.insert(id, key: key) }
      let bound = floorOfLog2(id + 1)
      expect(inserting <= bound, "\(inserting) comparisons to insert, but one a level is \(bound)")
    }
    for id in 0..<60 {
      let value = (heap.key(of: id)?.value ?? 0) - rng.integer(below: 500)
      let decreasing = try spent { try heap.decreaseKey(of: id, to: Tallied(value: value, tally: tally)) }
      expect(
        decreasing <= 7, "\(decreasing) comparisons to decrease a key of 100: one a level and one for the check are 7")
      guard id % 2 == 0 else { continue }
      let size = heap.count
      let removing = try spent { try heap.remove(id) }
      let bound = 2 * floorOfLog2(size) + 1
      expect(removing <= bound, "\(removing) comparisons to remove one of \(size), at most \(bound) are needed")
    }
    for _ in 0..<70 {
      let size = heap.count
      let popping = try spent { _ = try heap.popFirst() }
      let bound = 2 * floorOfLog2(size)
      expect(popping <= bound, "\(popping) comparisons to pop one of \(size), but two a level are \(bound)")
    }
  }

  /// The heap is in order, and the positions are where the ids stand.
  @discardableResult
  private func expectConsistent<Key: Comparable>(
    _ heap: IndexedHeap<Key>, _ said: String, file: StaticString = #filePath, line: UInt = #line
  ) -> Bool {
    for (place, id) in heap.heap.enumerated() {
      guard heap.positions.indices.contains(id), heap.positions[id] == place else {
        expect(
          false,
          "\(said): \(id) stands at \(place), but its position says "
            + "\(heap.positions.indices.contains(id) ? heap.positions[id].map(String.init) ?? "nil" : "nothing")",
          file: file, line: line)
        return false
      }
    }
    let placed = heap.positions.count { $0 != nil }
    expect(
      placed == heap.heap.count, "\(said): \(heap.heap.count) ids are in the heap, but \(placed) have a position",
      file: file, line: line)
    let keys = heap.heap.map { heap.keys[$0] }
    let wrong = keys.indices.dropFirst().first { place in
      guard let key = keys[place], let parent = keys[(place - 1) / 2] else { return true }
      return key < parent
    }
    expect(
      wrong == nil,
      "\(said): the key at \(wrong ?? 0) is less than its parent's in \(keys.map { $0.map { "\($0)" } ?? "nil" })",
      file: file, line: line)
    return placed == heap.heap.count && wrong == nil
  }
}
