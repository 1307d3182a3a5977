import Chapter09SpanningTrees
import ExerciseTesting
import Foundation
import Tensors

final class Exercise9_9_RandomTrees: ExerciseTestCase {
  private struct Content: Decodable {
    struct Count: Decodable {
      let name: String
      let n: Int
      let e: [Int]
      let count: Int
    }
    struct Log: Decodable {
      let width, height: Int
      let log: Double
    }
    struct Law: Decodable {
      let tree: [Int]
      let orders: Int
    }
    struct Steps: Decodable {
      let width, height, root: Int
      let steps: Double
    }
    let counts: [Count]
    let logs: [Log]
    let law: [Law]
    let steps: [Steps]
  }

  private func content() throws -> Content { try Fixture.load("counting", from: .module) }

  /// A triangle with one edge doubled and a loop: five spanning trees.
  private func triangle() throws -> Graph {
    try Graph(vertexCount: 3, edges: [(0, 1), (1, 1), (1, 0), (1, 2), (2, 0)].map { Edge($0, $1, 1) })
  }

  func test1_Refusals() throws {
    var rng = stream("walk")
    let parted = try Graph(vertexCount: 4, edges: [Edge(0, 1, 1), Edge(2, 3, 1)])
    try expectRefusal("a graph in two parts") { _ = try wilson(parted, using: &rng) }
    let grid = try Graph.grid(width: 3, height: 2)
    for root in [-1, 6] { try expectRefusal("the root \(root)") { _ = try wilson(grid, root: root, using: &rng) } }
    try expectRefusal("a graph without vertices") {
      _ = try logSpanningTreeCount(try Graph(vertexCount: 0, edges: []))
    }
    let forest = try randomKruskal(parted, using: &rng)
    expectEqual(forest.edges.sorted(), [0, 1], "random Kruskal finds a forest of a graph in two parts")
    let none = try logSpanningTreeCount(parted)
    expectEqual(none, -.infinity, "a graph in two parts has no spanning tree: log 0")
    let dot = try Graph(vertexCount: 1, edges: [Edge(0, 0, 1)])
    let alone = try logSpanningTreeCount(dot)
    expectEqual(alone, 0, "a single vertex is a spanning tree: log 1")
    let walk = try wilson(dot, using: &rng)
    expectEqual(walk.edges, [], "and has no edge")
  }

  func test2_ByHand() throws {
    let triangle = try Graph(vertexCount: 3, edges: [Edge(0, 1, 1), Edge(1, 2, 1), Edge(2, 0, 1)])
    // From 1: to 2, back to 1 (a loop, forgotten), to 0. From 2: to 1, which is in the tree.
    var looping = ScriptedGenerator(choices: [(1, 2), (0, 2), (0, 2), (0, 2)])
    let first = try wilson(triangle, using: &looping)
    expectEqual(
      first.edges, [0, 1],
      "1 → 2 → 1 → 0, then 2 → 1: the loop is forgotten, each vertex is left for good by its *last* exit")
    expectEqual(looping.asked, 4, "one random number a step of the walk")
    var straight = ScriptedGenerator(choices: [(1, 2), (1, 2)])
    let second = try wilson(triangle, using: &straight)
    expectEqual(second.edges, [1, 2], "1 → 2 → 0: the whole way is added, and from 2 nobody walks any more")
    expectEqual(straight.asked, 2, "one random number a step of the walk")
    var rooted = ScriptedGenerator(choices: [(1, 2), (0, 2), (0, 2)])
    let third = try wilson(triangle, root: 1, using: &rooted)
    expectEqual(third.edges, [2, 1], "with the root 1, from 0: 0 → 2 → 1")

    let square = try logSpanningTreeCount(try Graph.grid(width: 2, height: 2))
    expectClose(square, log(4), relative: 1e-13, "a ring of four: leave out one of four edges")
    let diagonal = try logSpanningTreeCount(
      try Graph(vertexCount: 4, edges: [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)].map { Edge($0, $1, 1) }))
    expectClose(diagonal, log(8), relative: 1e-13, "a square with a diagonal: 4 trees without it, 2 · 2 with it")
    let weighted = try logSpanningTreeCount(try Graph(vertexCount: 2, edges: [Edge(0, 1, 5), Edge(1, 0, 3)]))
    expectClose(weighted, log(2), relative: 1e-13, "two parallel edges are two trees; weights play no part")
    let five = try logSpanningTreeCount(try self.triangle())
    expectClose(five, log(5), relative: 1e-13, "a triangle with one edge doubled and a loop: a loop is in no tree")
    let lesson = try logSpanningTreeCount(try lessonGraph())
    expectClose(lesson, log(55), relative: 1e-13, "the lesson's graph has 55 spanning trees")
  }

  func test3_Kirchhoff() throws {
    let content = try content()
    for known in content.counts {
      let graph = try Graph(vertexCount: known.n, pairs: known.e)
      let logarithm = try logSpanningTreeCount(graph)
      expectEqual(exp(logarithm).rounded(), Double(known.count), "the spanning trees of \(known.name), by networkx")
    }
    for known in content.logs {
      let logarithm = try logSpanningTreeCount(try Graph.grid(width: known.width, height: known.height))
      expectClose(
        logarithm, known.log, relative: 1e-10,
        "the logarithm for a grid of \(known.width) × \(known.height): add logarithms, the determinant itself may "
          + "overflow"
      )
    }
    var rng = stream("graphs")
    let cayley = try logSpanningTreeCount(try GraphKind.complete.graph(180, using: &rng))
    expectClose(
      cayley, 178 * log(180), relative: 1e-10,
      "Cayley: nⁿ⁻² for the complete graph of n = 180; the determinant itself overflows, its logarithm does not")
    for kind in [GraphKind.sparse, .parallel, .dense, .tree] {
      for count in [2, 3, 4, 5] {
        let graph = try kind.graph(count, using: &rng)
        guard graph.edges.count < 16, PlainForests.componentCount(count, graph.edges) == 1 else { continue }
        let logarithm = try logSpanningTreeCount(graph)
        expectEqual(
          exp(logarithm).rounded(), Double(PlainForests.all(graph).count), "by listing all trees of \(graph.edges)")
      }
    }
  }

  func test4_PerfectMazes() throws {
    var rng = stream("mazes")
    var graphs = [try Graph.grid(width: 1, height: 1), try Graph.grid(width: 7, height: 1), try triangle()]
    graphs += [try Graph.grid(width: 12, height: 9), try Graph.grid(width: 6, height: 6, hasDiagonals: true)]
    graphs += [try GraphKind.complete.graph(15, using: &rng), try GraphKind.tree.graph(15, using: &rng)]
    for graph in graphs {
      let root = rng.integer(below: graph.vertexCount)
      let walked = try wilson(graph, root: root, using: &rng)
      let taken = try randomKruskal(graph, using: &rng)
      for (name, forest) in [("Wilson", walked), ("random Kruskal", taken)] {
        expectEqual(forest.vertexCount, graph.vertexCount, "\(name): all vertices")
        expectEqual(forest.edges.count, graph.vertexCount - 1, "\(name): n − 1 openings")
        guard forest.edges.allSatisfy(graph.edges.indices.contains) else {
          expect(false, "\(name): the places \(forest.edges) are not all edges of the graph")
          continue
        }
        let edges = forest.edges.map { graph.edges[$0] }
        expect(PlainForests.isForest(graph.vertexCount, edges), "\(name): a maze without a way round")
        expectEqual(PlainForests.componentCount(graph.vertexCount, edges), 1, "\(name): every cell can be reached")
      }
      // Wilson's edges come walk by walk, from the start to the tree.
      var isIn = [Bool](repeating: false, count: graph.vertexCount)
      isIn[root] = true
      var index = 0
      for start in 0..<graph.vertexCount where !isIn[start] {
        var here = start
        var way: [Int] = []
        while !isIn[here], index < walked.edges.count, way.count <= graph.vertexCount {
          let edge = graph.edges[walked.edges[index]]
          guard edge.u == here || edge.v == here else { break }
          way.append(here)
          here = edge.u == here ? edge.v : edge.u
          index += 1
        }
        guard isIn[here] else {
          expect(false, "the way from \(start) does not lead to the tree, edge by edge: \(walked.edges)")
          break
        }
        for vertex in way { isIn[vertex] = true }
      }
      expectEqual(index, walked.edges.count, "Wilson: the ways of all walks together are the tree")
    }
  }

  func test5_WilsonIsUniform() throws {
    var rng = stream("walks")
    let grid = try Graph.grid(width: 3, height: 2)
    let trees = PlainForests.all(grid)
    expectEqual(trees.count, 15, "the grid of 3 × 2 has 15 spanning trees")
    for root in [0, 4] {
      try expectUniform(trees, draws: 9000, limit: 45, "the grid of 3 × 2 from the root \(root)") {
        try wilson(grid, root: root, using: &rng)
      }
    }
    let triangle = try triangle()
    for root in 0..<3 {
      try expectUniform(
        PlainForests.all(triangle), draws: 3000, limit: 26,
        "a triangle with one edge doubled, from the root \(root): parallel edges are different ways"
      ) {
        try wilson(triangle, root: root, using: &rng)
      }
    }
  }

  func test6_KruskalIsNot() throws {
    // All 7! ways in which `shuffled` can come out, each once.
    let grid = try Graph.grid(width: 3, height: 2)
    var wins: [[Int]: Int] = [:]
    for number in 0..<5040 {
      var rest = number
      var choices: [(choice: Int, count: Int)] = []
      for count in stride(from: 7, to: 1, by: -1) {
        choices.append((rest % count, count))
        rest /= count
      }
      var generator = ScriptedGenerator(choices: choices)
      let forest = try randomKruskal(grid, using: &generator)
      wins[forest.edges.sorted(), default: 0] += 1
    }
    for known in try content().law {
      expectEqual(
        wins[known.tree], known.orders,
        "of the 5,040 orders of the edges so many give the tree \(known.tree): 300 are 5/84, 360 are 1/14, and uniform "
          + "would be 336")
    }
    expectEqual(wins.count, 15, "every tree comes, and nothing else")
    var generator = ScriptedGenerator([])
    let path = try randomKruskal(try Graph.grid(width: 4, height: 1), using: &generator)
    expectEqual(path.edges.sorted(), [0, 1, 2], "a path has one spanning tree")
  }

  func test7_Steps() throws {
    let content = try content()
    for known in content.steps {
      let grid = try Graph.grid(width: known.width, height: known.height)
      let runs = known.width * known.height > 20 ? 150 : 1500
      var generator = CountingGenerator(stream("walks \(known.width) \(known.root)"))
      var numbers: [Double] = []
      for _ in 0..<runs {
        let before = generator.asked
        _ = try wilson(grid, root: known.root, using: &generator)
        numbers.append(Double(generator.asked - before))
      }
      let mean = numbers.reduce(0, +) / Double(runs)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(runs - 1)
      let error = max(1e-9, (variance / Double(runs)).squareRoot())
      expectClose(
        mean, known.steps, absolute: 5 * error,
        "steps on a grid of \(known.width) × \(known.height) with the root \(known.root), the mean of \(runs) "
          + "runs; the law says "
          + "Σ deg(v) (L'⁻¹)_vv. Far more: the walk goes on after it has met the tree")
    }
  }

  /// Each tree comes as often as every other: χ² with a limit that chance passes once in ten thousand times.
  private func expectUniform(
    _ trees: [[Int]], draws: Int, limit: Double, _ said: String, draw: () throws -> SpanningForest
  ) throws {
    var counts: [[Int]: Int] = [:]
    for _ in 0..<draws {
      let forest = try draw()
      counts[forest.edges.sorted(), default: 0] += 1
    }
    let expected = Double(draws) / Double(trees.count)
    let square = trees.reduce(0.0) { sum, tree in
      let difference = Double(counts[tree] ?? 0) - expected
      return sum + difference * difference / expected
    }
    expectEqual(trees.reduce(0) { $0 + (counts[$1] ?? 0) }, draws, "\(said): only spanning trees")
    expect(
      square < limit,
      "\(said): χ² = \(square) over \(trees.count) trees in \(draws) draws, but uniform draws stay below \(limit): "
        + "\(trees.map { counts[$0] ?? 0 })")
  }
}
