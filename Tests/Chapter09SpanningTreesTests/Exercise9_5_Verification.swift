import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

final class Exercise9_5_Verification: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    let empty = try Graph(vertexCount: 0, edges: [])
    let verdict = try verify(SpanningForest(vertexCount: 0), of: empty)
    expectEqual(verdict, .minimal, "the forest without vertices is minimal")
    let none = try cheapestExchange(in: SpanningForest(vertexCount: 0), of: empty)
    expectEqual(none, nil, "and there is no other")
    let loop = try Graph(vertexCount: 1, edges: [Edge(0, 0, -3)])
    let alone = try verify(SpanningForest(vertexCount: 1), of: loop)
    expectEqual(alone, .minimal, "a loop is in no forest, however light")
    let noOther = try cheapestExchange(in: SpanningForest(vertexCount: 1), of: loop)
    expectEqual(noOther, nil, "a loop is no exchange")

    let graph = try lessonGraph()
    for forest in [SpanningForest(vertexCount: 5), SpanningForest(vertexCount: 6, edges: [9])] {
      try expectRefusal("a forest of another graph") { _ = try verify(forest, of: graph) }
      try expectRefusal("a forest of another graph") { _ = try cheapestExchange(in: forest, of: graph) }
      try expectRefusal("a forest of another graph") { _ = try PathMaxima(forest, in: graph) }
    }
    try expectRefusal("improving on a forest that does not span") {
      _ = try cheapestExchange(in: SpanningForest(vertexCount: 6, edges: [1, 2]), of: graph)
    }
    let cycle = SpanningForest(vertexCount: 6, edges: [0, 1, 2])
    try expectRefusal("the heaviest edges of what has a cycle") { _ = try PathMaxima(cycle, in: graph) }
    let maxima = try PathMaxima(SpanningForest(vertexCount: 6, edges: [1]), in: graph)
    try expectRefusal("a vertex 6 of 0 ..< 6") { _ = try maxima.heaviestEdge(between: 0, and: 6) }
  }

  func test2_ByHand() throws {
    let graph = try lessonGraph()
    let best = SpanningForest(vertexCount: 6, edges: [1, 2, 3, 6, 7])
    let maxima = try PathMaxima(best, in: graph)
    for (u, v, want, why) in [
      (0, 1, 2, "a–c–b: ac 3 and bc 3, of which bc comes later"), (2, 3, 3, "c–b–d: bd 5"), (2, 4, 3, "c–b–d–e: bd 5"),
      (4, 5, 7, "e–d–f: df 6"), (0, 5, 7, "a–c–b–d–f: df 6"), (3, 4, 6, "d–e: de 2"),
    ] {
      let heaviest = try maxima.heaviestEdge(between: u, and: v)
      expectEqual(heaviest, want, "the heaviest edge on \(why)")
      let back = try maxima.heaviestEdge(between: v, and: u)
      expectEqual(back, want, "the same the other way round: \(why)")
    }
    let nowhere = try maxima.heaviestEdge(between: 3, and: 3)
    expectEqual(nowhere, nil, "no edge between a vertex and itself")
    let verdict = try verify(best, of: graph)
    expectEqual(verdict, .minimal, "the tree of weight 19")
    let exchange = try cheapestExchange(in: best, of: graph)
    expectEqual(
      exchange, Exchange(removed: 7, added: 8, increase: 0),
      "ef 6 for df 6 costs nothing; ab for ac or bc and cd for bd cost 1, ce for bd 2")
    let heavy = try verify(SpanningForest(vertexCount: 6, edges: [0, 1, 3, 6, 7]), of: graph)
    expectEqual(heavy, .improvable(removing: 0, adding: 2), "ab 4 is on the way a–b, ca–ab: bc 3 is lighter")
    // A path and one more edge: every exchange takes out an edge of the cycle.
    let ring = try Graph(vertexCount: 3, edges: [Edge(0, 1, 1), Edge(1, 2, 4), Edge(2, 0, 9)])
    let second = try cheapestExchange(in: SpanningForest(vertexCount: 3, edges: [0, 1]), of: ring)
    expectEqual(
      second, Exchange(removed: 1, added: 2, increase: 5), "9 comes, and the *heaviest* of the cycle's others, 4, goes")
    let only = try cheapestExchange(
      in: SpanningForest(vertexCount: 2, edges: [0]),
      of: try Graph(vertexCount: 2, edges: [Edge(0, 1, 2), Edge(1, 1, 0)]))
    expectEqual(only, nil, "a graph whose only other edge is a loop has one spanning tree")
    let parallel = try cheapestExchange(
      in: SpanningForest(vertexCount: 2, edges: [1]),
      of: try Graph(vertexCount: 2, edges: [Edge(0, 1, 2), Edge(0, 1, -1)]))
    expectEqual(parallel, Exchange(removed: 1, added: 0, increase: 3), "a parallel edge makes another tree")
  }

  func test3_HeaviestOnThePath() throws {
    var rng = stream("graphs")
    for kind in GraphKind.allCases {
      for count in [2, 5, 12] {
        let graph = try kind.graph(count, using: &rng)
        // Any forest, not only the minimum one: edges in the order of the list, or from heavy to light.
        for order in [Array(graph.edges.indices), graph.edges.indices.sorted { graph.precedes($1, $0) }] {
          var places: [Int] = []
          for place in order where PlainForests.isForest(count, (places + [place]).map { graph.edges[$0] }) {
            places.append(place)
          }
          let maxima = try PathMaxima(SpanningForest(vertexCount: count, edges: places), in: graph)
          let edges = places.map { graph.edges[$0] }
          for u in 0..<count {
            for v in 0..<count {
              let heaviest = try maxima.heaviestEdge(between: u, and: v)
              let path = PlainForests.path(count, edges, from: u, to: v)
              let want = path?.map { places[$0] }.max(by: graph.precedes)
              expectEqual(heaviest, want, "the last edge on the way from \(u) to \(v) in \(edges) (\(kind.rawValue))")
            }
          }
        }
      }
    }
    // A path whose edges come from one end to the other, and a star: pointers made without a look at sizes form a chain.
    for isStar in [false, true] {
      let edges = (1..<200).map { Edge(isStar ? 0 : $0 - 1, $0, Double($0)) }
      let graph = try Graph(vertexCount: 200, edges: edges)
      let maxima = try PathMaxima(SpanningForest(vertexCount: 200, edges: Array(edges.indices)), in: graph)
      let heights = (0..<200).map { vertex in
        var (here, steps) = (vertex, 0)
        while maxima.parents[here] != here, steps <= 200 { (here, steps) = (maxima.parents[here], steps + 1) }
        return steps
      }
      let height = heights.max() ?? 0
      expect(
        height <= 7, "a vertex is \(height) pointers below its root, but ⌊log₂ 200⌋ = 7: the smaller below the larger")
    }
  }

  func test4_Verdicts() throws {
    let graph = try lessonGraph()
    func verdict(_ places: [Int]) throws -> Verdict {
      try verify(SpanningForest(vertexCount: 6, edges: places), of: graph)
    }
    let cyclic = try verdict([1, 0, 2, 3])
    expectEqual(
      cyclic, .cycle(edge: 2), "ac, ab, bc: the *third* closes the cycle; that it does not span is said later")
    let twice = try verdict([1, 2, 1, 3, 6, 7])
    expectEqual(twice, .cycle(edge: 1), "an edge listed twice closes a cycle of two")
    let missing = try verdict([1, 2, 6, 7])
    expectEqual(missing, .notSpanning(edge: 3), "bd is the first edge of the graph that joins two of the trees")
    let nothing = try verdict([])
    expectEqual(nothing, .notSpanning(edge: 0), "nothing spans only a graph without edges")
    let bothWrong = try verdict([0, 1, 5, 6])
    expectEqual(bothWrong, .notSpanning(edge: 7), "f is missing: that comes before what could be lighter")
    let other = try verdict([1, 2, 3, 6, 8])
    expectEqual(other, .minimal, "ef 6 in the place of df 6 is as light: an edge that is *as heavy* is no fault")
    let mixed = try verdict([8, 3, 2, 6, 1])
    expectEqual(mixed, .minimal, "the order in the list plays no part")
    let parted = try Graph(vertexCount: 4, edges: [Edge(0, 1, 5), Edge(2, 3, 5), Edge(0, 1, 4)])
    let forest = try verify(SpanningForest(vertexCount: 4, edges: [2, 1]), of: parted)
    expectEqual(forest, .minimal, "a forest of a graph in two parts")
    let heavier = try verify(SpanningForest(vertexCount: 4, edges: [0, 1]), of: parted)
    expectEqual(heavier, .improvable(removing: 0, adding: 2), "the parallel edge is lighter")
    let loop = try verify(
      SpanningForest(vertexCount: 2, edges: [0]), of: try Graph(vertexCount: 2, edges: [Edge(0, 0, 1), Edge(0, 1, 1)]))
    expectEqual(loop, .cycle(edge: 0), "a loop is a cycle")

    // What the verdict says can be done makes the forest lighter, and doing it over and over ends in a minimum.
    var rng = stream("graphs")
    for kind in GraphKind.allCases {
      for _ in 0..<4 {
        let graph = try kind.graph(8, using: &rng)
        var places: [Int] = []
        for place in graph.edges.indices
        where PlainForests.isForest(8, (places + [place]).map({ graph.edges[$0] })) {
          places.append(place)
        }
        var steps = 0
        improving: while steps < 200 {
          let verdict = try verify(SpanningForest(vertexCount: 8, edges: places), of: graph)
          guard case .improvable(let removed, let added) = verdict else {
            expectEqual(verdict, .minimal, "a spanning forest without a cycle (\(kind.rawValue))")
            break improving
          }
          guard let index = places.firstIndex(of: removed), !places.contains(added) else {
            expect(false, "\(removed) for \(added) is no exchange in \(places) (\(kind.rawValue))")
            break improving
          }
          expect(
            graph.edges[added].weight < graph.edges[removed].weight, "the new edge must be lighter (\(kind.rawValue))")
          places[index] = added
          guard PlainForests.isForest(8, places.map { graph.edges[$0] }) else {
            expect(false, "\(removed) is not on the path that \(added) closes: a cycle is left (\(kind.rawValue))")
            break improving
          }
          steps += 1
        }
        let weights = places.map { graph.edges[$0].weight }.sorted()
        let want = PlainForests.minimum(graph).map { graph.edges[$0].weight }.sorted()
        expectEqual(
          weights, want, "when nothing can be improved the sorted weights are those of the minimum (\(kind.rawValue))")
      }
    }
  }

  func test5_EverySmallGraph() throws {
    var rng = stream("weights")
    let pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4), (3, 4)]
    var graphs: [Graph] = []
    for count in 2...4 {
      let possible = pairs.filter { $0.1 < count }
      for subset in 0..<(1 << possible.count) {
        let edges = possible.indices.filter { subset >> $0 & 1 == 1 }.map {
          Edge(possible[$0].0, possible[$0].1, Double(rng.integer(below: 4)))
        }
        graphs.append(try Graph(vertexCount: count, edges: edges))
      }
    }
    for _ in 0..<40 {
      let edges = pairs.filter { _ in rng.integer(below: 5) > 0 }.map { Edge($0, $1, Double(rng.integer(below: 6))) }
      graphs.append(try Graph(vertexCount: 5, edges: edges))
    }
    for graph in graphs {
      let forests = PlainForests.all(graph).map { SpanningForest(vertexCount: graph.vertexCount, edges: $0) }
      let weights = forests.map { $0.weight(in: graph) }
      let least = weights.min() ?? 0
      for (forest, weight) in zip(forests, weights) {
        let verdict = try verify(forest, of: graph)
        guard (verdict == .minimal) == (weight == least) else {
          expect(
            false,
            "of all spanning forests of \(graph.edges) the lightest weighs \(least), this one \(weight), and the "
              + "verdict is \(verdict)")
          return
        }
      }
      guard let index = weights.firstIndex(of: least) else { continue }
      var others = weights
      others.remove(at: index)
      let exchange = try cheapestExchange(in: forests[index], of: graph)
      expectEqual(
        exchange.map { least + $0.increase }, others.min(),
        "the lightest of all *other* spanning forests of \(graph.edges)")
      if let exchange {
        let places = forests[index].edges.filter { $0 != exchange.removed } + [exchange.added]
        expect(
          forests.contains { $0.edges == places.sorted() } && places.count == forests[index].edges.count,
          "\(exchange) in \(forests[index].edges) gives no spanning forest of \(graph.edges)")
      }
    }
  }

  func test6_SecondBest() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let n: Int
        let e: [Int]
        let best: Double
        let second: Double?
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("second-best", from: .module)
    for known in content.cases {
      let graph = try Graph(vertexCount: known.n, flat: known.e)
      let best = SpanningForest(vertexCount: known.n, edges: PlainForests.minimum(graph))
      let exchange = try cheapestExchange(in: best, of: graph)
      expectEqual(
        exchange.map { known.best + $0.increase }, known.second,
        "the second tree of networkx's iterator over \(graph.edges)")
    }
    // Of equal increases the earliest edge that comes in.
    let square = try Graph(vertexCount: 4, edges: [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)].map { Edge($0, $1, 2) })
    let exchange = try cheapestExchange(in: SpanningForest(vertexCount: 4, edges: [0, 1, 2]), of: square)
    expectEqual(
      exchange, Exchange(removed: 2, added: 3, increase: 0), "of equal increases that with the earliest new edge")
  }
}
