/// The shape that stands for a point.
public enum Marker: Sendable {
  case disc, ring, square, diamond, triangle, cross, dot

  func draw(on canvas: inout Canvas, at p: Point, radius r: Double, color: Color) {
    switch self {
    case .disc: canvas.disc(at: p, radius: r, color: color)
    case .dot: canvas.disc(at: p, radius: r * 0.5, color: color)
    case .ring:
      canvas.disc(at: p, radius: r, color: .white)
      canvas.circle(at: p, radius: r, color: color, width: 1.4)
    case .square:
      let d = r * 0.9
      canvas.fill(Rectangle(x: p.x - d, y: p.y - d, width: 2 * d, height: 2 * d), color: color)
    case .diamond:
      let d = r * 1.25
      canvas.fill([Point(p.x, p.y - d), Point(p.x + d, p.y), Point(p.x, p.y + d), Point(p.x - d, p.y)], color: color)
    case .triangle:
      let d = r * 1.2
      canvas.fill(
        [Point(p.x, p.y - d), Point(p.x + d, p.y + d * 0.8), Point(p.x - d, p.y + d * 0.8)], color: color)
    case .cross:
      let d = r * 0.9
      canvas.line(from: Point(p.x - d, p.y - d), to: Point(p.x + d, p.y + d), color: color, width: 1.6)
      canvas.line(from: Point(p.x - d, p.y + d), to: Point(p.x + d, p.y - d), color: color, width: 1.6)
    }
  }
}

extension Plot {
  /// Adds a line through the points (xᵢ, yᵢ), broken where a value is NaN or has no place on a logarithmic axis.
  ///
  /// - Parameters:
  ///   - label: its name in the legend; empty keeps it out.
  ///   - color: nil takes the next of the palette.
  ///   - width: logical pixels.
  ///   - dash: lengths of dash and gap in logical pixels, such as `[6, 4]`.
  ///   - errors: half the height of an error bar at each point.
  public mutating func line(
    x xs: [Double], y ys: [Double], label: String = "", color: Color? = nil, width: Double = 1.8, dash: [Double] = [],
    marker: Marker? = nil, errors: [Double]? = nil
  ) {
    Plot.check(xs.count, ys.count, "line")
    if let errors { Plot.check(xs.count, errors.count, "line's error bars") }
    let color = nextColor(color)
    marks.append(
      LineMark(x: xs, y: ys, label: label, color: color, width: width, dash: dash, marker: marker, errors: errors))
  }

  /// Adds the area between two curves over the same x, half transparent: a spread or a confidence band.
  public mutating func band(x xs: [Double], lower: [Double], upper: [Double], label: String = "", color: Color? = nil) {
    Plot.check(xs.count, lower.count, "band's lower edge")
    Plot.check(xs.count, upper.count, "band's upper edge")
    let color = nextColor(color)
    marks.append(BandMark(x: xs, lower: lower, upper: upper, label: label, color: color))
  }

  /// Adds a level line right across the plot.
  public mutating func horizontalLine(
    _ y: Double, label: String = "", color: Color = .softInk, dash: [Double] = [5, 4]
  ) {
    marks.append(RuleMark(value: y, isHorizontal: true, label: label, color: color, dash: dash))
  }

  /// Adds an upright line right across the plot.
  public mutating func verticalLine(_ x: Double, label: String = "", color: Color = .softInk, dash: [Double] = [5, 4]) {
    marks.append(RuleMark(value: x, isHorizontal: false, label: label, color: color, dash: dash))
  }

  /// Writes a note at a place given in the plot's values; `dx` and `dy` shift it by logical pixels.
  public mutating func note(
    _ text: String, x: Double, y: Double, dx: Double = 0, dy: Double = 0, color: Color = .ink,
    horizontal: Canvas.HorizontalAlignment = .left
  ) {
    marks.append(NoteMark(text: text, x: x, y: y, dx: dx, dy: dy, color: color, horizontal: horizontal))
  }

  static func check(_ count: Int, _ other: Int, _ what: String) {
    guard count == other else { fatalError("Plot: the \(what) has \(other) values for \(count) places") }
  }
}

struct LineMark: PlotMark {
  var x: [Double]
  var y: [Double]
  var label: String
  var color: Color
  var width: Double
  var dash: [Double]
  var marker: Marker?
  var errors: [Double]?

  var extent: PlotExtent {
    guard let errors else { return PlotExtent(x: x, y: y) }
    return PlotExtent(x: x + x, y: zip(y, errors).map { $0 + $1 } + zip(y, errors).map { $0 - $1 })
  }

  var legend: LegendEntry? {
    guard !label.isEmpty else { return nil }
    return LegendEntry(label: label) { canvas, box in
      canvas.line(
        from: Point(box.x, box.midY), to: Point(box.maxX, box.midY), color: color, width: width, dash: dash)
      marker?.draw(on: &canvas, at: Point(box.midX, box.midY), radius: 3, color: color)
    }
  }

  private func pieces(_ map: PlotMapping) -> [[Point]] {
    var pieces: [[Point]] = [[]]
    for (xValue, yValue) in zip(x, y) {
      if let p = map.point(xValue, yValue) {
        pieces[pieces.count - 1].append(p)
      } else if !pieces[pieces.count - 1].isEmpty {
        pieces.append([])
      }
    }
    return pieces.filter { !$0.isEmpty }
  }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    if let errors {
      for i in x.indices where errors[i] > 0 {
        guard let p = map.point(x[i], y[i]) else { continue }
        let top = map.py(y[i] + errors[i]) ?? p.y
        let bottom = map.py(y[i] - errors[i]) ?? map.frame.maxY
        canvas.line(from: Point(p.x, top), to: Point(p.x, bottom), color: color.opacity(0.7), width: 1.2)
        canvas.line(from: Point(p.x - 3, top), to: Point(p.x + 3, top), color: color.opacity(0.7), width: 1.2)
        canvas.line(from: Point(p.x - 3, bottom), to: Point(p.x + 3, bottom), color: color.opacity(0.7), width: 1.2)
      }
    }
    let pieces = pieces(map)
    if width > 0 {
      for piece in pieces { canvas.stroke(piece, color: color, width: width, dash: dash) }
    }
    if let marker {
      for piece in pieces {
        for p in piece { marker.draw(on: &canvas, at: p, radius: 3, color: color) }
      }
    }
  }

  func occupied(map: PlotMapping) -> [Point] {
    var result: [Point] = []
    for piece in pieces(map) {
      result.append(piece[0])
      for i in 1..<max(1, piece.count) {
        let (a, b) = (piece[i - 1], piece[i])
        let steps = max(1, min(400, Int(max(abs(b.x - a.x), abs(b.y - a.y)) / 4)))
        for k in 1...steps {
          let t = Double(k) / Double(steps)
          result.append(Point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t))
        }
      }
    }
    return result
  }
}

struct BandMark: PlotMark {
  var x: [Double]
  var lower: [Double]
  var upper: [Double]
  var label: String
  var color: Color

  var extent: PlotExtent { PlotExtent(x: x + x, y: lower + upper) }

  var legend: LegendEntry? {
    guard !label.isEmpty else { return nil }
    return LegendEntry(label: label) { canvas, box in canvas.fill(box, color: color.opacity(0.25)) }
  }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    var (top, bottom): ([Point], [Point]) = ([], [])
    for i in x.indices {
      guard let px = map.px(x[i]), let high = map.py(upper[i]) else { continue }
      top.append(Point(px, high))
      bottom.append(Point(px, map.py(lower[i]) ?? map.frame.maxY))
    }
    canvas.fill(top + bottom.reversed(), color: color.opacity(0.22))
  }

  func occupied(map: PlotMapping) -> [Point] {
    x.indices.flatMap { i in
      stride(from: 0.0, through: 1, by: 0.125).compactMap { map.point(x[i], lower[i] + (upper[i] - lower[i]) * $0) }
    }
  }
}

struct RuleMark: PlotMark {
  var value: Double
  var isHorizontal: Bool
  var label: String
  var color: Color
  var dash: [Double]

  var extent: PlotExtent { isHorizontal ? PlotExtent(x: [], y: [value]) : PlotExtent(x: [value], y: []) }

  var legend: LegendEntry? {
    guard !label.isEmpty else { return nil }
    return LegendEntry(label: label) { canvas, box in
      canvas.line(from: Point(box.x, box.midY), to: Point(box.maxX, box.midY), color: color, width: 1.2, dash: dash)
    }
  }

  private func ends(_ map: PlotMapping) -> (Point, Point)? {
    if isHorizontal {
      return map.py(value).map { (Point(map.frame.x, $0), Point(map.frame.maxX, $0)) }
    }
    return map.px(value).map { (Point($0, map.frame.y), Point($0, map.frame.maxY)) }
  }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    if let (a, b) = ends(map) { canvas.line(from: a, to: b, color: color, width: 1.2, dash: dash) }
  }

  func occupied(map: PlotMapping) -> [Point] {
    guard let (a, b) = ends(map) else { return [] }
    return stride(from: 0.0, through: 1, by: 0.01).map { Point(a.x + (b.x - a.x) * $0, a.y + (b.y - a.y) * $0) }
  }
}

struct NoteMark: PlotMark {
  var text: String
  var x: Double
  var y: Double
  var dx: Double
  var dy: Double
  var color: Color
  var horizontal: Canvas.HorizontalAlignment

  var extent: PlotExtent { PlotExtent(x: [x], y: [y]) }

  /// Where the text lies: shifted as far as it must be to stay inside the frame.
  private func box(_ map: PlotMapping) -> Rectangle? {
    guard let p = map.point(x, y) else { return nil }
    let size = Canvas.measure(text, size: 11)
    var left = p.x + dx
    switch horizontal {
    case .left: break
    case .center: left -= size.width / 2
    case .right: left -= size.width
    }
    left = max(map.frame.x + 3, min(left, map.frame.maxX - size.width - 3))
    let middle = max(map.frame.y + 8, min(p.y + dy, map.frame.maxY - 8))
    return Rectangle(x: left, y: middle - 7, width: size.width, height: 14)
  }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    guard let box = box(map) else { return }
    canvas.text(text, at: Point(box.x, box.midY), color: color, size: 11, vertical: .middle)
  }

  func occupied(map: PlotMapping) -> [Point] {
    guard let box = box(map) else { return [] }
    return stride(from: 0.0, through: 1, by: 0.1).map { Point(box.x + $0 * box.width, box.midY) }
  }
}
