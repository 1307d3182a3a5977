import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

final class Exercise9_4_Boruvka: ExerciseTestCase {
  func test1_EmptyAndOne() throws {
    for count in [0, 1, 5] {
      let rounds = try boruvka(try Graph(vertexCount: count, edges: []))
      expectEqual(rounds, [], "\(count) vertices without edges: no round takes anything")
    }
    let loops = try boruvka(try Graph(vertexCount: 2, edges: [Edge(0, 0, -5), Edge(1, 1, 0)]))
    expectEqual(loops, [], "self-loops do not lead out of a tree")
    let single = try boruvka(try Graph(vertexCount: 3, edges: [Edge(2, 0, 4)]))
    expectEqual(single, [[0]], "one edge, chosen from both sides, taken once; vertex 1 has no way out")
  }

  func test2_ByHand() throws {
    let rounds = try boruvka(try lessonGraph())
    expectEqual(
      rounds, [[1, 2, 6, 7], [3]],
      "a, c choose ac, b chooses bc, d, e choose de, f chooses df; then both trees choose bd")
    let path = try boruvka(
      try Graph(vertexCount: 4, edges: [Edge(0, 1, 3), Edge(1, 2, 9), Edge(2, 3, 1)]))
    expectEqual(path, [[0, 2], [1]], "all trees choose in the same round, not one after the other")
  }

  func test3_EqualWeights() throws {
    let triangle = try Graph(vertexCount: 3, edges: [Edge(0, 1, 1), Edge(1, 2, 1), Edge(2, 0, 1)])
    let rounds = try boruvka(triangle)
    expectEqual(
      rounds.flatMap { $0 }.sorted(), [0, 1],
      "a triangle of equal weights: with ties broken by the place nobody chooses the third edge, which closes a cycle")
    let parallel = try boruvka(
      try Graph(vertexCount: 2, edges: [Edge(0, 1, 1), Edge(1, 0, 1), Edge(0, 1, 1)]))
    expectEqual(parallel, [[0]], "three parallel edges of equal weight: both sides must choose the same one")
    var rng = stream("graphs")
    for count in 2...12 {
      // Rings whose edges stand in random order and direction, complete graphs, and multigraphs; all weights equal.
      let ring = rng.shuffled((0..<count).map { ($0, ($0 + 1) % count) })
      let complete = rng.shuffled((0..<count).flatMap { u in (0..<u).map { (u, $0) } })
      let several = rng.shuffled((ring + ring + complete).map { rng.integer(below: 2) == 0 ? $0 : ($0.1, $0.0) })
      for (name, pairs) in [("ring", ring), ("complete", complete), ("parallel", several)] {
        let graph = try Graph(vertexCount: count, edges: pairs.map { Edge($0.0, $0.1, 5) })
        let taken = try boruvka(graph).flatMap { $0 }
        expectEqual(
          taken.count, count - 1,
          "\(count) vertices of a \(name) graph, equal weights: n − 1 edges, or else there is a cycle")
        expectEqual(Set(taken).count, taken.count, "no edge is taken twice")
        expectEqual(
          taken.sorted(), PlainForests.minimum(graph), "the first in the list win (\(name), \(count) vertices)")
      }
    }
  }

  func test4_AgainstReverseDelete() throws {
    var rng = stream("graphs")
    try expectReverseDelete(&rng) { graph in
      let rounds = try boruvka(graph)
      return rounds.flatMap { $0 }
    }
  }

  func test5_AgainstNetworkx() throws {
    try expectNetworkxWeights { graph in
      let rounds = try boruvka(graph)
      return rounds.flatMap { $0 }
    }
  }

  func test6_Rounds() throws {
    var rng = stream("graphs")
    for kind in GraphKind.allCases {
      for count in [2, 3, 7, 8, 20, 40] {
        let graph = try kind.graph(count, using: &rng)
        let rounds = try boruvka(graph)
        let bound = Int.bitWidth - 1 - count.leadingZeroBitCount
        expect(
          rounds.count <= bound,
          "\(rounds.count) rounds for \(count) vertices: with every tree choosing there are at most ⌊log₂ n⌋ = "
            + "\(bound) "
            + "(\(kind.rawValue))")
        // Round by round what each tree chooses, by looking at all edges.
        var taken: [Int] = []
        for (number, round) in rounds.enumerated() {
          expect(!round.isEmpty, "a round that takes nothing is not listed")
          let labels = PlainForests.components(count, taken.map { graph.edges[$0] })
          var choices: Set<Int> = []
          for label in Set(labels) {
            let leaving = graph.edges.indices.filter {
              (labels[graph.edges[$0].u] == label) != (labels[graph.edges[$0].v] == label)
            }
            if let first = leaving.min(by: graph.precedes) { choices.insert(first) }
          }
          if round != choices.sorted() {
            expectEqual(
              round, choices.sorted(),
              "round \(number): the first edge that leads out of each tree, in rising order of places "
                + "(\(kind.rawValue), \(count) vertices)")
          }
          taken += round
        }
      }
    }
    // A path whose weights are such that trees unite two by two: all log₂ n rounds are needed.
    let edges = (1..<64).map { Edge($0 - 1, $0, Double($0.trailingZeroBitCount)) }
    let rounds = try boruvka(try Graph(vertexCount: 64, edges: edges))
    expectEqual(rounds.map(\.count), [32, 16, 8, 4, 2, 1], "64 vertices that unite two by two: six rounds")
  }
}
