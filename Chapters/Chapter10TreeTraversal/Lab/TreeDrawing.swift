import Chapter10TreeTraversal
import Figures

/// A binary tree with coloured nodes.
struct TreeDrawing: Drawable {
  var title: String
  var tree: BinaryTree
  var layout: TreeLayout
  /// One a node.
  var colors: [Color]
  var radius = 6.0
  var edgeColor = Color.frame
  var edgeWidth = 1.3
  /// One a node, written on it; nil for none.
  var labels: [String]?
  var labelSize = 11.0
  /// Nodes with a ring around them.
  var ringed: Set<Int> = []
  /// Links that are drawn as arcs from one node up to another.
  var threads: [(from: Int, to: Int)] = []
  /// The size of a unit of x; nil fills the width.
  var unit: Double?

  private static let threadColor = Color.palette(1)

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 16), isBold: true, horizontal: .center)
    let places = places(in: rectangle)
    for (node, links) in tree.nodes.enumerated() {
      for child in [links.left, links.right] {
        if let child { canvas.line(from: places[node], to: places[child], color: edgeColor, width: edgeWidth) }
      }
    }
    for (from, to) in threads { drawThread(from: places[from], to: places[to], on: &canvas) }
    for (node, place) in places.enumerated() {
      if ringed.contains(node) { canvas.disc(at: place, radius: radius + 3.5, color: .palette(3)) }
      canvas.disc(at: place, radius: radius + 0.8, color: edgeColor)
      canvas.disc(at: place, radius: radius, color: colors[node])
      if let labels {
        canvas.text(
          labels[node], at: place, color: colors[node].isDark ? .white : .ink, size: labelSize, horizontal: .center,
          vertical: .middle)
      }
    }
  }

  /// Where each node stands in the drawing.
  func places(in rectangle: Rectangle) -> [Point] {
    let margin = radius + 6
    let area = rectangle.inset(left: margin, top: (title.isEmpty ? 0 : 26) + margin, right: margin, bottom: margin)
    let width = max(1, layout.width)
    let unit = self.unit ?? area.width / width
    let left = area.midX - unit * width / 2
    let levelHeight = area.height / Double(max(1, layout.depth))
    return tree.nodes.indices.map { node in
      Point(left + unit * layout.x[node], area.y + levelHeight * Double(layout.level[node]))
    }
  }

  /// An arc that leaves its node to the right and rises to the other.
  private func drawThread(from start: Point, to end: Point, on canvas: inout Canvas) {
    let control = Point(max(start.x, end.x) + 10, max(start.y, end.y) + 6)
    let tip = Point(end.x + (radius + 3) * 0.35, end.y + (radius + 3) * 0.94)
    let points = (0...20).map { step -> Point in
      let t = Double(step) / 20
      let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
      return Point(a * start.x + b * control.x + c * tip.x, a * start.y + b * control.y + c * tip.y)
    }
    canvas.stroke(points, color: Self.threadColor, width: 2, dash: [6, 5])
    canvas.arrow(from: points[17], to: tip, color: Self.threadColor, width: 2, head: 9)
  }
}

extension Color {
  /// Whether white text reads better on it than black.
  var isDark: Bool { 299 * Int(red) + 587 * Int(green) + 114 * Int(blue) < 128_000 }
}
