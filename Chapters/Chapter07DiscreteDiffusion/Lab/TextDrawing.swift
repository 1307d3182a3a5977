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
          cell.character == "\n" ? "↵" : String(cell.character), at: Point(area.midX, area.midY), color: ink,
          size: box * 0.82, horizontal: .center, vertical: .middle)
      }
    }
  }

  /// A picture of this grid alone, with a margin.
  func image(scale: Double = 2) -> Image { Page(self).image(scale: scale) }
}

/// A drawing of known size with a white margin around it.
struct Page {
  let grids: [TextGrid]

  init(_ grids: TextGrid...) { self.grids = grids }

  private static let margin = 16.0

  /// The grids below each other.
  func image(scale: Double = 2) -> Image {
    let width = grids.map(\.size.width).max() ?? 0
    let height = grids.map { $0.size.height + Self.margin }.reduce(0, +)
    var canvas = Canvas(width: width + 2 * Self.margin, height: height + Self.margin, scale: scale)
    var y = Self.margin
    for grid in grids {
      grid.draw(
        on: &canvas, in: Rectangle(x: Self.margin, y: y, width: grid.size.width, height: grid.size.height))
      y += grid.size.height + Self.margin
    }
    return canvas.image
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
        case .wrong(let error): error == nil ? .faint : error == place || error == length ? .wrong : .plain
        case .new: characters[token] == " " ? .plain : .new
        case .known, .unjudged: .plain
        }
      return TextGrid.Cell(character: characters[token], style: style)
    }
  }
}
