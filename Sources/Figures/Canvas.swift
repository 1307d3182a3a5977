/// A white sheet to draw on, anti-aliased, in software.
///
/// Coordinates are logical pixels; `scale` says how many real pixels one of them is wide, so the same drawing comes out
/// coarse or fine. The same calls give the same bytes on every machine: the rasteriser uses only additions,
/// multiplications, divisions and square roots (which IEEE 754 rounds exactly), coordinates are rounded to 1/64 of a
/// real pixel first, and coverage to 1/255.
public struct Canvas {
  public let width: Double
  public let height: Double
  public let scale: Double
  /// Real pixels.
  public let pixelWidth: Int
  public let pixelHeight: Int
  /// RGB, three bytes a pixel.
  public private(set) var pixels: [UInt8]
  private var mask: Mask
  private var clip: (minX: Int, minY: Int, maxX: Int, maxY: Int)

  /// - Parameters:
  ///   - width, height: logical pixels.
  ///   - scale: real pixels per logical pixel; 2 suits today's screens.
  public init(width: Double, height: Double, scale: Double = 2, background: Color = .white) {
    let (w, h) = (Int((width * scale).rounded(.up)), Int((height * scale).rounded(.up)))
    guard w > 0, h > 0, w <= 1 << 15, h <= 1 << 15 else {
      fatalError("Canvas: a size of \(width) × \(height) at scale \(scale) is not between 1 and 32768 pixels a side")
    }
    self.width = width
    self.height = height
    self.scale = scale
    pixelWidth = w
    pixelHeight = h
    pixels = [UInt8](repeating: 255, count: 3 * w * h)
    mask = Mask(width: w, height: h)
    clip = (0, 0, w, h)
    if background != .white {
      fill(Rectangle(x: 0, y: 0, width: width, height: height), color: background)
    }
  }

  /// What has been drawn so far.
  public var image: Image { Image(width: pixelWidth, height: pixelHeight, format: .rgb, pixels: pixels) }

  /// The whole sheet.
  public var bounds: Rectangle { Rectangle(x: 0, y: 0, width: width, height: height) }

  /// Draws with everything outside `rectangle` left untouched.
  public mutating func clipped(to rectangle: Rectangle, _ draw: (inout Canvas) throws -> Void) rethrows {
    let saved = clip
    clip = (
      max(saved.minX, Int((rectangle.x * scale).rounded())), max(saved.minY, Int((rectangle.y * scale).rounded())),
      min(saved.maxX, Int((rectangle.maxX * scale).rounded())), min(saved.maxY, Int((rectangle.maxY * scale).rounded()))
    )
    defer { clip = saved }
    try draw(&self)
  }

  // MARK: - Lines

  /// A line through `points` with round ends and corners.
  ///
  /// - Parameters:
  ///   - width: logical pixels.
  ///   - dash: lengths of dash, gap, dash, gap, …; empty draws a solid line.
  ///   - isClosed: joins the last point to the first.
  public mutating func stroke(
    _ points: [Point], color: Color, width: Double = 1.5, dash: [Double] = [], isClosed: Bool = false
  ) {
    var line = points.filter { $0.x.isFinite && $0.y.isFinite }
    if isClosed, let first = line.first { line.append(first) }
    guard !line.isEmpty else { return }
    let radius = max(0.3, width * scale / 2)
    for piece in dash.isEmpty ? [line] : Canvas.dashed(line, pattern: dash, width: width) {
      strokeMask(piece.map(devicePoint), radius: radius)
    }
    paint(color)
  }

  public mutating func line(
    from start: Point, to end: Point, color: Color, width: Double = 1.5, dash: [Double] = []
  ) {
    stroke([start, end], color: color, width: width, dash: dash)
  }

  /// A line with a filled head at its end.
  public mutating func arrow(
    from start: Point, to end: Point, color: Color, width: Double = 1.2, head: Double = 5
  ) {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let length = (dx * dx + dy * dy).squareRoot()
    guard length > 1e-9, length.isFinite else { return }
    let (ux, uy) = (dx / length, dy / length)
    let size = min(head, length)
    let base = Point(end.x - ux * size, end.y - uy * size)
    let inner = Point(end.x - ux * size * 0.7, end.y - uy * size * 0.7)
    if length > size { strokeMask([start, inner].map(devicePoint), radius: max(0.3, width * scale / 2)) }
    let half = size * 0.45
    fillMask([
      [end, Point(base.x - uy * half, base.y + ux * half), inner, Point(base.x + uy * half, base.y - ux * half)].map(
        devicePoint)
    ])
    paint(color)
  }

  // MARK: - Areas

  /// Fills a polygon (non-zero rule, so that a polygon that crosses itself has no holes).
  public mutating func fill(_ points: [Point], color: Color) {
    guard points.count > 2, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return }
    fillMask([points.map(devicePoint)])
    paint(color)
  }

  public mutating func fill(_ rectangle: Rectangle, color: Color) {
    fill(
      [
        Point(rectangle.x, rectangle.y), Point(rectangle.maxX, rectangle.y), Point(rectangle.maxX, rectangle.maxY),
        Point(rectangle.x, rectangle.maxY),
      ], color: color)
  }

  /// The outline of a rectangle; the line lies half inside, half outside.
  public mutating func stroke(_ rectangle: Rectangle, color: Color, width: Double = 1) {
    stroke(
      [
        Point(rectangle.x, rectangle.y), Point(rectangle.maxX, rectangle.y), Point(rectangle.maxX, rectangle.maxY),
        Point(rectangle.x, rectangle.maxY),
      ], color: color, width: width, isClosed: true)
  }

  public mutating func disc(at center: Point, radius: Double, color: Color) {
    guard center.x.isFinite, center.y.isFinite else { return }
    strokeMask([devicePoint(center)], radius: radius * scale)
    paint(color)
  }

  public mutating func circle(at center: Point, radius: Double, color: Color, width: Double = 1.5) {
    guard center.x.isFinite, center.y.isFinite else { return }
    ringMask(center: devicePoint(center), radius: radius * scale, halfWidth: max(0.3, width * scale / 2))
    paint(color)
  }

  // MARK: - Pictures

  /// Lays an image so that it fills `rectangle`: each real pixel takes the nearest pixel of the image when it is
  /// enlarged, the mean of the pixels it covers when it is reduced.
  public mutating func draw(_ image: Image, in rectangle: Rectangle) {
    let source = image.toRGB()
    let x0 = Int((rectangle.x * scale).rounded())
    let x1 = Int((rectangle.maxX * scale).rounded())
    let y0 = Int((rectangle.y * scale).rounded())
    let y1 = Int((rectangle.maxY * scale).rounded())
    guard x1 > x0, y1 > y0 else { return }
    let (w, h) = (x1 - x0, y1 - y0)
    for y in max(y0, clip.minY)..<max(max(y0, clip.minY), min(y1, clip.maxY)) {
      let sy0 = (y - y0) * source.height / h
      let sy1 = max(sy0 + 1, (y - y0 + 1) * source.height / h)
      for x in max(x0, clip.minX)..<max(max(x0, clip.minX), min(x1, clip.maxX)) {
        let sx0 = (x - x0) * source.width / w
        let sx1 = max(sx0 + 1, (x - x0 + 1) * source.width / w)
        let area = (sx1 - sx0) * (sy1 - sy0)
        for c in 0..<3 {
          var sum = 0
          for sy in sy0..<sy1 {
            for sx in sx0..<sx1 { sum += Int(source.pixels[(sy * source.width + sx) * 3 + c]) }
          }
          pixels[(y * pixelWidth + x) * 3 + c] = UInt8((sum + area / 2) / area)
        }
      }
    }
  }

  // MARK: - Text

  /// Where in its box a text is held.
  public enum HorizontalAlignment: Sendable { case left, center, right }
  public enum VerticalAlignment: Sendable { case top, middle, baseline, bottom }

  /// Writes one line of text.
  ///
  /// - Parameters:
  ///   - size: height of a line in logical pixels; the font is drawn for 13 (see ``StrokeFont``).
  ///   - isVertical: turned by 90° against the clock, to be read from the bottom up.
  public mutating func text(
    _ string: String, at point: Point, color: Color = .ink, size: Double = StrokeFont.normalSize, isBold: Bool = false,
    horizontal: HorizontalAlignment = .left, vertical: VerticalAlignment = .baseline, isVertical: Bool = false
  ) {
    let unit = size / StrokeFont.normalSize
    let strokeRadius = max(0.3, (isBold ? 0.95 : 0.62) * unit * scale)
    let advance = StrokeFont.width(of: string) * unit
    var along: Double
    switch horizontal {
    case .left: along = 0
    case .center: along = -advance / 2
    case .right: along = -advance
    }
    // Offset of the top of the capitals from the point, across the line.
    let across: Double
    switch vertical {
    case .top: across = 0.5 * unit
    case .middle: across = -StrokeFont.capHeight / 2 * unit
    case .baseline: across = -StrokeFont.capHeight * unit
    case .bottom: across = -(StrokeFont.capHeight + StrokeFont.descent + 0.5) * unit
    }
    // The grid of the font falls on whole real pixels, plus the half that centres a stem on one.
    func snapped(_ v: Double) -> Double { (v * scale).rounded() }
    let half = unit * scale < 1.5 ? 0.5 : 0
    if !isVertical { along = snapped(point.x + along) } else { along = snapped(point.y - along) }
    let cross = snapped((isVertical ? point.x : point.y) + across) + half
    for placed in StrokeFont.layout(string) {
      let pen = (placed.x * unit * scale).rounded() + half
      for polyline in placed.strokes {
        strokeMask(
          polyline.map { p in
            let u = p.x * unit * scale + pen
            let v = p.y * unit * scale + cross
            return isVertical ? Canvas.quantised(Point(v, along - u)) : Canvas.quantised(Point(along + u, v))
          }, radius: strokeRadius)
      }
    }
    paint(color)
  }

  /// Width and height of one line of text, in logical pixels.
  public static func measure(_ string: String, size: Double = StrokeFont.normalSize) -> Size {
    let unit = size / StrokeFont.normalSize
    return Size(StrokeFont.width(of: string) * unit, StrokeFont.lineHeight * unit)
  }

  // MARK: - Rasterising

  private static func quantised(_ p: Point) -> Point {
    Point((p.x * 64).rounded() / 64, (p.y * 64).rounded() / 64)
  }

  private func devicePoint(_ p: Point) -> Point {
    // Far outside the sheet the exact place does not matter, but the numbers must stay small.
    let far = 1e5
    return Canvas.quantised(Point(min(far, max(-far, p.x * scale)), min(far, max(-far, p.y * scale))))
  }

  private mutating func strokeMask(_ points: [Point], radius: Double) {
    let clip = self.clip
    if points.count == 1 {
      mask.addCapsule(from: points[0], to: points[0], radius: radius, clip: clip)
    } else {
      for i in 1..<points.count { mask.addCapsule(from: points[i - 1], to: points[i], radius: radius, clip: clip) }
    }
  }

  private mutating func ringMask(center: Point, radius: Double, halfWidth: Double) {
    mask.addRing(center: center, radius: radius, halfWidth: halfWidth, clip: clip)
  }

  private mutating func fillMask(_ polygons: [[Point]]) { mask.addPolygons(polygons, clip: clip) }

  private mutating func paint(_ color: Color) { mask.paint(color, onto: &pixels) }

  /// The dashes of a line: pieces by length along it. Round ends make a dash longer by its width, so each is cut short by
  /// as much.
  static func dashed(_ points: [Point], pattern: [Double], width: Double) -> [[Point]] {
    guard pattern.allSatisfy({ $0 > 0 }) else { return [points] }
    var pieces: [[Point]] = []
    var current: [Point] = [points[0]]
    var entry = 0
    var isDash = true
    func length(_ i: Int) -> Double { i % 2 == 0 ? max(0.01, pattern[i] - width) : pattern[i] + width }
    var remaining = length(0)
    for i in 1..<max(1, points.count) {
      var start = points[i - 1]
      let end = points[i]
      var left = ((end.x - start.x) * (end.x - start.x) + (end.y - start.y) * (end.y - start.y)).squareRoot()
      guard left > 0 else { continue }
      while left > remaining {
        let share = remaining / left
        let cut = Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
        if isDash {
          current.append(cut)
          pieces.append(current)
        }
        left -= remaining
        start = cut
        entry = (entry + 1) % pattern.count
        isDash.toggle()
        remaining = length(entry)
        current = [cut]
        if pieces.count > 20_000 { return pieces }
      }
      remaining -= left
      if isDash { current.append(end) }
    }
    if isDash { pieces.append(current) }
    return pieces
  }
}
