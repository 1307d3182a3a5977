/// Several drawings in one picture, in rows and columns of equal size, with a title over all.
///
/// ```swift
/// let grid = FigureGrid([[before, after], [loss, quality]], title: "Training")
/// try PNG.write(grid.image(width: 900, height: 640), path: "training.png")
/// ```
public struct FigureGrid: Drawable {
  public var title: String
  /// Rows of drawings; nil leaves a place empty.
  public var rows: [[(any Drawable)?]]
  /// Logical pixels between neighbours.
  public var gap: Double

  public init(_ rows: [[(any Drawable)?]], title: String = "", gap: Double = 12) {
    guard rows.contains(where: { !$0.isEmpty }) else { fatalError("FigureGrid: there is nothing to draw") }
    self.rows = rows
    self.title = title
    self.gap = gap
  }

  public func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let top = title.isEmpty ? 0 : 30.0
    if !title.isEmpty {
      canvas.text(
        title, at: Point(rectangle.midX, rectangle.y + 21), size: 16, isBold: true, horizontal: .center,
        vertical: .baseline)
    }
    let area = rectangle.inset(top: top)
    let columns = rows.map(\.count).max() ?? 1
    let width = (area.width - gap * Double(columns - 1)) / Double(columns)
    let height = (area.height - gap * Double(rows.count - 1)) / Double(rows.count)
    for (i, row) in rows.enumerated() {
      for (j, drawing) in row.enumerated() {
        drawing?.draw(
          on: &canvas,
          in: Rectangle(
            x: area.x + Double(j) * (width + gap), y: area.y + Double(i) * (height + gap), width: width, height: height)
        )
      }
    }
  }
}
