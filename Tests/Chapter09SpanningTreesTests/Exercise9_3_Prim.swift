import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

final class Exercise9_3_Prim: ExerciseTestCase {
  func test1_EmptyAndRefusals() throws {
    for count in [0, 1, 4] {
      let forest = try prim(try Graph(vertexCount: count, edges: []))
      expectEqual(forest, SpanningForest(vertexCount: count), "\(count) vertices without edges: a forest without edges")
    }
    let loops = try prim(try Graph(vertexCount: 2, edges: [Edge(0, 0, -5), Edge(1, 1, 0), Edge(0, 1, 3)]))
    expectEqual(loops.edges, [2], "self-loops lead nowhere")
    let graph = try lessonGraph()
    var small = try VertexQueue(capacity: 5)
    try expectRefusal("a queue for five of six vertices") { _ = try prim(graph, with: &small) }
    var used = try VertexQueue(capacity: 6)
    try used.offer(3, weight: 1, edge: 0)
    try expectRefusal("a queue in which somebody waits") { _ = try prim(graph, with: &used) }
    var large = try VertexQueue(capacity: 50)
    let forest = try prim(graph, with: &large)
    expectEqual(forest.vertexCount, 6, "the forest has the graph's vertices, not the queue's")
    expect(large.isEmpty, "in the end nobody waits")
  }

  func test2_ByHand() throws {
    let graph = try lessonGraph()
    let forest = try prim(graph)
    expectEqual(
      forest.edges, [1, 2, 3, 6, 7],
      "from a: ac 3, then cb 3, bd 5, de 2, df 6 — the weight of *one edge*, not the length of the path from a, "
        + "which would "
        + "give ac, ab, bd, ce, df")
    let parts = try Graph(vertexCount: 7, edges: [Edge(5, 6, 1), Edge(1, 3, 4), Edge(3, 1, 2), Edge(0, 4, 9)])
    let parted = try prim(parts)
    expectEqual(
      parted.edges, [3, 2, 0], "0 with 4, then a new tree from 1, then 2 alone, then 5 with 6: a forest, not one tree")
    let late = try Graph(vertexCount: 3, edges: [Edge(0, 1, 5), Edge(0, 2, 1), Edge(2, 1, 2)])
    let better = try prim(late)
    expectEqual(
      better.edges, [1, 2], "1 waits with 5 and is then offered 2: the lighter edge replaces the heavier one")
  }

  func test3_AgainstReverseDelete() throws {
    var rng = stream("graphs")
    try expectReverseDelete(&rng) { graph in
      let forest = try prim(graph)
      return forest.edges
    }
  }

  func test4_AgainstNetworkx() throws {
    try expectNetworkxWeights { graph in
      let forest = try prim(graph)
      return forest.edges
    }
  }

  func test5_OneTreeThatGrows() throws {
    var rng = stream("graphs")
    for kind in GraphKind.allCases {
      for count in [3, 8, 20] {
        let graph = try kind.graph(count, using: &rng)
        let forest = try prim(graph)
        // The same by looking at all edges each time.
        var isIn = [Bool](repeating: false, count: count)
        var want: [Int] = []
        for start in 0..<count where !isIn[start] {
          isIn[start] = true
          while let next = graph.edges.indices.filter({ isIn[graph.edges[$0].u] != isIn[graph.edges[$0].v] })
            .min(by: graph.precedes)
          {
            isIn[graph.edges[next].u] = true
            isIn[graph.edges[next].v] = true
            want.append(next)
          }
        }
        expectEqual(
          forest.edges, want,
          "each time the first of the edges that lead out of the tree, begun at the lowest vertex (\(kind.rawValue), "
            + "\(count) vertices)")
      }
    }
  }

  func test6_Comparisons() throws {
    var rng = stream("graphs")
    for kind in GraphKind.allCases {
      for count in [1, 10, 64, 120] {
        let graph = try kind.graph(count, using: &rng)
        var queue = try VertexQueue(capacity: count)
        _ = try prim(graph, with: &queue)
        expectEqual(queue.removals, count, "each of the \(count) vertices comes out once (\(kind.rawValue))")
        var levels = 0
        while 1 << (2 * levels) < count { levels += 1 }
        let edges = graph.edges.count { !$0.isLoop }
        let bound = edges * (1 + levels) + count * 4 * levels
        expect(
          queue.comparisons <= bound,
          "\(queue.comparisons) comparisons, but \(edges) offers and \(count) removals take at most "
            + "m(1 + ⌈log₄ n⌉) + 4n⌈log₄ n⌉ = \(bound) (\(kind.rawValue))")
      }
    }
  }
}
