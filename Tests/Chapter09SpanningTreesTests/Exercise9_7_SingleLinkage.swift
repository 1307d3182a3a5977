import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

final class Exercise9_7_SingleLinkage: ExerciseTestCase {
  private struct Content: Decodable {
    struct Cut: Decodable {
      let k: Int
      let labels: [Int]
    }
    struct Threshold: Decodable {
      let t: Double
      let labels: [Int]
    }
    struct Case: Decodable {
      let points: [[Double]]
      let heights: [Double]
      let sizes: [Int]
      let cuts: [Cut]
      let thresholds: [Threshold]
      let cophenetic: [Double]
    }
    let cases: [Case]
  }

  /// The hierarchy of four points on a line, 0, 1, 3 and 7, by hand.
  private let line = [
    Merge(first: 0, second: 1, height: 1, size: 2), Merge(first: 2, second: 4, height: 2, size: 3),
    Merge(first: 3, second: 5, height: 4, size: 4),
  ]

  func test1_EmptyAndRefusals() throws {
    let one = try singleLinkage([], count: 1)
    expectEqual(one, [], "one point is never merged")
    let alone = try clusters([], cutAt: 3)
    expectEqual(alone, [0], "one point, one cluster")
    try expectRefusal("a tree with a cycle") { _ = try singleLinkage([Edge(0, 1, 1), Edge(0, 1, 2)], count: 3) }
    try expectRefusal("too few edges") { _ = try singleLinkage([Edge(0, 1, 1)], count: 3) }
    try expectRefusal("a height of NaN") { _ = try clusters(line, cutAt: .nan) }
    for k in [0, 5, -1] { try expectRefusal("\(k) clusters of four points") { _ = try clusters(line, into: k) } }
    try expectRefusal("falling heights") { _ = try clusters(line.reversed(), cutAt: 1) }
    try expectRefusal("clusters of 0 points") { _ = try modeCount(line, cutAt: 1, minimumSize: 0) }
  }

  func test2_ByHand() throws {
    let merges = try singleLinkage([Edge(2, 3, 4), Edge(1, 2, 2), Edge(0, 1, 1)], count: 4)
    expectEqual(
      merges, line, "0 and 1 at height 1 make cluster 4; 2 and 4 at height 2 make 5; 3 and 5 at height 4: lowest first")
    // Two pairs that find each other before they meet; equal heights in the order of the tree's edges.
    let pairs = try singleLinkage([Edge(0, 3, 1), Edge(2, 1, 1), Edge(3, 2, 5)], count: 4)
    expectEqual(
      pairs,
      [
        Merge(first: 0, second: 3, height: 1, size: 2), Merge(first: 1, second: 2, height: 1, size: 2),
        Merge(first: 4, second: 5, height: 5, size: 4),
      ], "{0, 3} is cluster 4, {1, 2} is cluster 5; a cluster is named by its merge, not by a point of it")
    for (height, want) in [
      (0.5, [0, 1, 2, 3]), (1, [0, 0, 1, 2]), (1.9, [0, 0, 1, 2]), (2, [0, 0, 0, 1]), (4, [0, 0, 0, 0]),
      (-.infinity, [0, 1, 2, 3]), (.infinity, [0, 0, 0, 0]),
    ] {
      let labels = try clusters(line, cutAt: height)
      expectEqual(labels, want, "cut at \(height): merges of heights *no greater* than it are done")
    }
    for (k, want) in [(4, [0, 1, 2, 3]), (3, [0, 0, 1, 2]), (2, [0, 0, 0, 1]), (1, [0, 0, 0, 0])] {
      let labels = try clusters(line, into: k)
      expectEqual(labels, want, "\(k) clusters: the k − 1 highest merges are not done")
    }
    let late = try clusters(
      [
        Merge(first: 2, second: 3, height: 0, size: 2), Merge(first: 1, second: 4, height: 1, size: 3),
        Merge(first: 0, second: 5, height: 1, size: 4),
      ], into: 2)
    expectEqual(late, [0, 1, 1, 1], "numbered in the order of their first points")
  }

  func test3_AgainstSciPy() throws {
    let content: Content = try Fixture.load("single-linkage", from: .module)
    for known in content.cases {
      let tree = try spanningTree(of: known.points)
      let merges = try singleLinkage(tree, count: known.points.count)
      expectClose(merges.map(\.height), known.heights, relative: 1e-12, "the heights of linkage(method='single')")
      expectEqual(merges.map(\.size), known.sizes, "the sizes of linkage(method='single')")
      for cut in known.cuts {
        let labels = try clusters(merges, into: cut.k)
        expectEqual(labels, cut.labels, "fcluster into \(cut.k)")
      }
      for threshold in known.thresholds {
        let labels = try clusters(merges, cutAt: threshold.t)
        expectEqual(labels, threshold.labels, "fcluster at distance \(threshold.t)")
      }
      // The cophenetic distance: the height of the merge that brings two points together.
      for (point, want) in known.cophenetic.enumerated().dropFirst() {
        let below = try clusters(merges, cutAt: want * (1 - 1e-9))
        let above = try clusters(merges, cutAt: want * (1 + 1e-9))
        expect(
          below[point] != below[0] && above[point] == above[0],
          "0 and \(point) come together at height \(want), SciPy's cophenetic distance")
      }
    }
  }

  func test4_AgainstMerging() throws {
    var rng = stream("points")
    for (count, range) in [(2, 9), (3, 2), (5, 3), (8, 4), (12, 100), (12, 3), (20, 1000)] {
      for _ in 0..<4 {
        let points = (0..<count).map { _ in [Double(rng.integer(below: range)), Double(rng.integer(below: range))] }
        func distance(_ a: Int, _ b: Int) -> Double {
          let (dx, dy) = (points[a][0] - points[b][0], points[a][1] - points[b][1])
          return (dx * dx + dy * dy).squareRoot()
        }
        let tree = try spanningTree(of: points)
        let merges = try singleLinkage(rng.shuffled(tree), count: count)
        // The definition: the two clusters whose nearest points are nearest, again and again.
        var parts = (0..<count).map { [$0] }
        var heights: [Double] = []
        while parts.count > 1 {
          var best = (Double.infinity, 0, 0)
          for b in parts.indices {
            for a in 0..<b {
              let nearest = parts[a].flatMap { p in parts[b].map { distance(p, $0) } }.min() ?? .infinity
              if nearest < best.0 { best = (nearest, a, b) }
            }
          }
          heights.append(best.0)
          parts[best.1] += parts[best.2]
          parts.remove(at: best.2)
        }
        expectEqual(merges.map(\.height), heights, "the heights by merging the nearest clusters of \(points)")
        expectEqual(merges.last?.size, count, "the last cluster has all the points")
        // Each merge unites clusters that exist, of sizes that add up.
        var sizes = Array(repeating: 1, count: count)
        for merge in merges {
          guard merge.first < merge.second, merge.second < sizes.count else {
            expect(false, "\(merge) names its clusters in rising order, and only those that exist")
            return
          }
          expectEqual(merge.size, sizes[merge.first] + sizes[merge.second], "sizes add up: \(merge)")
          sizes.append(merge.size)
        }
      }
    }
  }

  func test5_Thresholds() throws {
    var rng = stream("points")
    for count in [2, 7, 25] {
      let points = (0..<count).map { _ in [Double(rng.integer(below: 12)), Double(rng.integer(below: 12))] }
      let pairs = points.indices.flatMap { u in
        (0..<u).map { v in
          let (dx, dy) = (points[u][0] - points[v][0], points[u][1] - points[v][1])
          return Edge(u, v, (dx * dx + dy * dy).squareRoot())
        }
      }
      let merges = try singleLinkage(try spanningTree(of: points), count: count)
      for height in Set(pairs.map(\.weight)).sorted() {
        let labels = try clusters(merges, cutAt: height)
        let want = PlainForests.components(count, pairs.filter { $0.weight <= height })
        var numbers: [Int: Int] = [:]
        for label in want where numbers[label] == nil { numbers[label] = numbers.count }
        expectEqual(
          labels, want.compactMap { numbers[$0] },
          "cut at \(height): what pairs no farther apart than that connect, numbered in the order of first points")
      }
      for k in 1...count {
        let labels = try clusters(merges, into: k)
        expectEqual(Set(labels), Set(0..<k), "\(k) clusters, numbered from 0, also where heights are equal")
      }
    }
  }

  func test6_Modes() throws {
    let small = try modeCount(line, cutAt: 1, minimumSize: 2)
    expectEqual(small, 1, "cut at 1 there are {0, 1}, {3} and {7}: one cluster of two at least")
    let each = try modeCount(line, cutAt: 1, minimumSize: 1)
    expectEqual(each, 3, "and three of one at least")
    let none = try modeCount(line, cutAt: 0, minimumSize: 2)
    expectEqual(none, 0, "cut below the first merge no cluster has two points")
    let all = try modeCount(line, cutAt: 4, minimumSize: 4)
    expectEqual(all, 1, "a cluster of exactly the minimum size counts")

    // Eight heaps of 12 points on a ring, and some stray points between them.
    var rng = stream("points")
    var points: [[Double]] = []
    for mode in 0..<8 {
      let (x, y) = [(10, 0), (7, 7), (0, 10), (-7, 7), (-10, 0), (-7, -7), (0, -10), (7, -7)][mode]
      for _ in 0..<12 { points.append([Double(x) + rng.nextUniform(), Double(y) + rng.nextUniform()]) }
    }
    points += [[0, 0], [20, 20], [-20, 3]]
    let merges = try singleLinkage(try spanningTree(of: rng.shuffled(points)), count: points.count)
    let modes = try modeCount(merges, cutAt: 1.5, minimumSize: 5)
    expectEqual(modes, 8, "eight heaps; stray points are no modes")
    let parts = try modeCount(merges, cutAt: 1.5, minimumSize: 1)
    expectEqual(parts, 11, "with the stray points eleven clusters")
  }
}
