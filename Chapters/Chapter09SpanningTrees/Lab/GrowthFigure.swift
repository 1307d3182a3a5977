import Chapter09SpanningTrees
import Figures
import Foundation
import LabKit
import Tensors

/// growth: Kruskal, Prim and Borůvka on the same points, frame by frame (exercises 9.2 to 9.4).
struct GrowthFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 9)

  private static let count = 340
  /// Points nearer than this are joined by an edge. No edge of the minimum spanning tree of all pairs is longer.
  private static let reach = 0.16

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let points = spreadPoints()
    let graph = try nearbyPairs(points)
    var queue = try VertexQueue(capacity: graph.vertexCount)
    let kruskal = try kruskal(graph).edges
    let prim = try prim(graph, with: &queue).edges
    let rounds = try boruvka(graph)
    for (name, edges, exercise) in [
      ("kruskal", kruskal, "9.2"), ("prim", prim, "9.3"), ("boruvka", Array(rounds.joined()), "9.4"),
    ] {
      try requireCount(edges.count, Self.count - 1, of: name, exercise: exercise)
    }
    let moments = [60, 120, 200, 280, Self.count - 1]
    var roundEnds: [Int] = []
    for round in rounds { roundEnds.append((roundEnds.last ?? 0) + round.count) }
    // Five frames: the first four rounds and the last.
    let shown = roundEnds.count <= 5 ? roundEnds : Array(roundEnds.prefix(4)) + [roundEnds[roundEnds.count - 1]]
    let rows = [
      frames(kruskal, after: moments, points: points, graph: graph, name: "Kruskal"),
      frames(prim, after: moments, points: points, graph: graph, name: "Prim"),
      shown.map { end -> ForestFrame in
        let round = (roundEnds.firstIndex(of: end) ?? 0) + 1
        return ForestFrame(
          title: "Borůvka, round \(round): \(end) edges", points: points, graph: graph,
          edges: Array(rounds.joined().prefix(end)))
      },
    ]
    let grid = Page(FigureGrid(rows, gap: 14))
    try writer.write(
      grid.image(width: 1500, height: 990, scale: 1.5), as: "growth", kind: .exact,
      metrics: ["weight": SpanningForest(vertexCount: Self.count, edges: kruskal).weight(in: graph)])
    let weights = [kruskal, prim, Array(rounds.joined())].map {
      SpanningForest(vertexCount: Self.count, edges: $0).weight(in: graph)
    }
    let isSame = Set(kruskal) == Set(prim) && Set(kruskal) == Set(rounds.joined())
    return TextTable(
      ["\(graph.vertexCount) vertices, \(graph.edges.count) edges", "weight", "work", "same edges"],
      [
        [
          "Kruskal", NumberText.fixed(weights[0], digits: 6), "\(graph.edges.count) edges sorted",
          isSame ? "yes" : "NO",
        ],
        ["Prim", NumberText.fixed(weights[1], digits: 6), "\(queue.comparisons) comparisons", isSame ? "yes" : "NO"],
        ["Borůvka", NumberText.fixed(weights[2], digits: 6), "\(rounds.count) rounds", isSame ? "yes" : "NO"],
      ])
  }

  private func frames(
    _ edges: [Int], after moments: [Int], points: [[Double]], graph: Graph, name: String
  ) -> [ForestFrame] {
    moments.map { moment in
      ForestFrame(title: "\(name): \(moment) edges", points: points, graph: graph, edges: Array(edges.prefix(moment)))
    }
  }

  /// Points of the unit square, none too near to another.
  private func spreadPoints() -> [[Double]] {
    var rng = random.stream("points")
    var points: [[Double]] = []
    while points.count < Self.count {
      let point = [rng.nextUniform(), rng.nextUniform()]
      let isFree = points.allSatisfy { hypot($0[0] - point[0], $0[1] - point[1]) > 0.028 }
      if isFree { points.append(point) }
    }
    return points
  }

  private func nearbyPairs(_ points: [[Double]]) throws -> Graph {
    var edges: [Edge] = []
    for u in points.indices {
      for v in u + 1..<max(points.count, u + 1) {
        let distance = hypot(points[u][0] - points[v][0], points[u][1] - points[v][1])
        if distance < Self.reach { edges.append(Edge(u, v, distance)) }
      }
    }
    return try Graph(vertexCount: points.count, edges: edges)
  }
}

/// Some edges of a graph between its points in the unit square, each tree in a colour of its own.
struct ForestFrame: Drawable {
  let title: String
  let points: [[Double]]
  let graph: Graph
  let edges: [Int]

  static let night = Color(hex: 0x101820)

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      title, at: Point(rectangle.midX, rectangle.y + 4), size: 14, isBold: true, horizontal: .center, vertical: .top)
    let side = min(rectangle.width, rectangle.height - 26)
    let frame = Rectangle(x: rectangle.midX - side / 2, y: rectangle.y + 26, width: side, height: side)
    canvas.fill(frame, color: Self.night)
    func place(_ point: [Double]) -> Point {
      Point(frame.x + side * (0.03 + 0.94 * point[0]), frame.y + side * (0.03 + 0.94 * point[1]))
    }
    var components = ComponentLabels(count: points.count)
    for edge in edges { components.unite(graph.edges[edge].u, graph.edges[edge].v) }
    for edge in edges {
      let (u, v) = (graph.edges[edge].u, graph.edges[edge].v)
      canvas.line(
        from: place(points[u]), to: place(points[v]), color: Self.color(of: components, u, count: points.count),
        width: 2.4)
    }
    for vertex in points.indices {
      let isAlone = components.size(of: vertex) == 1
      canvas.disc(
        at: place(points[vertex]), radius: isAlone ? 1.3 : 1.9,
        color: isAlone ? Color(hex: 0x77828e) : Self.color(of: components, vertex, count: points.count))
    }
  }

  /// By the component's label, which stays that of its larger part while it grows; gold from half of the points on.
  private static func color(of components: ComponentLabels, _ vertex: Int, count: Int) -> Color {
    let size = components.size(of: vertex)
    if 2 * size > count { return Color(hex: 0xffd166) }
    let bright: [UInt32] = [0xef6f6c, 0x4cc9f0, 0x80ed99, 0xc77dff, 0xff9f1c, 0x5fa8ff, 0xf28482, 0x2ec4b6]
    return Color(hex: bright[components.label(of: vertex) % bright.count])
  }
}
