import Chapter10TreeTraversal
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// reverse-mode: the graph that the course's own differentiation records for a loss, in post-order (exercise 10.8).
struct ReverseModeFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 10)

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let loss = residualLoss(blocks: 2)
    guard let graph = loss.recordedGraph else { throw LabError("the loss was not recorded") }
    let order = try Self.order(of: graph)
    let drawing = GraphDrawing(
      title: "The loss of a small residual network in post-order; the backward sweep goes from \(order.count) to 1",
      graph: graph, order: order)
    try writer.write(drawing.image(width: 1640, height: 640, scale: 1.5), as: "reverse-mode", kind: .exact)
    return try table()
  }

  /// A regression with a residual network that uses the same weights in every block:
  /// h ← h + tanh(hW + b), the loss is the mean squared error, and W is held small.
  private func residualLoss(blocks: Int) -> Tensor {
    var rng = random.stream("loss")
    let (x, y) = (Tensor.normal([8, 2], using: &rng), Tensor.normal([8, 1], using: &rng))
    let first = Tensor.normal([2, 4], using: &rng).tracked()
    let weight = (Tensor.normal([4, 4], using: &rng) * 0.5).tracked()
    let bias = Tensor.zeros([4]).tracked()
    let last = Tensor.normal([4, 1], using: &rng).tracked()
    var h = matmul(x, first)
    for _ in 0..<blocks { h = h + tanh(matmul(h, weight) + bias) }
    return square(matmul(h, last) - y).mean() + square(weight).mean() * 0.01
  }

  private static func order(of graph: RecordedGraph) throws -> [Int] {
    let order = try topologicalOrder(of: [0], nodeCount: graph.nodes.count) { graph.nodes[$0].inputs }
    try requireEveryNode(order, of: graph.nodes.count, "topologicalOrder", exercise: "10.8")
    return order
  }

  // MARK: - Nodes and ways

  private func table() throws -> TextTable {
    let rows = try [1, 2, 4, 8, 16, 32, 64].map { blocks -> [String] in
      guard let graph = residualLoss(blocks: blocks).recordedGraph else { throw LabError("the loss was not recorded") }
      return [
        "\(blocks)", "\(graph.nodes.count)", "\(graph.nodes.reduce(0) { $0 + $1.inputs.count })",
        try Self.callsOfATreeRecursion(graph).short,
      ]
    }
    return TextTable(["blocks", "nodes", "links, each swept once", "calls if it is walked as a tree"], rows)
  }

  /// How often a recursion without marks would enter a node: the number of all ways from the output to any node. If
  /// every link has the derivative 1, a node's derivative is the number of ways that lead to it.
  private static func callsOfATreeRecursion(_ graph: RecordedGraph) throws -> Double {
    var tape = Tape()
    var places = [Int](repeating: 0, count: graph.nodes.count)
    let order = try order(of: graph)
    for node in order {
      let inputs = graph.nodes[node].inputs.map { places[$0] }
      places[node] = try tape.record(0, inputs: inputs, partials: inputs.map { _ in 1 })
    }
    let ways = try gradients(of: places[0], on: tape, order: Array(0..<order.count))
    return ways.reduce(0, +)
  }
}

/// A recorded graph in layers, each node with its place in an order.
private struct GraphDrawing: Drawable {
  var title: String
  var graph: RecordedGraph
  var order: [Int]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 20), size: 15, isBold: true, horizontal: .center)
    let layout = GraphLayout(inputs: graph.nodes.map(\.inputs), order: order)
    let area = rectangle.inset(left: 56, top: 66, right: 56, bottom: 66)
    let column = area.width / Double(max(1, layout.layerCount - 1))
    let places = layout.ways.joined().joined().map(\.place) + layout.place
    let (low, high) = (places.min() ?? 0, places.max() ?? 1)
    let row = area.height / max(1, high - low)
    func point(_ layer: Double, _ place: Double) -> Point {
      Point(area.x + column * layer, area.y + row * (place - low))
    }
    var rank = [Int](repeating: 0, count: order.count)
    for (time, node) in order.enumerated() { rank[node] = time + 1 }

    for (node, ways) in layout.ways.enumerated() {
      let target = point(Double(layout.layer[node]), layout.place[node])
      for (index, way) in ways.enumerated() {
        let bend =
          graph.nodes[node].inputs.count > 1 && Set(graph.nodes[node].inputs).count == 1
          ? (index == 0 ? -14.0 : 14.0) : 0
        let points = Self.smooth(way.map { point($0.layer, $0.place) }, bend: bend)
        canvas.stroke(points, color: Color.softInk.opacity(0.7), width: 1.5)
        // The head of the arrow ends at the rim of the node.
        let before = points[max(0, points.count - 4)]
        let (dx, dy) = (target.x - before.x, target.y - before.y)
        let length = max(1e-9, (dx * dx + dy * dy).squareRoot())
        let tip = Point(target.x - dx / length * 20, target.y - dy / length * 20)
        canvas.arrow(
          from: Point(tip.x - dx / length * 9, tip.y - dy / length * 9), to: tip, color: .softInk, width: 1.5, head: 9)
      }
    }
    for (node, info) in graph.nodes.enumerated() {
      let center = point(Double(layout.layer[node]), layout.place[node])
      let color = ColorMap.viridis.color(Double(rank[node] - 1) / Double(max(1, order.count - 1)))
      canvas.disc(at: center, radius: 19, color: .frame)
      canvas.disc(at: center, radius: 18, color: color)
      canvas.text(
        "\(rank[node])", at: center, color: color.isDark ? .white : .ink, size: 15, isBold: true, horizontal: .center,
        vertical: .middle)
      let name = info.operation == "tracked" ? "parameter" : info.operation
      let shape = info.shape.isEmpty ? "" : info.shape.map { "\($0)" }.joined(separator: "×")
      Self.write(name, at: Point(center.x, center.y - 27), on: &canvas, isBold: true)
      if !shape.isEmpty { Self.write(shape, at: Point(center.x, center.y + 28), on: &canvas, isBold: false) }
    }
  }

  /// A word on a white ground, so that links that pass below do not cross it out.
  private static func write(_ text: String, at center: Point, on canvas: inout Canvas, isBold: Bool) {
    let size = Canvas.measure(text, size: 13)
    canvas.fill(
      Rectangle(x: center.x - size.width / 2 - 2, y: center.y - 8, width: size.width + 4, height: 16),
      color: Color.white.opacity(0.85))
    canvas.text(
      text, at: center, color: isBold ? .ink : .softInk, size: 13, isBold: isBold, horizontal: .center,
      vertical: .middle)
  }

  /// A curve through points that leaves and arrives level.
  private static func smooth(_ points: [Point], bend: Double) -> [Point] {
    var result: [Point] = []
    for (start, end) in zip(points, points.dropFirst()) {
      for step in 0...16 {
        let t = Double(step) / 16
        let s = t * t * (3 - 2 * t)
        result.append(
          Point(start.x + (end.x - start.x) * t, start.y + (end.y - start.y) * s + bend * 4 * t * (1 - t)))
      }
    }
    return result
  }
}
