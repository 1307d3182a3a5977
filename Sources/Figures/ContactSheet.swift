/// Many small pictures of one size on one sheet, row by row.
///
/// The places of the tiles travel with the sheet as text (``provenance``), so that a program can cut it up again:
/// ``tiles(in:provenance:)``.
public struct ContactSheet: Drawable {
  public var tiles: [Image]
  public var columns: Int
  /// Real pixels between tiles, in the colour of ``separator``.
  public var gap = 2
  /// How many real pixels wide a pixel of a tile is.
  public var zoom = 2
  public var separator = Color(hex: 0xc4cad1)
  public var title = ""
  /// One for each row of tiles, written to its left; empty for none.
  public var rowLabels: [String] = []
  /// One for each column, written above it; empty for none.
  public var columnLabels: [String] = []

  public init(
    _ tiles: [Image], columns: Int, title: String = "", rowLabels: [String] = [], columnLabels: [String] = [],
    gap: Int = 2, zoom: Int = 2
  ) {
    guard let first = tiles.first else { fatalError("ContactSheet: there are no tiles") }
    guard columns > 0, zoom > 0, gap >= 0 else {
      fatalError("ContactSheet: columns (\(columns)) and zoom (\(zoom)) must be at least 1, gap (\(gap)) at least 0")
    }
    for (i, tile) in tiles.enumerated() where tile.width != first.width || tile.height != first.height {
      fatalError(
        "ContactSheet: tile 0 is \(first.width) × \(first.height), tile \(i) is \(tile.width) × \(tile.height); all must be equal"
      )
    }
    self.tiles = tiles
    self.columns = columns
    self.title = title
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.gap = gap
    self.zoom = zoom
  }

  /// A sheet of gray tiles from values, `low` black and `high` white.
  ///
  /// - Parameter values: `count · tileHeight · tileWidth` values, the scalars of a tensor [N, 1, H, W].
  public init(
    gray values: [Float], tileWidth: Int, tileHeight: Int, columns: Int, low: Float = -1, high: Float = 1,
    title: String = "", rowLabels: [String] = [], columnLabels: [String] = [], gap: Int = 2, zoom: Int = 2
  ) {
    let area = tileWidth * tileHeight
    guard area > 0, !values.isEmpty, values.count % area == 0 else {
      fatalError("ContactSheet: \(values.count) values are not whole tiles of \(tileWidth) × \(tileHeight)")
    }
    let tiles = (0..<values.count / area).map { i in
      Image(gray: Array(values[i * area..<(i + 1) * area]), width: tileWidth, height: tileHeight, low: low, high: high)
    }
    self.init(
      tiles, columns: columns, title: title, rowLabels: rowLabels, columnLabels: columnLabels, gap: gap, zoom: zoom)
  }

  public var rows: Int { (tiles.count + columns - 1) / columns }

  // MARK: - Layout, in real pixels

  /// Texts are twice as large on a sheet that is magnified.
  private var textScale: Double { zoom >= 2 ? 2 : 1 }
  private var margin: Int { title.isEmpty && rowLabels.isEmpty && columnLabels.isEmpty ? gap : Int(8 * textScale) }

  private var originX: Int {
    let widest = rowLabels.map { Canvas.measure($0, size: 12).width }.max() ?? 0
    return margin + (rowLabels.isEmpty ? 0 : Int(((widest + 6) * textScale).rounded(.up)))
  }

  private var originY: Int {
    margin + (title.isEmpty ? 0 : Int(24 * textScale)) + (columnLabels.isEmpty ? 0 : Int(18 * textScale))
  }

  private var stepX: Int { tiles[0].width * zoom + gap }
  private var stepY: Int { tiles[0].height * zoom + gap }

  /// Size of the whole sheet in real pixels.
  public var pixelSize: (width: Int, height: Int) {
    let width = originX + min(columns, tiles.count) * stepX - gap + margin
    let titleWidth = title.isEmpty ? 0 : Int((Canvas.measure(title, size: 14).width * textScale).rounded(.up))
    return (max(width, titleWidth + 2 * margin), originY + rows * stepY - gap + margin)
  }

  /// The sheet, one real pixel of it `1/zoom` of a tile's pixel.
  public func image() -> Image {
    let size = pixelSize
    var canvas = Canvas(
      width: Double(size.width) / textScale, height: Double(size.height) / textScale, scale: textScale)
    draw(on: &canvas, originX: 0, originY: 0)
    return canvas.image
  }

  /// Draws the sheet in the middle of the rectangle, as large as a whole zoom allows.
  public func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let available = (width: Int(rectangle.width * canvas.scale), height: Int(rectangle.height * canvas.scale))
    var sheet = self
    sheet.zoom = 1
    while true {
      var larger = sheet
      larger.zoom += 1
      let size = larger.pixelSize
      if size.width > available.width || size.height > available.height { break }
      sheet = larger
    }
    let size = sheet.pixelSize
    if size.width <= available.width, size.height <= available.height {
      sheet.draw(
        on: &canvas, originX: Int(rectangle.x * canvas.scale) + (available.width - size.width) / 2,
        originY: Int(rectangle.y * canvas.scale) + (available.height - size.height) / 2)
    } else {
      let share = min(rectangle.width / Double(size.width), rectangle.height / Double(size.height))
      canvas.draw(
        sheet.image(),
        in: Rectangle(
          x: rectangle.x, y: rectangle.y, width: Double(size.width) * share, height: Double(size.height) * share))
    }
  }

  private func draw(on canvas: inout Canvas, originX offsetX: Int, originY offsetY: Int) {
    let unit = 1 / canvas.scale
    let (left, top) = (offsetX + originX, offsetY + originY)
    let (tileWidth, tileHeight) = (tiles[0].width * zoom, tiles[0].height * zoom)
    func rectangle(_ x: Int, _ y: Int, _ w: Int, _ h: Int) -> Rectangle {
      Rectangle(x: Double(x) * unit, y: Double(y) * unit, width: Double(w) * unit, height: Double(h) * unit)
    }
    // The separators are what shows between the tiles of one background.
    for row in 0..<rows {
      let inRow = min(columns, tiles.count - row * columns)
      canvas.fill(
        rectangle(left - gap, top + row * stepY - gap, inRow * stepX + gap, tileHeight + 2 * gap), color: separator)
    }
    for (i, tile) in tiles.enumerated() {
      let (column, row) = (i % columns, i / columns)
      canvas.draw(tile, in: rectangle(left + column * stepX, top + row * stepY, tileWidth, tileHeight))
    }
    // Sizes are for a canvas whose scale is the sheet's own.
    let size = textScale * unit
    for (row, label) in rowLabels.enumerated() where row < rows {
      canvas.text(
        label,
        at: Point(Double(left - gap) * unit - 6 * size, (Double(top + row * stepY) + Double(tileHeight) / 2) * unit),
        size: 12 * size, horizontal: .right, vertical: .middle)
    }
    for (column, label) in columnLabels.enumerated() where column < columns {
      let natural = Canvas.measure(label, size: 12 * size).width
      let fit = min(1, Double(tileWidth) * unit / max(natural, 1e-9))
      canvas.text(
        label, at: Point((Double(left + column * stepX) + Double(tileWidth) / 2) * unit, Double(top) * unit - 6 * size),
        size: max(7, 12 * max(fit, 0.6)) * size, horizontal: .center, vertical: .baseline)
    }
    if !title.isEmpty {
      let center = Double(offsetX) + Double(pixelSize.width) / 2
      canvas.text(
        title, at: Point(center * unit, (Double(offsetY + margin)) * unit + 3 * size), size: 14 * size, isBold: true,
        horizontal: .center, vertical: .top)
    }
  }

  // MARK: - Cutting a sheet into tiles

  /// Where the tiles lie, as text chunks for the PNG of ``image()``: `tile` (width × height), `columns`, `count`, `gap`,
  /// `zoom` and `origin`.
  public var provenance: [String: String] {
    [
      "tile": "\(tiles[0].width)x\(tiles[0].height)", "columns": "\(columns)", "count": "\(tiles.count)",
      "gap": "\(gap)", "zoom": "\(zoom)", "origin": "\(originX),\(originY)",
    ]
  }

  /// Cuts a sheet into its tiles by the text it carries; `gap` (0), `zoom` (1) and `origin` (0,0) may be missing.
  ///
  /// - Throws: `FileError` when a text is missing or damaged, or the picture is smaller than the tiles it should hold.
  public static func tiles(in contents: PNG.Contents, name: String = "contact sheet") throws -> [Image] {
    func numbers(_ key: String, _ separator: Character, count: Int, or fallback: [Int]? = nil) throws -> [Int] {
      guard let text = contents.text[key] else {
        if let fallback { return fallback }
        throw FileError(
          path: name, problem: "the PNG has no text “\(key)”, so its tiles cannot be found",
          advice: "give a contact sheet written by this course, or draw it again")
      }
      let values = text.split(separator: separator).compactMap { Int($0) }
      guard values.count == count, values.allSatisfy({ $0 >= 0 && $0 <= 1 << 24 }) else {
        throw FileError(
          path: name, problem: "its text “\(key)” is “\(text)”, which is not \(count) whole number(s)",
          advice: "draw the sheet again")
      }
      return values
    }
    let tile = try numbers("tile", "x", count: 2)
    let columns = try numbers("columns", ",", count: 1)[0]
    let count = try numbers("count", ",", count: 1)[0]
    let gap = try numbers("gap", ",", count: 1, or: [0])[0]
    let zoom = try numbers("zoom", ",", count: 1, or: [1])[0]
    let origin = try numbers("origin", ",", count: 2, or: [0, 0])
    let image = contents.image
    guard tile[0] > 0, tile[1] > 0, columns > 0, count > 0, zoom > 0 else {
      throw FileError(path: name, problem: "its texts speak of tiles without extent", advice: "draw the sheet again")
    }
    let (stepX, stepY) = (tile[0] * zoom + gap, tile[1] * zoom + gap)
    let rows = (count + columns - 1) / columns
    let width = origin[0] + min(columns, count) * stepX - gap
    let height = origin[1] + rows * stepY - gap
    guard width <= image.width, height <= image.height else {
      throw FileError(
        path: name,
        problem: "its texts promise \(count) tiles, which need \(width) × \(height) pixels; "
          + "it has \(image.width) × \(image.height)",
        advice: "do not crop or shrink the sheet; draw it again")
    }
    return (0..<count).map { i in
      let (left, top) = (origin[0] + i % columns * stepX, origin[1] + i / columns * stepY)
      let channels = image.channels
      var pixels: [UInt8] = []
      pixels.reserveCapacity(tile[0] * tile[1] * channels)
      for y in 0..<tile[1] {
        for x in 0..<tile[0] {
          let start = ((top + y * zoom) * image.width + left + x * zoom) * channels
          pixels.append(contentsOf: image.pixels[start..<start + channels])
        }
      }
      return Image(width: tile[0], height: tile[1], format: image.format, pixels: pixels)
    }
  }
}
