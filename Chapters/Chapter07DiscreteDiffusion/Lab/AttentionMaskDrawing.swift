import Figures

/// Which place may see which, as a board of squares coloured by the part of the mask that allows it.
struct AttentionMaskDrawing: Drawable {
  var title: String
  /// [2L][2L]: 0 where nothing is seen, or the number of the part.
  var parts: [[Int]]
  /// What the places are, each of a block of rows: noisy first, then clean.
  var blockLength: Int
  var legend: [(part: Int, text: String)]

  static let colors: [Color] = [.white, .palette(0), .palette(1), .palette(2)]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let count = parts.count
    canvas.text(title, at: Point(rectangle.x + 60, rectangle.y + 14), isBold: true)
    let legendHeight = Double(legend.count) * 20 + 8
    let side = min(rectangle.width - 66, rectangle.height - 64 - legendHeight)
    let box = side / Double(count)
    let origin = Point(rectangle.x + 60, rectangle.y + 56)
    for (row, values) in parts.enumerated() {
      for (column, part) in values.enumerated() {
        let area = Rectangle(
          x: origin.x + box * Double(column), y: origin.y + box * Double(row), width: box, height: box)
        canvas.fill(
          area.inset(left: 0.6, top: 0.6, right: 0.6, bottom: 0.6), color: part == 0 ? .grid : Self.colors[part])
      }
    }
    for edge in stride(from: 0, through: count, by: blockLength) {
      let isMiddle = edge == count / 2
      // Blocks of one: the gaps between the boxes show them.
      if blockLength == 1 && !isMiddle && edge % count != 0 { continue }
      let at = box * Double(edge)
      let (color, width) = isMiddle ? (Color.ink, 2.2) : (Color.frame, 1)
      canvas.line(
        from: Point(origin.x + at, origin.y), to: Point(origin.x + at, origin.y + side), color: color, width: width)
      canvas.line(
        from: Point(origin.x, origin.y + at), to: Point(origin.x + side, origin.y + at), color: color, width: width)
    }
    let half = side / 2
    for (index, name) in ["noisy", "clean"].enumerated() {
      let middle = half * (Double(index) + 0.5)
      canvas.text(name, at: Point(origin.x + middle, origin.y - 26), size: 13, horizontal: .center, vertical: .middle)
      canvas.text(
        name, at: Point(origin.x - 44, origin.y + middle), size: 13, horizontal: .center, vertical: .middle,
        isVertical: true)
      for place in 0..<count / 2 {
        let at = half * Double(index) + box * (Double(place) + 0.5)
        canvas.text(
          "\(place + 1)", at: Point(origin.x + at, origin.y - 8), color: .softInk, size: 11, horizontal: .center,
          vertical: .middle)
        canvas.text(
          "\(place + 1)", at: Point(origin.x - 8, origin.y + at), color: .softInk, size: 11, horizontal: .right,
          vertical: .middle)
      }
    }
    for (index, entry) in legend.enumerated() {
      let y = origin.y + side + 20 + 20 * Double(index)
      canvas.fill(Rectangle(x: origin.x, y: y - 6, width: 12, height: 12), color: Self.colors[entry.part])
      canvas.text(entry.text, at: Point(origin.x + 19, y), size: 12, vertical: .middle)
    }
  }
}
