import Chapter09SpanningTrees
import ExerciseTesting
import Foundation
import Tensors

final class Exercise9_6_FriedmanRafsky: ExerciseTestCase {
  private struct Content: Decodable {
    struct Exact: Decodable {
      let m, n: Int
      let e: [Int]
      let pairs: Int
      let mean, variance: Double
    }
    struct Sample: Decodable {
      let x, y: [[Double]]
      let r, pairs: Int
      let mean, variance, z, p: Double
    }
    struct Divergence: Decodable {
      let d, value: Double
    }
    let exact: [Exact]
    let samples: [Sample]
    let divergence: [Divergence]
  }

  private func content() throws -> Content { try Fixture.load("friedman-rafsky", from: .module) }

  private func path(_ count: Int) -> [Edge] { (1..<count).map { Edge($0 - 1, $0, 1) } }
  private func star(_ count: Int) -> [Edge] { (1..<count).map { Edge(0, $0, 1) } }

  func test1_Refusals() throws {
    try expectRefusal("a cycle") { _ = try sharedVertexPairs([Edge(0, 1, 1), Edge(1, 0, 1)], vertexCount: 3) }
    try expectRefusal("a forest") { _ = try sharedVertexPairs([Edge(0, 1, 1)], vertexCount: 3) }
    try expectRefusal("an empty sample") { _ = try runsMoments(0, 5, sharedPairs: 3) }
    try expectRefusal("an empty sample") { _ = try runsMoments(5, 0, sharedPairs: 3) }
    try expectRefusal("three points") { _ = try runsMoments(1, 2, sharedPairs: 1) }
    try expectRefusal("fewer shared vertices than on a path") { _ = try runsMoments(3, 3, sharedPairs: 3) }
    try expectRefusal("more shared vertices than on a star") { _ = try runsMoments(3, 3, sharedPairs: 11) }
    try expectRefusal("one sample only") { _ = try friedmanRafsky(path(5), isFirst: Array(repeating: true, count: 5)) }
    try expectRefusal("no tree") { _ = try friedmanRafsky([], isFirst: [true, false, true, false]) }
    try expectRefusal("points of different dimensions") { _ = try friedmanRafsky([[0, 1], [2, 3]], [[1], [2]]) }
    try expectRefusal("no second sample") { _ = try friedmanRafsky([[0], [1], [2], [5]], []) }
    var rng = stream("labels")
    try expectRefusal("−1 permutations") {
      _ = try permutedRuns(path(4), isFirst: [true, false, true, false], count: -1, using: &rng)
    }
    try expectRefusal("1 run of two samples") { _ = try henzePenrose(runs: 1, 3, 3) }
    try expectRefusal("7 runs of six points") { _ = try henzePenrose(runs: 7, 3, 3) }
  }

  func test2_ByHand() throws {
    let pathPairs = try sharedVertexPairs(path(7), vertexCount: 7)
    expectEqual(pathPairs, 5, "on a path of 7 the 5 inner vertices have two edges each: one pair each")
    let starPairs = try sharedVertexPairs(star(7), vertexCount: 7)
    expectEqual(starPairs, 15, "on a star all 6 edges share the middle: 6·5/2 pairs")
    let moments = try runsMoments(3, 4, sharedPairs: 5)
    expectClose(
      moments.expectation, 24.0 / 7 + 1, relative: 1e-14, "E[R] = 2mn/N + 1: the pieces are one more than the cuts")
    expectClose(
      moments.variance, 24.0 * 17 / (49 * 6), relative: 1e-13,
      "on a path (C = N − 2) the variance is that of Wald and Wolfowitz's runs: 2mn(2mn − N)/(N²(N − 1))")

    // Points on a line in the order XXYYXYY: four runs.
    let isFirst = [true, true, false, false, true, false, false]
    let test = try friedmanRafsky(path(7), isFirst: isFirst)
    expectEqual(test.runs, 4, "XX YY X YY: three edges between the samples, four pieces")
    expectClose(
      test.z, (4 - 31.0 / 7) / (24.0 * 17 / 294).squareRoot(), relative: 1e-12, "(R − E)/√Var, negative for few runs")
    expectClose(test.pValue, 0.3580, absolute: 1e-4, "Φ(−0.3638): the probability of so *few* runs, one-sided")
    let apart = try friedmanRafsky(path(8), isFirst: [true, true, true, true, false, false, false, false])
    expectEqual(apart.runs, 2, "two samples that keep apart")
    expectClose(apart.z, -3 / (32.0 * 24 / 448).squareRoot(), relative: 1e-12, "three runs fewer than the 5 expected")
    expect(apart.pValue < 0.02, "samples that keep apart have a small p, not \(apart.pValue)")
    let mixed = try friedmanRafsky(path(8), isFirst: [true, false, true, false, true, false, true, false])
    expect(mixed.z > 2 && mixed.pValue > 0.98, "samples that alternate have many runs: z > 0, p near 1")

    let stuck = try friedmanRafsky(star(4), isFirst: [true, true, false, false])
    expectEqual(stuck.runs, 3, "a star with two points of each")
    expectEqual(stuck.variance, 0, "R is 3 for all labels: no variance")
    expect(stuck.z == 0 && stuck.pValue == 1, "without variance z = 0 and p = 1, not \(stuck.z) and \(stuck.pValue)")

    let line = try friedmanRafsky([[0], [1.5], [2.9]], [[8], [9.1], [10.3], [11.6]])
    expectEqual(line.runs, 2, "the points themselves: their minimum spanning tree is the line")
  }

  func test3_EveryLabelling() throws {
    for known in try content().exact {
      let count = known.m + known.n
      let tree = stride(from: 0, to: known.e.count, by: 2).map { Edge(known.e[$0], known.e[$0 + 1], 1) }
      let pairs = try sharedVertexPairs(tree, vertexCount: count)
      expectEqual(pairs, known.pairs, "C = Σ d(d − 1)/2 of \(tree)")
      let moments = try runsMoments(known.m, known.n, sharedPairs: known.pairs)
      expectClose(
        moments.expectation, known.mean, relative: 1e-12,
        "the mean over all \(known.m) + \(known.n) labellings of \(tree)")
      expectClose(
        moments.variance, known.variance, relative: 1e-9, absolute: 1e-12,
        "the variance over all \(known.m) + \(known.n) labellings of a tree with C = \(known.pairs): it depends on C")
    }
  }

  func test4_AgainstHyppo() throws {
    for known in try content().samples {
      let test = try friedmanRafsky(known.x, known.y)
      let said = "\(known.x.count) and \(known.y.count) points"
      expectEqual(test.runs, known.r, "R of \(said), as SciPy's tree and hyppo have it")
      expectClose(test.expectation, known.mean, relative: 1e-12, "E[R] of \(said)")
      expectClose(test.variance, known.variance, relative: 1e-10, "Var[R] of \(said)")
      expectClose(
        test.z, known.z, relative: 1e-9, "z of \(said): divide by the standard deviation, not by the variance")
      expectClose(
        test.pValue, known.p, relative: 1e-7,
        "Φ(z) of \(said), the lower tail; far out, 1 − Φ(−z) loses all digits and erfc does not")
    }
  }

  func test5_Invariance() throws {
    var rng = stream("points")
    for _ in 0..<10 {
      let x = (0..<9).map { _ in [rng.nextNormal(), rng.nextNormal()] }
      let y = (0..<14).map { _ in [rng.nextNormal() + 1, rng.nextNormal()] }
      let test = try friedmanRafsky(x, y)
      let swapped = try friedmanRafsky(y, x)
      expectEqual(swapped.runs, test.runs, "the samples in the other order")
      expectClose(swapped.z, test.z, relative: 1e-10, absolute: 1e-12, "the samples in the other order")
      let moved = try friedmanRafsky(
        x.map { [3 - 2 * $0[1], 2 * $0[0] + 7] }, y.map { [3 - 2 * $0[1], 2 * $0[0] + 7] })
      expectEqual(moved.runs, test.runs, "turned, stretched evenly and moved: the same tree")
      let shuffled = try friedmanRafsky(rng.shuffled(x), rng.shuffled(y))
      expectEqual(shuffled, test, "the points of each sample in another order")
    }
  }

  func test6_Permutations() throws {
    let few = try permutationPValue(3, among: [2, 3, 3, 5, 9])
    expectClose(
      few, 4.0 / 6, relative: 1e-14, "three of five are no greater, and the observed one counts: (1 + 3)/(1 + 5)")
    let none = try permutationPValue(1, among: [2, 3, 4])
    expectClose(none, 0.25, relative: 1e-14, "never 0: the observed labels are one of the permutations")
    let alone = try permutationPValue(5, among: [])
    expectEqual(alone, 1, "without permutations nothing can be said")

    var rng = stream("labels")
    let tree = (1..<20).map { Edge(rng.integer(below: $0), $0, 1) }
    let isFirst = (0..<20).map { $0 < 7 }
    let test = try friedmanRafsky(tree, isFirst: isFirst)
    let empty = try permutedRuns(tree, isFirst: isFirst, count: 0, using: &rng)
    expectEqual(empty, [], "no permutation")
    let runs = try permutedRuns(tree, isFirst: isFirst, count: 3000, using: &rng)
    expectEqual(runs.count, 3000, "one number a permutation")
    let mean = Double(runs.reduce(0, +)) / 3000
    let variance = runs.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / 2999
    let deviation = test.variance.squareRoot()
    expectClose(
      mean, test.expectation, absolute: 5 * deviation / 3000.0.squareRoot(),
      "the mean of 3,000 permutations is E[R]: are the labels shuffled, each sample keeping its size?")
    expectClose(
      variance, test.variance, relative: 0.2, "the variance of 3,000 permutations is Var[R | tree]")

    // Under the null p is small no more often than it says.
    var p: [Double] = []
    for _ in 0..<60 {
      let observed = try permutedRuns(tree, isFirst: isFirst, count: 1, using: &rng)
      let others = try permutedRuns(tree, isFirst: isFirst, count: 99, using: &rng)
      let value = try permutationPValue(observed.first ?? 0, among: others)
      p.append(value)
    }
    for level in [0.05, 0.2, 0.5] {
      let share = Double(p.count { $0 <= level }) / 60
      let error = (level * (1 - level) / 60).squareRoot()
      expect(share <= level + 5 * error, "under equal laws p ≤ \(level) came with the frequency \(share): too often")
    }
  }

  func test7_Divergence() throws {
    let plain = try henzePenrose(runs: 12, 15, 20)
    expectClose(plain, 1 - 12.0 * 35 / 600, relative: 1e-14, "1 − R·N/(2mn)")
    let equal = try henzePenrose(runs: 11, 10, 10)
    expect(equal < 0, "R may be greater than 2mn/N: below 0, and not clipped")
    var rng = stream("points")
    for known in try content().divergence {
      var sum = 0.0
      for _ in 0..<4 {
        let x = (0..<150).map { _ in [rng.nextNormal(), rng.nextNormal()] }
        let y = (0..<150).map { _ in [rng.nextNormal() + known.d, rng.nextNormal()] }
        let test = try friedmanRafsky(x, y)
        let divergence = try henzePenrose(runs: test.runs, 150, 150)
        sum += divergence
      }
      // The mean of four has a standard deviation of 0.04 at most, over many seeds.
      expectClose(
        sum / 4, 1 - known.value, absolute: 0.2,
        "150 points each of N(0, I) and of N((\(known.d), 0), I), four times: 1 − ∫2pq/(p + q) = 1 − 2E_q[D*]")
    }
  }
}
