import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

final class Exercise9_1_DisjointSets: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    let empty = try DisjointSets(count: 0)
    expectEqual(empty.setCount, 0, "no element, no set")
    var one = try DisjointSets(count: 1)
    let root = try one.find(0)
    expectEqual(root, 0, "a single element is its own root")
    let united = try one.unite(0, 0)
    expect(!united, "an element united with itself: false, they were in one set already")
    expectEqual(one.setCount, 1, "and nothing has changed")
    expectEqual(one.sizes, [1], "and nothing has changed")
    var three = try DisjointSets(count: 3)
    for element in [-1, 3] {
      try expectRefusal("finding \(element) of 0 ..< 3") { _ = try three.find(element) }
      try expectRefusal("uniting \(element) of 0 ..< 3") { try three.unite(0, element) }
      try expectRefusal("uniting \(element) of 0 ..< 3") { try three.unite(element, 0) }
    }
    try expectRefusal("a count of −1") { _ = try DisjointSets(count: -1) }
    try expectRefusal("parents in a circle") { _ = try DisjointSets(parents: [1, 0]) }
  }

  func test2_ByHand() throws {
    var sets = try DisjointSets(count: 7)
    let first = try sets.unite(0, 1)
    expect(first, "0 and 1 were apart: true")
    expectEqual(sets.parents, [0, 0, 2, 3, 4, 5, 6], "of two equal sets b's root is hung below a's")
    expectEqual(sets.sizes[0], 2, "the root of {0, 1} stands for two")
    try sets.unite(2, 1)
    expectEqual(
      sets.parents, [0, 0, 0, 3, 4, 5, 6],
      "the smaller set {2} is hung below the root of {0, 1}, though it was named first; and below the root, not below 1"
    )
    try sets.unite(3, 4)
    try sets.unite(5, 6)
    try sets.unite(4, 6)
    expectEqual(
      sets.parents, [0, 0, 0, 3, 3, 3, 5], "6's root 5 is hung below 4's root 3: roots are united, not the elements")
    expectEqual(sets.sizes[3], 4, "the root of {3, 4, 5, 6} stands for four: the sizes of both sets, added")
    expectEqual(sets.setCount, 2, "two sets are left")
    try sets.unite(1, 6)
    expectEqual(sets.parents[0], 3, "three elements are hung below four")
    expectEqual(sets.sizes[3], 7, "all seven")
    let again = try sets.unite(2, 5)
    expect(!again, "2 and 5 are in one set already: false")
    expectEqual(sets.setCount, 1, "united twice is united once")
    expectEqual(sets.sizes[3], 7, "united twice is counted once")
  }

  func test3_PathHalving() throws {
    var chain = try DisjointSets(parents: [0, 0, 1, 2, 3, 4, 5])
    let root = try chain.find(6)
    expectEqual(root, 0, "the end of the chain 6 → 5 → 4 → 3 → 2 → 1 → 0")
    expectEqual(
      chain.parents, [0, 0, 0, 2, 2, 4, 4],
      "halving: 6, 4 and 2 go to their grandparents; 5, 3 and 1 are jumped over and keep their parents")
    let again = try chain.find(6)
    expectEqual(again, 0, "still 0")
    expectEqual(
      chain.parents, [0, 0, 0, 2, 2, 4, 2], "6's grandparent is 2 now; 4 is jumped over, and 2 hangs below the root")

    var rng = stream("forests")
    for count in [1, 2, 3, 5, 9, 20, 40] {
      for _ in 0..<20 {
        // A forest of long paths: each element hangs below one of the last few before it, or is a root.
        let parents = (0..<count).map { element in
          rng.integer(below: 10) == 0 ? element : max(0, element - 1 - rng.integer(below: 3))
        }
        let element = rng.integer(below: count)
        var want = parents
        var path = [element]
        while let last = path.last, parents[last] != last { path.append(parents[last]) }
        for place in stride(from: 0, to: path.count - 2, by: 2) { want[path[place]] = path[place + 2] }
        var sets = try DisjointSets(parents: parents)
        let found = try sets.find(element)
        expectEqual(found, path.last, "the root of \(element) among the parents \(parents)")
        expectEqual(
          sets.parents, want,
          "after finding \(element) among the parents \(parents), every second element of the path \(path) has its "
            + "grandparent as parent")
      }
    }
  }

  func test4_AgainstLabels() throws {
    var rng = stream("operations")
    for count in [1, 2, 3, 7, 30, 100] {
      for _ in 0..<4 {
        var sets = try DisjointSets(count: count)
        var labels = Array(0..<count)
        for step in 0..<2 * count + 10 {
          let (a, b) = (rng.integer(below: count), rng.integer(below: count))
          if rng.integer(below: 3) > 0 {
            let united = try sets.unite(a, b)
            expectEqual(united, labels[a] != labels[b], "step \(step): uniting \(a) and \(b) of \(count)")
            labels = labels.map { $0 == labels[a] ? labels[b] : $0 }
          }
          let (rootA, rootB) = (try sets.find(a), try sets.find(b))
          expect(
            (rootA == rootB) == (labels[a] == labels[b]),
            "step \(step): \(a) and \(b) are \(labels[a] == labels[b] ? "together" : "apart"), but their roots are "
              + "\(rootA) "
              + "and \(rootB)")
          expectEqual(
            sets.sizes[rootA], labels.count { $0 == labels[a] }, "step \(step): the root of \(a) stands for its set")
        }
        expectEqual(sets.setCount, Set(labels).count, "the number of sets")
        let roots = try labels.indices.map { try sets.find($0) }
        for a in labels.indices {
          for b in 0..<a where (roots[a] == roots[b]) != (labels[a] == labels[b]) {
            expect(false, "\(a) and \(b) have the roots \(roots[a]) and \(roots[b]), in the end")
            return
          }
        }
      }
    }
  }

  func test5_Depth() throws {
    // Equal sets are united, over and over: binomial trees, the deepest there are.
    for power in 0...9 {
      let count = 1 << power
      var sets = try DisjointSets(count: count)
      for step in 0..<power {
        for first in stride(from: 0, to: count, by: 2 << step) { try sets.unite(first, first + 1 << step) }
      }
      let depth = depths(of: sets.parents).max() ?? 0
      expect(
        depth == power,
        "the tree of \(count) elements, from equal sets united by their roots, has the height \(power), not \(depth)")
    }
    // A chain of unions that would make a chain of parents, in both orders.
    for turned in [false, true] {
      var sets = try DisjointSets(count: 200)
      for element in 1..<200 { _ = try turned ? sets.unite(element, 0) : sets.unite(0, element) }
      let depth = depths(of: sets.parents).max() ?? 0
      expect(
        depth == 1,
        "200 elements united with 0 one by one hang below it directly: the *smaller* set below the larger, "
          + "but the height is \(depth)")
      sets = try DisjointSets(count: 200)
      for element in 1..<200 { _ = try turned ? sets.unite(element, element - 1) : sets.unite(element - 1, element) }
      let height = depths(of: sets.parents).max() ?? 0
      expect(height <= 7, "no element of 200 is deeper than ⌊log₂ 200⌋ = 7, but the height is \(height)")
    }
    var rng = stream("unions")
    for count in [2, 3, 10, 60, 250] {
      var sets = try DisjointSets(count: count)
      for step in 0..<2 * count {
        try sets.unite(rng.integer(below: count), rng.integer(below: count))
        if step % 8 > 0, step < 2 * count - 1 { continue }
        let depths = depths(of: sets.parents)
        for element in 0..<count {
          let root = self.root(of: element, in: sets.parents)
          let bound = floorOfLog2(sets.sizes[root])
          guard depths[element] <= bound else {
            expect(
              false,
              "an element is \(depths[element]) deep in a set of \(sets.sizes[root]), but ⌊log₂⌋ of it is \(bound): "
                + "hang the smaller set below the larger")
            return
          }
        }
        expect(true, "")
      }
    }
  }

  func test6_LinksFollowed() throws {
    // A binomial tree, and then each element is asked for three times. The links from the element to the root are
    // counted before each find.
    let power = 10
    let count = 1 << power
    var sets = try DisjointSets(count: count)
    for step in 0..<power {
      for first in stride(from: 0, to: count, by: 2 << step) { try sets.unite(first, first + 1 << step) }
    }
    var links: [Int] = []
    for _ in 0..<3 {
      var sum = 0
      for element in (0..<count).reversed() {
        sum += depth(of: element, in: sets.parents)
        _ = try sets.find(element)
      }
      links.append(sum)
    }
    expect(
      links[0] <= 3 * count,
      "\(links[0]) links on the way to the roots of \(count) elements, where halving leaves no more than 3 an element: "
        + "without it there are \(power * count / 2)")
    expect(links[2] <= 3 * count / 2, "\(links[2]) links the third time, where all paths are short by now")
    // Uniting and asking in turns, at random.
    var rng = stream("operations")
    sets = try DisjointSets(count: 1000)
    var sum = 0
    for _ in 0..<5000 {
      let (a, b) = (rng.integer(below: 1000), rng.integer(below: 1000))
      sum += depth(of: a, in: sets.parents) + depth(of: b, in: sets.parents)
      try sets.unite(a, b)
    }
    expect(sum <= 2 * 10_000, "\(sum) links in 10,000 searches among 1,000 elements: two each are enough")
  }

  /// How many links lead from each element to its root; a circle of parents counts as very deep.
  private func depths(of parents: [Int]) -> [Int] { parents.indices.map { depth(of: $0, in: parents) } }

  private func depth(of element: Int, in parents: [Int]) -> Int {
    var (element, depth) = (element, 0)
    while parents[element] != element, depth <= parents.count { (element, depth) = (parents[element], depth + 1) }
    return depth
  }

  private func root(of element: Int, in parents: [Int]) -> Int {
    var (element, depth) = (element, 0)
    while parents[element] != element, depth <= parents.count { (element, depth) = (parents[element], depth + 1) }
    return element
  }

  private func floorOfLog2(_ count: Int) -> Int { count < 1 ? 0 : Int.bitWidth - 1 - count.leadingZeroBitCount }
}
