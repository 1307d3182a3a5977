import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

final class Exercise9_2_Kruskal: ExerciseTestCase {
  func test1_EmptyAndOne() throws {
    for count in [0, 1, 5] {
      let forest = try kruskal(try Graph(vertexCount: count, edges: []))
      expectEqual(forest, SpanningForest(vertexCount: count), "\(count) vertices without edges: a forest without edges")
      expectEqual(forest.treeCount, count, "each vertex is a tree")
    }
    let loops = try kruskal(try Graph(vertexCount: 2, edges: [Edge(0, 0, -5), Edge(1, 1, 0)]))
    expectEqual(loops.edges, [], "a self-loop is a cycle by itself, also a light one")
    let single = try kruskal(try Graph(vertexCount: 2, edges: [Edge(1, 1, 0), Edge(1, 0, 9)]))
    expectEqual(single.edges, [1], "the only edge that connects anything")
  }

  func test2_ByHand() throws {
    let forest = try kruskal(try lessonGraph())
    expectEqual(
      forest.edges, [6, 1, 2, 3, 7],
      "de 2, ac 3, bc 3, then ab 4 closes a cycle, bd 5, cd 6 closes one, df 6: the places in the order of taking")
    expectEqual(forest.weight(in: try lessonGraph()), 19, "2 + 3 + 3 + 5 + 6")
    let parallel = try kruskal(try Graph(vertexCount: 2, edges: [Edge(0, 1, 3), Edge(1, 0, 2), Edge(0, 1, 2)]))
    expectEqual(parallel.edges, [1], "of parallel edges the lightest, and of equal ones the first in the list")
    let negative = try kruskal(
      try Graph(vertexCount: 3, edges: [Edge(0, 1, -1), Edge(1, 2, -3), Edge(2, 0, -2)]))
    expectEqual(
      negative.edges, [1, 2], "−3 and −2: negative weights are weights like others, and a forest has no cycle")
    let equal = try kruskal(try Graph(vertexCount: 4, edges: [(2, 3), (0, 1), (1, 2), (3, 0)].map { Edge($0, $1, 1) }))
    expectEqual(equal.edges, [0, 1, 2], "equal weights in the order of the list")
  }

  func test3_AgainstReverseDelete() throws {
    var rng = stream("graphs")
    try expectReverseDelete(&rng) { graph in
      let forest = try kruskal(graph)
      return forest.edges
    }
  }

  func test4_AgainstNetworkx() throws {
    try expectNetworkxWeights { graph in
      let forest = try kruskal(graph)
      return forest.edges
    }
  }

  func test5_Forests() throws {
    var rng = stream("graphs")
    for kind in GraphKind.allCases {
      for count in [2, 9, 30] {
        let graph = try kind.graph(count, using: &rng)
        let forest = try kruskal(graph)
        let edges = forest.edges.map { graph.edges[$0] }
        let parts = PlainForests.componentCount(count, graph.edges)
        expectEqual(forest.vertexCount, count, "the forest has all the vertices of the graph")
        expectEqual(
          forest.edges.count, count - parts, "\(count) vertices in \(parts) components: n − κ edges (\(kind.rawValue))")
        expect(PlainForests.isForest(count, edges), "the edges close a cycle (\(kind.rawValue))")
        expectEqual(
          PlainForests.components(count, edges), PlainForests.components(count, graph.edges),
          "the forest connects what the graph connects (\(kind.rawValue))")
      }
    }
    // Large enough to be sorted by digits, with ties.
    let points = (0..<64).map { _ in [Double(rng.integer(below: 40)), Double(rng.integer(below: 40))] }
    let pairs = points.indices.flatMap { u in (0..<u).map { (u, $0) } }
    let edges = pairs.map { u, v in
      let (dx, dy) = (points[u][0] - points[v][0], points[u][1] - points[v][1])
      return Edge(u, v, (dx * dx + dy * dy).squareRoot())
    }
    let graph = try Graph(vertexCount: 64, edges: edges)
    let forest = try kruskal(graph)
    let tree = try spanningTree(of: points)
    expectEqual(
      forest.edges.map { graph.edges[$0].weight }.sorted(), tree.map(\.weight).sorted(),
      "64 points, all 2,016 distances: the same sorted weights as the tree of the points")
  }

  func test6_CutAndCycle() throws {
    var rng = stream("graphs")
    for kind in GraphKind.allCases {
      let graph = try kind.graph(12, using: &rng)
      let forest = try kruskal(graph)
      let weights = forest.edges.map { graph.edges[$0].weight }
      expect(zip(weights, weights.dropFirst()).allSatisfy { $0 <= $1 }, "taken from light to heavy, not \(weights)")
      let edges = forest.edges.map { graph.edges[$0] }
      for place in edges.indices {
        var others = edges
        others.remove(at: place)
        let side = PlainForests.components(12, others)
        // Without this edge its ends are apart: of all edges across this cut it is a lightest.
        let crossing = graph.edges.filter {
          Set([side[$0.u], side[$0.v]]) == Set([side[edges[place].u], side[edges[place].v]]) && side[$0.u] != side[$0.v]
        }
        expect(
          crossing.allSatisfy { $0.weight >= edges[place].weight },
          "cut property: \(edges[place]) was taken, but a lighter edge crosses the same cut (\(kind.rawValue))")
      }
      let taken = Set(forest.edges)
      for (place, edge) in graph.edges.enumerated() where !taken.contains(place) && !edge.isLoop {
        guard let path = PlainForests.path(12, edges, from: edge.u, to: edge.v) else {
          expect(false, "\(edge) was not taken, and its ends are not connected (\(kind.rawValue))")
          continue
        }
        expect(
          path.allSatisfy { edges[$0].weight <= edge.weight },
          "cycle property: \(edge) was left out, but is lighter than an edge of the cycle it closes (\(kind.rawValue))")
      }
    }
  }

  /// Long lists are sorted by digits: the given `edgeOrder` must then agree with comparisons.
  func test7_LongLists() throws {
    var rng = stream("weights")
    let laws: [(String, (Int, inout RandomStream) -> Double)] = [
      ("uniform", { _, rng in rng.nextUniform() }), ("equal", { _, _ in 3 }),
      ("few whole numbers", { _, rng in Double(rng.integer(below: 5) - 2) }),
      ("huge and tiny", { _, rng in [1e300, -1e300, 1e-300, 0, -0.0, 1][rng.integer(below: 6)] * rng.nextUniform() }),
      ("subnormal", { _, rng in Double(rng.integer(below: 9)) * 0x1p-1074 }), ("rising", { index, _ in Double(index) }),
      ("greatest", { _, rng in rng.integer(below: 2) == 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude }),
      ("nearly equal", { _, rng in 1 + Double(rng.integer(below: 20)) * 0x1p-52 }),
    ]
    for (name, law) in laws {
      let edges = (0..<2000).map { index in
        Edge(rng.integer(below: 100), rng.integer(below: 100), law(index, &rng))
      }
      let graph = try Graph(vertexCount: 100, edges: edges)
      let forest = try kruskal(graph)
      let order = edges.indices.sorted(by: graph.precedes)
      expect(graph.edgeOrder() == order, "2,000 edges of \(name) weight are not in order")
      // Labels, rewritten at each union.
      var labels = Array(0..<100)
      let want = order.filter { place in
        let (a, b) = (labels[edges[place].u], labels[edges[place].v])
        if a != b { labels = labels.map { $0 == b ? a : $0 } }
        return a != b
      }
      expectEqual(forest.edges, want, "the edges taken out of 2,000 of \(name) weight, in the order of taking")
    }
  }
}
