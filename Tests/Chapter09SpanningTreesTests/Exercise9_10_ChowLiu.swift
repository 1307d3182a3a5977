import Chapter09SpanningTrees
import ExerciseTesting
import Foundation
import Tensors

final class Exercise9_10_ChowLiu: ExerciseTestCase {
  private struct Content: Decodable {
    struct Case: Decodable {
      let length: Int
      let rows: [String]
      let information: [Double]
      let tree: [Int]
      let meanLogLikelihood, independent: Double
    }
    let cases: [Case]
  }

  /// Every observation of so many variables.
  private func everything(_ count: Int) -> [[Bool]] {
    (0..<1 << count).map { number in (0..<count).map { number >> $0 & 1 == 1 } }
  }

  /// The undirected edges of a tree of dependences, each from the lower to the higher variable.
  private func edges(_ tree: DependenceTree) -> [[Int]] {
    tree.parents.enumerated().compactMap { child, parent in parent.map { [min($0, child), max($0, child)] } }
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  func test1_Refusals() throws {
    let table = try BinaryTable([[true, false], [false, true]])
    for alpha in [0, -1, .nan, .infinity] as [Double] {
      try expectRefusal("a pseudo-count of \(alpha)") { _ = try chowLiu(table, pseudoCount: alpha) }
    }
    try expectRefusal("no observation") { _ = try chowLiu(try BinaryTable([]), pseudoCount: 1) }
    try expectRefusal("no variable") { _ = try chowLiu(try BinaryTable([[], []]), pseudoCount: 1) }
    let tree = try DependenceTree(
      parents: [nil, 0], order: [0, 1], ifParentFalse: [0.5, 0.5], ifParentTrue: [0.5, 0.5])
    try expectRefusal("three variables for a tree of two") { _ = try tree.logLikelihood([true, true, false]) }
    let single = try chowLiu(try BinaryTable([[true], [true], [false]]), pseudoCount: 0.5)
    expectEqual(single.parents, [nil], "one variable: a root")
    expectClose(single.ifParentTrue, [(2 + 1) / (3 + 2)], relative: 1e-14, "(N₁ + 2α)/(N + 4α), with the pseudo-count")
  }

  func test2_ByHand() throws {
    for (law, want, said) in [
      (JointLaw(neither: 0.45, onlySecond: 0.05, onlyFirst: 0.05, both: 0.45), 0.3680642071684971, "ln 2 − h(0.1)"),
      (JointLaw(neither: 0.42, onlySecond: 0.28, onlyFirst: 0.18, both: 0.12), 0, "independent: 0"),
      (
        JointLaw(neither: 0.5, onlySecond: 0, onlyFirst: 0, both: 0.5), log(2), "equal bits: ln 2, in nats; 0 log 0 = 0"
      ),
      (JointLaw(neither: 0, onlySecond: 0.5, onlyFirst: 0.5, both: 0), log(2), "opposite bits say as much"),
      (JointLaw(neither: 0.5, onlySecond: 0.25, onlyFirst: 0, both: 0.25), 0.2157615543388357, "one zero among four"),
      (JointLaw(neither: 1, onlySecond: 0, onlyFirst: 0, both: 0), 0, "constants say nothing about each other"),
    ] {
      let information = try mutualInformation(law)
      expectClose(information, want, relative: 1e-12, absolute: 1e-15, said)
      expect(information >= 0, "mutual information is never negative, but is \(information): \(said)")
    }
    // Variable 2 follows 0 nearly always, and 1 follows 2 mostly.
    let rows = ["000", "000", "000", "000", "010", "101", "111", "111", "111", "011"].map { $0.map { $0 == "1" } }
    let tree = try chowLiu(try BinaryTable(rows), pseudoCount: 0.5)
    expectEqual(
      edges(tree), [[0, 2], [1, 2]], "I(0,2) = 0.255 and I(1,2) = 0.131, I(0,1) = 0.058: the *maximum* spanning tree")
    expectEqual(tree.parents, [nil, 2, 0], "the root is 0, and edges point away from it")
    expectEqual(tree.order, [0, 2, 1], "each variable after its parent")
    expectClose(
      tree.ifParentFalse, [5.0 / 12, 1.5 / 6, 1.5 / 7], relative: 1e-13,
      "p(x = 1 | parent = 0) = (N₀₁ + α)/(N₀ + 2α), the parent's value first")
    expectClose(
      tree.ifParentTrue, [5.0 / 12, 4.5 / 6, 4.5 / 5], relative: 1e-13, "p(x = 1 | parent = 1) = (N₁₁ + α)/(N₁ + 2α)")
    let chain = try DependenceTree(
      parents: [nil, 0, 1], order: [0, 1, 2], ifParentFalse: [0.5, 0.1, 0], ifParentTrue: [0.5, 0.9, 0.8])
    let likelihood = try chain.logLikelihood([true, true, false])
    expectClose(likelihood, log(0.5 * 0.9 * 0.2), relative: 1e-13, "½ · 0.9 · (1 − 0.8): p(x = 0) is 1 − p(x = 1)")
    let impossible = try chain.logLikelihood([true, false, true])
    expectEqual(impossible, -.infinity, "what cannot happen has the logarithm −∞")
  }

  func test3_AgainstScikitLearn() throws {
    let content: Content = try Fixture.load("chow-liu", from: .module)
    for known in content.cases {
      let rows = known.rows.map { $0.map { $0 == "1" } }
      let table = try BinaryTable(rows)
      var number = 0
      for i in 0..<known.length {
        for j in i + 1..<known.length {
          let information = try mutualInformation(try table.joint(i, j, pseudoCount: 0))
          expectClose(
            information, known.information[number], relative: 1e-9, absolute: 1e-12,
            "mutual_info_score of the variables \(i) and \(j)")
          number += 1
        }
      }
      let tree = try chowLiu(table, pseudoCount: 1e-9)
      let want = stride(from: 0, to: known.tree.count, by: 2).map { [known.tree[$0], known.tree[$0 + 1]] }
      expectEqual(edges(tree), want, "networkx's maximum spanning tree of \(known.length) variables")
      var sum = 0.0
      for row in rows {
        let likelihood = try tree.logLikelihood(row)
        sum += likelihood
      }
      let mean = sum / Double(rows.count)
      expectClose(mean, known.meanLogLikelihood, relative: 1e-6, "the mean log-likelihood is Σ I − Σ H, in nats")
      expect(mean >= known.independent, "a tree is at least as likely as independent bits")
    }
  }

  func test4_EveryTree() throws {
    var rng = stream("tables")
    for count in [2, 3, 4, 5] {
      let all = everything(count)
      let complete = try GraphKind.complete.graph(count, using: &rng)
      let candidates = PlainForests.all(complete).map { $0.map { complete.edges[$0] } }
      for alpha in [0.25, 1, 3] {
        let weights = all.map { _ in rng.integer(below: 4) }
        let rows = rng.shuffled(zip(all, weights).flatMap { Array(repeating: $0, count: $1 * $1) } + [all[0]])
        let tree = try chowLiu(try BinaryTable(rows), pseudoCount: alpha)
        // The law with the pseudo-counts: 4α observations more, spread evenly.
        let total = Double(rows.count) + 4 * alpha
        let law = all.map { x in (Double(rows.count { $0 == x }) + 4 * alpha / Double(all.count)) / total }
        func entropy(_ variables: [Int]) -> Double {
          var marginal: [[Bool]: Double] = [:]
          for (x, p) in zip(all, law) { marginal[variables.map { x[$0] }, default: 0] += p }
          return marginal.values.reduce(0) { $0 - $1 * log($1) }
        }
        let single = (0..<count).map { entropy([$0]) }
        let best = candidates.map { edges in
          edges.reduce(-single.reduce(0, +)) { $0 + single[$1.u] + single[$1.v] - entropy([$1.u, $1.v]) }
        }.max()
        var expected = 0.0
        for (x, p) in zip(all, law) {
          let likelihood = try tree.logLikelihood(x)
          expected += p * likelihood
        }
        expectClose(
          expected, best ?? 0, relative: 1e-10,
          "E log p(x) is Σ I − Σ H, and no tree of \(count) variables has more (α = \(alpha), \(candidates.count) "
            + "trees tried)"
        )
      }
    }
  }

  func test5_ALaw() throws {
    var rng = stream("tables")
    for count in [1, 2, 4, 7] {
      let rows = (0..<30).map { _ in (0..<count).map { _ in rng.integer(below: 3) == 0 } }
      let table = try BinaryTable(rows)
      let tree = try chowLiu(table, pseudoCount: 0.5)
      var pairs: [[Int]: Double] = [:]
      var total = 0.0
      for x in everything(count) {
        let logarithm = try tree.logLikelihood(x)
        let probability = exp(logarithm)
        total += probability
        for edge in edges(tree) { pairs[edge + [x[edge[0]] ? 1 : 0, x[edge[1]] ? 1 : 0], default: 0] += probability }
      }
      expectClose(total, 1, relative: 1e-12, "the probabilities of all \(1 << count) observations add up to 1")
      for edge in edges(tree) {
        let joint = try table.joint(edge[0], edge[1], pseudoCount: 0.5)
        for a in [0, 1] {
          for b in [0, 1] {
            expectClose(
              pairs[edge + [a, b]] ?? 0, joint[a == 1, b == 1], relative: 1e-11,
              "p(\(a), \(b)) of the variables \(edge), joined by an edge, is as the data have it")
          }
        }
      }
    }
  }

  func test6_PlantedTree() throws {
    var rng = stream("planted")
    for _ in 0..<3 {
      let parents = (1..<12).map { rng.integer(below: $0) }
      let rows = (0..<2000).map { _ in
        var row = [rng.integer(below: 2) == 0]
        for parent in parents { row.append(row[parent] != (rng.integer(below: 8) == 0)) }
        return row
      }
      let tree = try chowLiu(try BinaryTable(rows), pseudoCount: 0.5)
      let planted = parents.enumerated().map { [$1, $0 + 1] }.sorted { $0.lexicographicallyPrecedes($1) }
      expectEqual(
        edges(tree), planted, "the tree from which 2,000 observations of 12 variables were drawn, flipping 1 in 8")
      for (child, parent) in tree.parents.enumerated() {
        guard parent != nil else { continue }
        expectClose(tree.ifParentTrue[child], 7.0 / 8, absolute: 0.06, "a child that equals its parent 7 times of 8")
        expectClose(
          tree.ifParentFalse[child], 1.0 / 8, absolute: 0.06, "a child that differs from its parent once in 8")
      }
    }
  }

  func test7_Sampling() throws {
    let tree = try DependenceTree(
      parents: [2, nil, 1, 2], order: [1, 2, 0, 3], ifParentFalse: [0.2, 0.3, 0.9, 0],
      ifParentTrue: [0.6, 0.3, 0.1, 0.5])
    var rng = stream("samples")
    var counts: [[Bool]: Int] = [:]
    for _ in 0..<4000 {
      var copy = rng
      let x = try tree.sample(using: &rng)
      // The same by the documentation: one number a variable, in the tree's order.
      var want = [Bool](repeating: false, count: 4)
      for variable in tree.order {
        let given = tree.parents[variable].map { want[$0] } ?? false
        want[variable] =
          Double.random(in: 0..<1, using: &copy) < (given ? tree.ifParentTrue[variable] : tree.ifParentFalse[variable])
      }
      expectEqual(x, want, "one number a variable, each after its parent: true if it is less than the probability")
      guard rng == copy, x.count == 4 else {
        expect(rng == copy, "one random number a variable, no more and no fewer")
        return
      }
      counts[x, default: 0] += 1
    }
    var square = 0.0
    for x in everything(4) {
      let p0 = x[1] ? 0.3 : 0.7
      let p1 = x[1] ? (x[2] ? 0.1 : 0.9) : (x[2] ? 0.9 : 0.1)
      let p2 = x[2] ? (x[0] ? 0.6 : 0.4) : (x[0] ? 0.2 : 0.8)
      let p3 = x[2] ? 0.5 : (x[3] ? 0 : 1)
      let expected = 4000 * p0 * p1 * p2 * p3
      let difference = Double(counts[x] ?? 0) - expected
      if expected == 0 {
        expect(difference == 0, "\(x) cannot happen")
      } else {
        square += difference * difference / expected
      }
    }
    expect(square < 38, "χ² = \(square) over 12 possible observations: 4,000 samples are not of the tree's law")
  }
}
