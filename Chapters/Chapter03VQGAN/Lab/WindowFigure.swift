import Chapter03VQGAN
import Figures
import LabKit

/// A code map that is being drawn: what has been drawn, what the next code reads of it, and where its window lies.
struct WindowPanel: Drawable {
  var title: String
  var height: Int
  var width: Int
  var windowHeight: Int
  var windowWidth: Int
  var row: Int
  var column: Int
  /// Top and left of the window.
  var origin: (top: Int, left: Int)
  /// The places that are read, in the order in which they are.
  var read: [Int]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 20), isBold: true, horizontal: .center)
    let area = rectangle.inset(left: 6, top: 32, right: 6, bottom: 6)
    let side = min(area.width / Double(width), area.height / Double(height))
    let (left, top) = (area.midX - side * Double(width) / 2, area.y)
    func cell(_ row: Int, _ column: Int, inset: Double = 1) -> Rectangle {
      Rectangle(
        x: left + side * Double(column) + inset, y: top + side * Double(row) + inset, width: side - 2 * inset,
        height: side - 2 * inset)
    }
    for r in 0..<height {
      for c in 0..<width {
        let isDrawn = (r, c) < (row, column)
        canvas.fill(cell(r, c), color: isDrawn ? Color(hex: 0xd3d8de) : Color(hex: 0xf3f5f7))
      }
    }
    for (order, place) in read.enumerated() {
      let box = cell(place / width, place % width)
      canvas.fill(box, color: .palette(0))
      canvas.text(
        "\(order + 1)", at: Point(box.midX, box.midY), color: .white, size: 10, horizontal: .center, vertical: .middle)
    }
    canvas.fill(cell(row, column), color: .palette(1))
    canvas.stroke(
      Rectangle(
        x: left + side * Double(origin.left), y: top + side * Double(origin.top), width: side * Double(windowWidth),
        height: side * Double(windowHeight)), color: .ink, width: 2.4)
  }
}

extension ExactFigures {
  /// `window` (exercise 3.11): what the prior reads at four places of a map that is larger than its window.
  func window() throws {
    let (height, width, side) = (9, 12, 5)
    // Every place has a code of its own, so that what is read says where it was.
    let map = (0..<height).map { row in (0..<width).map { row * width + $0 } }
    let places = [(1, 1, "top left"), (2, 11, "right border"), (5, 6, "inside"), (8, 9, "last row")]
    let panels = try places.map { row, column, title in
      WindowPanel(
        title: title, height: height, width: width, windowHeight: side, windowWidth: side, row: row, column: column,
        origin: try windowOrigin(
          row: row, column: column, height: height, width: width, windowHeight: side, windowWidth: side),
        read: try windowContext(map: map, row: row, column: column, windowHeight: side, windowWidth: side))
    }
    try writer.write(
      FigureGrid([panels.map { $0 as any Drawable }]).image(width: 1260, height: 270), as: "window", kind: .exact)
  }
}
