import Chapter09SpanningTrees
import ExerciseTesting
import Tensors

final class Exercise9_8_Segmentation: ExerciseTestCase {
  /// A row of pixels, each joined with the next.
  private func row(_ pixels: [Double]) throws -> Graph {
    try Graph(
      vertexCount: pixels.count,
      edges: (1..<max(1, pixels.count)).map { Edge($0 - 1, $0, abs(pixels[$0] - pixels[$0 - 1])) })
  }

  func test1_EmptyAndRefusals() throws {
    let empty = try segment(try Graph(vertexCount: 0, edges: []), scale: 1)
    expectEqual(empty, [], "no pixel, no segment")
    let alone = try segment(try Graph(vertexCount: 3, edges: []), scale: 100, minimumSize: 3)
    expectEqual(alone, [0, 1, 2], "without edges nothing can be joined, also not for being small")
    let graph = try row([1, 2, 3])
    for scale in [-1, .nan, .infinity] {
      try expectRefusal("a scale of \(scale)") { _ = try segment(graph, scale: scale) }
    }
    try expectRefusal("a minimum size of −1") { _ = try segment(graph, scale: 1, minimumSize: -1) }
    try expectRefusal("a negative difference") {
      _ = try segment(try Graph(vertexCount: 2, edges: [Edge(0, 1, -1)]), scale: 1)
    }
  }

  func test2_ByHand() throws {
    let halves = try segment(try row([10, 11, 12, 40, 41]), scale: 10)
    expectEqual(
      halves, [0, 0, 0, 1, 1], "28 is more than 1 + 10/3 and 1 + 10/2: two segments, numbered by their first vertices")
    let whole = try segment(try row([10, 11, 12, 40, 41]), scale: 81)
    expectEqual(whole, [0, 0, 0, 0, 0], "1 + 81/3 = 28 on the left, 1 + 81/2 on the right: 28 ≤ both, exactly")
    let less = try segment(try row([10, 11, 12, 40, 41]), scale: 80)
    expectEqual(
      less, [0, 0, 0, 1, 1], "1 + 80/3 < 28: *one* of the two refuses, and that is enough: the minimum of both")
    let none = try segment(try row([5, 5, 6, 6]), scale: 0)
    expectEqual(none, [0, 0, 1, 1], "k = 0: only differences of 0 are no more than Int = 0")
    // Rough against smooth: a step of 6 is nothing on the left, where 5 is usual, and much on the right.
    let rough = try segment(try row([0, 5, 0, 5, 0, 6, 6, 6, 6, 6]), scale: 5)
    expectEqual(
      rough, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
      "Int on the left is 5, its *heaviest* edge, and 6 ≤ 5 + 5/5; the right one has Int = 0 and 6 > 0 + 5/5: it "
        + "refuses"
    )
    // Larger k need not give fewer segments.
    let graph = try Graph(
      vertexCount: 6, edges: [Edge(1, 4, 1), Edge(0, 1, 3), Edge(1, 2, 7), Edge(2, 3, 11), Edge(2, 5, 11)])
    let few = try segment(graph, scale: 11)
    expectEqual(few, [0, 0, 1, 1, 0, 1], "k = 11: {0, 1, 4} refuses 7 > 3 + 11/3, and 2 takes 3 and 5: two segments")
    let more = try segment(graph, scale: 12)
    expectEqual(
      more, [0, 0, 0, 1, 0, 2],
      "k = 12: {0, 1, 4} takes 2, for 7 ≤ 3 + 12/3, and then refuses 11 > 7 + 12/4: *three* segments")
  }

  func test3_AgainstTheDefinition() throws {
    var rng = stream("graphs")
    for kind in GraphKind.allCases where ![.negative, .extreme].contains(kind) {
      for count in [1, 2, 5, 9] {
        let graph = try kind.graph(count, using: &rng)
        for scale in [0, 2, 60, 1500] as [Double] {
          let labels = try segment(graph, scale: scale)
          let want = byDefinition(graph, scale: scale)
          expectEqual(
            labels, want,
            "the segments of \(graph.edges) for k = \(scale), with Int computed as the heaviest edge of each "
              + "component's minimum spanning tree")
        }
      }
    }
  }

  func test4_AgainstSkimage() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let width, height: Int
        let k: Double
        let minSize: Int
        let pixels: [Double]
        let labels: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("segmentation", from: .module)
    for known in content.cases {
      let picture = try Raster(width: known.width, height: known.height, values: known.pixels)
      let labels = try felzenszwalb(picture, scale: known.k, minimumSize: known.minSize)
      expectEqual(
        labels, known.labels,
        "\(known.width) × \(known.height) pixels, k = \(known.k), at least \(known.minSize): as scikit-image")
    }
  }

  func test5_NotTooFine() throws {
    // Felzenszwalb and Huttenlocher's theorem 1: between any two segments the lightest edge is heavier than MInt.
    var rng = stream("graphs")
    for kind in GraphKind.allCases where ![.negative, .extreme].contains(kind) {
      for scale in [3, 60, 900] as [Double] {
        let graph = try kind.graph(14, using: &rng)
        let labels = try segment(graph, scale: scale)
        let whole = PlainForests.components(14, graph.edges)
        let inside = graph.edges.filter { labels[$0.u] == labels[$0.v] }
        let connected = PlainForests.components(14, inside)
        for a in 0..<14 {
          for b in 0..<a where labels[a] == labels[b] && connected[a] != connected[b] {
            expect(false, "\(a) and \(b) are in one segment that does not hang together (\(kind.rawValue))")
            return
          }
        }
        expectEqual(
          Set(zip(labels, whole).map { "\($0) \($1)" }).count, Set(labels).count,
          "no segment reaches over two components of the graph (\(kind.rawValue))")
        for edge in graph.edges where labels[edge.u] != labels[edge.v] {
          let limit = min(
            tolerance(labels, labels[edge.u], graph, scale), tolerance(labels, labels[edge.v], graph, scale))
          expect(
            edge.weight > limit,
            "\(edge) joins two segments, and \(edge.weight) ≤ MInt = \(limit): there was no evidence for a boundary")
        }
      }
    }
  }

  func test6_MinimumSize() throws {
    let graph = try row([0, 0, 0, 9, 20, 20, 20])
    let small = try segment(graph, scale: 1)
    expectEqual(small, [0, 0, 0, 1, 2, 2, 2], "without a minimum size the lonely 9 is a segment")
    let joined = try segment(graph, scale: 1, minimumSize: 2)
    expectEqual(joined, [0, 0, 0, 0, 1, 1, 1], "it joins the neighbour that differs less: edges in rising order")
    let three = try segment(graph, scale: 1, minimumSize: 3)
    expectEqual(three, joined, "segments of 4 and 3 are large enough: fewer *than* the minimum is small")
    let four = try segment(graph, scale: 1, minimumSize: 4)
    expectEqual(four, [0, 0, 0, 0, 0, 0, 0], "3 < 4: *one* of the two is too small, and that is enough")
    var rng = stream("graphs")
    for kind in GraphKind.allCases where ![.negative, .extreme].contains(kind) {
      for minimum in [0, 1, 2, 5] {
        let graph = try kind.graph(16, using: &rng)
        let fine = try segment(graph, scale: 40)
        let labels = try segment(graph, scale: 40, minimumSize: minimum)
        let whole = PlainForests.components(16, graph.edges)
        for vertex in 0..<16 {
          let size = labels.count { $0 == labels[vertex] }
          let most = whole.count { $0 == whole[vertex] }
          expect(
            size >= min(minimum, most),
            "a segment of \(size), but at least \(minimum) of the \(most) that are connected were asked for "
              + "(\(kind.rawValue))"
          )
        }
        expectEqual(
          Set(zip(fine, labels).map { "\($0) \($1)" }).count, Set(fine).count,
          "a minimum size only joins segments, and cuts none (\(kind.rawValue))")
        if minimum < 2 { expectEqual(labels, fine, "a minimum of \(minimum) does nothing") }
      }
    }
    // Colours: the distance of two pixels is Euclidean over the channels.
    let picture = try Raster(width: 3, height: 1, channels: 3, values: [0, 0, 0, 3, 4, 0, 3, 4, 12])
    let colours = try felzenszwalb(picture, scale: 5)
    expectEqual(colours, [0, 0, 1], "distances 5 and 12: the first is no more than k = 5")
  }

  /// Int(C) + k/|C|, by the heaviest edge of the minimum spanning tree of the vertices with this label.
  private func tolerance(_ labels: [Int], _ label: Int, _ graph: Graph, _ scale: Double) -> Double {
    let inside = graph.edges.filter { labels[$0.u] == label && labels[$0.v] == label }
    let size = labels.count { $0 == label }
    var heaviest = 0.0
    var kept: [Edge] = []
    for edge in inside.sorted(by: { $0.weight < $1.weight }) where PlainForests.isForest(labels.count, kept + [edge]) {
      kept.append(edge)
      heaviest = edge.weight
    }
    return heaviest + scale / Double(size)
  }

  /// Algorithm 1 of the paper, with everything computed anew for every edge.
  private func byDefinition(_ graph: Graph, scale: Double) -> [Int] {
    var labels = Array(0..<graph.vertexCount)
    for place in graph.edges.indices.sorted(by: graph.precedes) {
      let edge = graph.edges[place]
      let (a, b) = (labels[edge.u], labels[edge.v])
      if a != b, edge.weight <= min(tolerance(labels, a, graph, scale), tolerance(labels, b, graph, scale)) {
        labels = labels.map { $0 == b ? a : $0 }
      }
    }
    var numbers: [Int: Int] = [:]
    for label in labels where numbers[label] == nil { numbers[label] = numbers.count }
    return labels.compactMap { numbers[$0] }
  }
}
