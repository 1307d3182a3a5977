import Figures

/// Laws on three states as points of a triangle: a corner is a state, the height over its opposite side the probability.
struct SimplexDrawing: Drawable {
  var title: String
  var corners: [String]
  /// Each from where it starts to where it ends, and at which of its points a dot is drawn.
  var paths: [(points: [[Double]], dots: [Int], color: Color)]
  /// Beside some dots.
  var notes: [(law: [Double], text: String)] = []

  private static let directions = [Point(-0.5, 0.2887), Point(0.5, 0.2887), Point(0, -0.5774)]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 14), isBold: true, horizontal: .center)
    let side = min(rectangle.width - 70, (rectangle.height - 86) / 0.866)
    let center = Point(rectangle.midX, rectangle.y + 56 + 0.5774 * side)
    func place(_ law: [Double]) -> Point {
      zip(law, Self.directions).reduce(center) { Point($0.x + side * $1.0 * $1.1.x, $0.y + side * $1.0 * $1.1.y) }
    }
    let ends = (0..<3).map { corner in place((0..<3).map { $0 == corner ? 1 : 0 }) }
    for share in [0.25, 0.5, 0.75] {
      for corner in 0..<3 {
        let (next, last) = ((corner + 1) % 3, (corner + 2) % 3)
        func edge(_ other: Int) -> Point {
          place((0..<3).map { $0 == corner ? share : $0 == other ? 1 - share : 0 })
        }
        canvas.line(from: edge(next), to: edge(last), color: .grid, width: 1)
      }
    }
    canvas.stroke(ends + [ends[0]], color: .frame, width: 1.4)
    for (corner, label) in corners.enumerated() {
      let end = ends[corner]
      canvas.text(
        label, at: Point(end.x, corner == 2 ? end.y - 15 : end.y + 18), horizontal: .center, vertical: .middle)
    }
    for path in paths {
      canvas.stroke(path.points.map(place), color: path.color, width: 1.6)
      for dot in path.dots where path.points.indices.contains(dot) {
        canvas.disc(at: place(path.points[dot]), radius: 2.6, color: path.color)
      }
      if let first = path.points.first {
        canvas.disc(at: place(first), radius: 4, color: .white)
        canvas.circle(at: place(first), radius: 4, color: path.color, width: 1.6)
      }
    }
    for note in notes {
      let point = place(note.law)
      canvas.text(note.text, at: Point(point.x + 7, point.y), color: .softInk, size: 11, vertical: .middle)
    }
  }
}
