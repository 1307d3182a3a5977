import Figures

/// Texts in boxes, one a character, in columns of lines.
struct TextGrid: Drawable {
  /// One box.
  struct Cell: Equatable {
    var character: Character
    var style = Style.plain
  }

  /// How a character is drawn.
  enum Style: Equatable {
    case plain
    /// Not yet decided: an empty grey box.
    case masked
    /// Has just appeared.
    case fresh
    /// Was given.
    case given
    /// Does not belong here.
    case wrong
    /// Belongs to a real word that was never trained on.
    case new
    /// Of no known word.
    case faint
  }

  var title: String
  var lines: [(label: String, cells: [Cell])]
  var columns = 1
  /// Logical pixels of a box.
  var box = 17.0
  /// Room for the labels left of each line.
  var labelWidth = 0.0
  /// Under the title.
  var subtitle = ""

  private static let colors: [Style: (fill: Color?, ink: Color)] = [
    .plain: (nil, .ink), .masked: (Color(hex: 0xd5dae0), .softInk), .fresh: (Color(hex: 0xffe3a3), .ink),
    .given: (Color(hex: 0xcfe3f5), .ink), .wrong: (Color(hex: 0xf6c3bd), Color(hex: 0x9c1f13)),
    .new: (Color(hex: 0xcdebd0), Color(hex: 0x14602b)), .faint: (nil, Color(hex: 0x9aa1a9)),
  ]

  private var rows: Int { (lines.count + columns - 1) / columns }
  private var lineHeight: Double { box * 1.28 }
  private var lineWidth: Double { labelWidth + box * Double(lines.map(\.cells.count).max() ?? 0) }
  private var top: Double { (title.isEmpty ? 0 : 26) + (subtitle.isEmpty ? 0 : 20) + 4 }

  /// The size that everything fits in, in logical pixels.
  var size: Size {
    let texts = [title, subtitle].map { Canvas.measure($0).width * 1.08 }.max() ?? 0
    return Size(max(texts, Double(columns) * (lineWidth + 22) - 22), top + Double(rows) * lineHeight)
  }

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    if !title.isEmpty { canvas.text(title, at: Point(rectangle.x, rectangle.y + 15), isBold: true) }
    if !subtitle.isEmpty {
      canvas.text(
        subtitle, at: Point(rectangle.x, rectangle.y + (title.isEmpty ? 15 : 36)), color: .softInk, size: 12)
    }
    for (index, line) in lines.enumerated() {
      let x = rectangle.x + Double(index / rows) * (lineWidth + 22)
      let y = rectangle.y + top + Double(index % rows) * lineHeight
      canvas.text(
        line.label, at: Point(x + labelWidth - 8, y + box / 2), color: .softInk, size: 12, horizontal: .right,
        vertical: .middle)
      for (place, cell) in line.cells.enumerated() {
        let area = Rectangle(x: x + labelWidth + box * Double(place), y: y, width: box, height: box)
        let (fill, ink) = Self.colors[cell.style]!
        if let fill { canvas.fill(area.inset(left: 0.7, top: 0.7, right: 0.7, bottom: 0.7), color: fill) }
        if cell.style == .masked || cell.character == " " { continue }
        canvas.text(
          cell.character == "\n" ? "↓" : String(cell.character), at: Point(area.midX, area.midY), color: ink,
          size: box * 0.82, horizontal: .center, vertical: .middle)
      }
    }
  }
}

/// Grids of text with a white margin around them: rows of grids below each other.
struct Page {
  let rows: [[TextGrid]]

  init(_ rows: [[TextGrid]]) { self.rows = rows }

  private static let margin = 16.0
  private static let gap = 40.0

  func image(scale: Double = 1.6) -> Image {
    let widths = rows.map { row in row.map { $0.size.width + Self.gap }.reduce(0, +) - Self.gap }
    let heights = rows.map { row in row.map(\.size.height).max() ?? 0 }
    var canvas = Canvas(
      width: (widths.max() ?? 0) + 2 * Self.margin, height: heights.reduce(0) { $0 + $1 + Self.margin } + Self.margin,
      scale: scale)
    var y = Self.margin
    for (row, height) in zip(rows, heights) {
      var x = Self.margin
      for grid in row {
        grid.draw(on: &canvas, in: Rectangle(x: x, y: y, width: grid.size.width, height: grid.size.height))
        x += grid.size.width + Self.gap
      }
      y += height + Self.margin
    }
    return canvas.image
  }
}

/// A drawing with a white margin around it.
struct Margin: Drawable {
  let content: any Drawable

  init(_ content: any Drawable) { self.content = content }

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    content.draw(on: &canvas, in: rectangle.inset(left: 10, top: 8, right: 10, bottom: 8))
  }
}

extension TextSource {
  /// A sample as boxes, coloured by what is said of it.
  func cells(_ tokens: [Int]) -> [TextGrid.Cell] {
    let verdict = judge(tokens)
    return tokens.enumerated().map { place, token in
      guard characters.indices.contains(token) else { return TextGrid.Cell(character: "_", style: .masked) }
      let style: TextGrid.Style =
        switch verdict {
        case .wrong(let error):
          error == nil ? .faint : error == place || error == length && place == length - 1 ? .wrong : .plain
        case .new: characters[token] == " " ? .plain : .new
        case .known, .unjudged: .plain
        }
      return TextGrid.Cell(character: characters[token], style: style)
    }
  }
}
