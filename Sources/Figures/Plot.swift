/// Something that can be drawn into a rectangle: a plot, a sheet, a grid of both.
public protocol Drawable {
  func draw(on canvas: inout Canvas, in rectangle: Rectangle)
}

extension Drawable {
  /// Draws on a sheet of its own.
  ///
  /// - Parameters:
  ///   - width, height: logical pixels.
  ///   - scale: real pixels per logical pixel.
  public func image(width: Double = 560, height: Double = 380, scale: Double = 2) -> Image {
    var canvas = Canvas(width: width, height: height, scale: scale)
    draw(on: &canvas, in: canvas.bounds)
    return canvas.image
  }
}

/// Two axes and what is drawn between them: lines, points, bands, bars, arrows, maps of colour, in any mixture.
///
/// ```swift
/// var plot = Plot("Loss by noise level", x: Axis("σ", scale: .log), y: Axis("loss"))
/// plot.line(x: sigmas, y: before, label: "before training")
/// plot.line(x: sigmas, y: after, label: "after training", marker: .disc)
/// try PNG.write(plot.image(), path: "loss.png")
/// ```
///
/// Margins are measured from the texts, so that nothing is cut off. The legend goes to the corner where it hides no
/// data, or beside the plot where there is none.
public struct Plot: Drawable {
  public enum Legend: Sendable {
    /// The corner that hides nothing, or beside the plot.
    case automatic
    case topLeft, topRight, bottomLeft, bottomRight
    /// To the right of the plot.
    case beside
    case none
  }

  public var title: String
  public var x: Axis
  public var y: Axis
  public var legend: Legend = .automatic
  public var hasGrid = true
  /// One unit of x is as long as one unit of y.
  public var isEqual = false
  var marks: [any PlotMark] = []
  private var colorCount = 0

  public init(_ title: String = "", x: Axis = Axis(), y: Axis = Axis()) {
    self.title = title
    self.x = x
    self.y = y
  }

  /// The colour given, or else the next of the palette.
  mutating func nextColor(_ color: Color?) -> Color {
    if let color { return color }
    colorCount += 1
    return .palette(colorCount - 1)
  }

  // MARK: - Layout

  private static let labelSize = 12.0
  private static let tickSize = 11.0
  private static let titleSize = 14.0

  public func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let extents = marks.map(\.extent)
    let padding = marks.contains { $0.fillsFrame } ? 0 : 0.04
    func union(_ values: [(low: Double, high: Double)?]) -> (low: Double, high: Double)? {
      let found = values.compactMap { $0 }.filter { $0.low.isFinite && $0.high.isFinite }
      guard let low = found.map(\.low).min(), let high = found.map(\.high).max() else { return nil }
      return (low, high)
    }
    let xExtent = union(extents.map { x.scale == .log ? $0.positiveX : $0.x })
    let yExtent = union(extents.map { y.scale == .log ? $0.positiveY : $0.y })
    var xAxis = ResolvedAxis(x, extent: xExtent, padding: padding)
    var yAxis = ResolvedAxis(
      y, extent: yExtent, padding: padding, standsOnZero: marks.contains { $0.standsOnZero })

    let entries = marks.compactMap(\.legend)
    let bars = marks.compactMap(\.colorBar)
    let legendSize = Plot.legendSize(entries)
    var placed: Rectangle?
    var isBeside = legend == .beside && !entries.isEmpty
    var frame = rectangle
    // Once with the legend inside; if it would hide data, once more with it beside.
    for _ in 0..<2 {
      frame = self.frame(
        in: rectangle, x: &xAxis, y: &yAxis, bars: bars, besideWidth: isBeside ? legendSize.width + 18 : 0)
      if entries.isEmpty || legend == .none || isBeside { break }
      placed = cornerForLegend(legendSize, frame: frame, x: xAxis, y: yAxis)
      if placed != nil { break }
      isBeside = true
    }
    if isBeside {
      let barWidth = bars.isEmpty ? 0 : Plot.colorBarWidth(bars[0], height: frame.height)
      placed = Rectangle(
        x: frame.maxX + barWidth + 10, y: frame.y, width: legendSize.width, height: legendSize.height)
    }

    let map = PlotMapping(frame: frame, x: xAxis, y: yAxis)
    let marksUnderGrid = marks.filter(\.fillsFrame)
    canvas.clipped(to: frame) { canvas in for mark in marksUnderGrid { mark.draw(on: &canvas, map: map) } }
    drawAxes(on: &canvas, rectangle: rectangle, map: map, hidesGrid: !marksUnderGrid.isEmpty)
    canvas.clipped(to: frame.inset(left: -0.5, top: -0.5, right: -0.5, bottom: -0.5)) { canvas in
      for mark in marks where !mark.fillsFrame { mark.draw(on: &canvas, map: map) }
    }
    for (i, bar) in bars.enumerated() where i == 0 {
      drawColorBar(
        bar, on: &canvas, in: Rectangle(x: frame.maxX + 10, y: frame.y, width: 12, height: frame.height))
    }
    if let placed, !entries.isEmpty { drawLegend(entries, on: &canvas, in: placed) }
  }

  /// The rectangle between the axes.
  private func frame(
    in rectangle: Rectangle, x xAxis: inout ResolvedAxis, y yAxis: inout ResolvedAxis, bars: [ColorBar],
    besideWidth: Double
  ) -> Rectangle {
    let line = Canvas.measure("0", size: Plot.tickSize).height
    let top = (title.isEmpty ? 8 : 28.0)
    let bottom = 8 + line + (x.label.isEmpty ? 0 : 18) + 2
    let height = max(20, rectangle.height - top - bottom)
    let yTicks = ticks(of: yAxis, own: y.ticks, count: Int(height / 42))
    let widest = yTicks.map { Canvas.measure($0.label, size: Plot.tickSize).width }.max() ?? 0
    let left = 10 + widest + (y.label.isEmpty ? 0 : 20) + 4
    var right = besideWidth + (bars.isEmpty ? 0 : Plot.colorBarWidth(bars[0], height: height))
    let xTicks = ticks(of: xAxis, own: x.ticks, count: 6)
    if let last = xTicks.last, let share = xAxis.share(last.value) {
      // The last label reaches past its mark by half its width.
      let room = (1 - share) * (rectangle.width - left - right)
      right = max(right, Canvas.measure(last.label, size: Plot.tickSize).width / 2 - room + 4)
    }
    right = max(right, 12)
    var frame = rectangle.inset(left: left, top: top, right: right, bottom: bottom)
    frame = Rectangle(
      x: frame.x.rounded(), y: frame.y.rounded(), width: max(20, frame.width.rounded(.down)),
      height: max(20, frame.height.rounded(.down)))
    if isEqual, x.scale == .linear, y.scale == .linear {
      // The axis with room to spare is lengthened, or, where both ends are fixed, the frame shortened.
      let xUnit = frame.width / (xAxis.high - xAxis.low)
      let yUnit = frame.height / (yAxis.high - yAxis.low)
      let isFilled = marks.contains { $0.fillsFrame }
      if xUnit > yUnit, x.range == nil, !isFilled {
        xAxis = xAxis.widened(by: xUnit / yUnit)
        return frame
      }
      if yUnit > xUnit, y.range == nil, !isFilled {
        yAxis = yAxis.widened(by: yUnit / xUnit)
        return frame
      }
      let unit = min(xUnit, yUnit)
      let (w, h) = (unit * (xAxis.high - xAxis.low), unit * (yAxis.high - yAxis.low))
      frame = Rectangle(
        x: (frame.x + (frame.width - w) / 2).rounded(), y: (frame.y + (frame.height - h) / 2).rounded(),
        width: w.rounded(), height: h.rounded())
    }
    return frame
  }

  private func ticks(of axis: ResolvedAxis, own: [Axis.Tick]?, count: Int) -> [Axis.Tick] {
    (own ?? axis.ticks(count: count)).filter { tick in
      guard let share = axis.share(tick.value) else { return false }
      return share >= -1e-6 && share <= 1 + 1e-6
    }
  }

  private func drawAxes(on canvas: inout Canvas, rectangle: Rectangle, map: PlotMapping, hidesGrid: Bool) {
    let frame = map.frame
    // Ticks of x: fewer, until their labels stay apart.
    var count = max(2, Int(frame.width / 45))
    var xTicks = ticks(of: map.x, own: x.ticks, count: count)
    while x.ticks == nil, count > 2, overlap(xTicks, map: map) {
      count -= 1
      xTicks = ticks(of: map.x, own: nil, count: count)
    }
    while xTicks.count > 2, overlap(xTicks, map: map) {
      xTicks = xTicks.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    }
    let yTicks = ticks(of: map.y, own: y.ticks, count: Int(frame.height / 42))
    // Half a logical pixel, so that a line one pixel wide covers whole pixels.
    func crisp(_ v: Double) -> Double { (v * 2).rounded() / 2 }
    if hasGrid, !hidesGrid {
      let faint = Color(hex: 0xf2f4f6)
      for value in map.x.minorTicks() {
        if let px = map.px(value) {
          canvas.line(from: Point(crisp(px), frame.y), to: Point(crisp(px), frame.maxY), color: faint, width: 1)
        }
      }
      for value in map.y.minorTicks() {
        if let py = map.py(value) {
          canvas.line(from: Point(frame.x, crisp(py)), to: Point(frame.maxX, crisp(py)), color: faint, width: 1)
        }
      }
      for tick in xTicks where x.ticks == nil {
        if let px = map.px(tick.value) {
          canvas.line(from: Point(crisp(px), frame.y), to: Point(crisp(px), frame.maxY), color: .grid, width: 1)
        }
      }
      for tick in yTicks {
        if let py = map.py(tick.value) {
          canvas.line(from: Point(frame.x, crisp(py)), to: Point(frame.maxX, crisp(py)), color: .grid, width: 1)
        }
      }
    }
    canvas.stroke(frame, color: .frame, width: 1)
    for tick in xTicks {
      guard let px = map.px(tick.value) else { continue }
      canvas.line(from: Point(crisp(px), frame.maxY), to: Point(crisp(px), frame.maxY + 4), color: .frame, width: 1)
      canvas.text(
        tick.label, at: Point(px, frame.maxY + 7), color: .softInk, size: Plot.tickSize, horizontal: .center,
        vertical: .top)
    }
    for tick in yTicks {
      guard let py = map.py(tick.value) else { continue }
      canvas.line(from: Point(frame.x - 4, crisp(py)), to: Point(frame.x, crisp(py)), color: .frame, width: 1)
      canvas.text(
        tick.label, at: Point(frame.x - 7, py), color: .softInk, size: Plot.tickSize, horizontal: .right,
        vertical: .middle)
    }
    if !title.isEmpty {
      let size = fitting(title, width: rectangle.width - 12, size: Plot.titleSize)
      let half = Canvas.measure(title, size: size).width / 2
      let center = min(max(frame.midX, rectangle.x + half + 6), rectangle.maxX - half - 6)
      canvas.text(
        title, at: Point(center, frame.y - 10), size: size, isBold: true, horizontal: .center, vertical: .baseline)
    }
    if !x.label.isEmpty {
      let size = fitting(x.label, width: rectangle.width - 12, size: Plot.labelSize)
      let half = Canvas.measure(x.label, size: size).width / 2
      let center = min(max(frame.midX, rectangle.x + half + 6), rectangle.maxX - half - 6)
      canvas.text(x.label, at: Point(center, frame.maxY + 24), size: size, horizontal: .center, vertical: .top)
    }
    if !y.label.isEmpty {
      let widest = yTicks.map { Canvas.measure($0.label, size: Plot.tickSize).width }.max() ?? 0
      let size = fitting(y.label, width: rectangle.height - 12, size: Plot.labelSize)
      let half = Canvas.measure(y.label, size: size).width / 2
      let center = min(max(frame.midY, rectangle.y + half + 6), rectangle.maxY - half - 6)
      canvas.text(
        y.label, at: Point(frame.x - widest - 20, center), size: size, horizontal: .center, vertical: .middle,
        isVertical: true)
    }
  }

  /// A size at which the text fits.
  private func fitting(_ text: String, width: Double, size: Double) -> Double {
    let natural = Canvas.measure(text, size: size).width
    return natural <= width ? size : max(6, size * width / natural)
  }

  private func overlap(_ ticks: [Axis.Tick], map: PlotMapping) -> Bool {
    var end = -Double.infinity
    for tick in ticks.sorted(by: { $0.value < $1.value }) {
      guard let px = map.px(tick.value) else { continue }
      let half = Canvas.measure(tick.label, size: Plot.tickSize).width / 2
      if px - half < end + 6 { return true }
      end = px + half
    }
    return false
  }

  // MARK: - Legend

  private static let legendLine = 17.0

  private static func legendSize(_ entries: [LegendEntry]) -> Size {
    let widest = entries.map { Canvas.measure($0.label, size: tickSize).width }.max() ?? 0
    return Size(widest + 40, Double(entries.count) * legendLine + 8)
  }

  /// The corner with no data under the legend, or nil. A corner that the caller asked for is taken as it is.
  private func cornerForLegend(_ size: Size, frame: Rectangle, x: ResolvedAxis, y: ResolvedAxis) -> Rectangle? {
    let (left, right) = (frame.x + 8, frame.maxX - 8 - size.width)
    let (top, bottom) = (frame.y + 8, frame.maxY - 8 - size.height)
    func corner(_ px: Double, _ py: Double) -> Rectangle {
      Rectangle(x: px, y: py, width: size.width, height: size.height)
    }
    switch legend {
    case .topLeft: return corner(left, top)
    case .topRight: return corner(right, top)
    case .bottomLeft: return corner(left, bottom)
    case .bottomRight: return corner(right, bottom)
    default: break
    }
    guard size.width + 16 <= frame.width, size.height + 16 <= frame.height else { return nil }
    let map = PlotMapping(frame: frame, x: x, y: y)
    let occupied = marks.flatMap { $0.occupied(map: map) }
    return [corner(right, top), corner(left, top), corner(right, bottom), corner(left, bottom)].first { box in
      let wide = box.inset(left: -5, top: -5, right: -5, bottom: -5)
      return !occupied.contains { $0.x > wide.x && $0.x < wide.maxX && $0.y > wide.y && $0.y < wide.maxY }
    }
  }

  private func drawLegend(_ entries: [LegendEntry], on canvas: inout Canvas, in box: Rectangle) {
    canvas.fill(box, color: Color.white.opacity(0.9))
    canvas.stroke(box, color: .grid, width: 1)
    for (i, entry) in entries.enumerated() {
      let middle = box.y + 4 + (Double(i) + 0.5) * Plot.legendLine
      entry.drawSample(&canvas, Rectangle(x: box.x + 7, y: middle - 5, width: 20, height: 10))
      canvas.text(
        entry.label, at: Point(box.x + 33, middle), size: Plot.tickSize, horizontal: .left, vertical: .middle)
    }
  }

  // MARK: - Colour bar

  private static func colorBarAxis(_ bar: ColorBar) -> ResolvedAxis {
    let scale = bar.isLogarithmic ? Axis.Scale.log : .linear
    return ResolvedAxis(Axis(scale: scale, range: bar.low...max(bar.high, bar.low)), extent: nil, padding: 0)
  }

  private static func colorBarTicks(_ bar: ColorBar, height: Double) -> [Axis.Tick] {
    colorBarAxis(bar).ticks(count: max(2, Int(height / 42)))
  }

  private static func colorBarWidth(_ bar: ColorBar, height: Double) -> Double {
    let widest = colorBarTicks(bar, height: height).map { Canvas.measure($0.label, size: tickSize).width }.max() ?? 0
    return 10 + 12 + 8 + widest + (bar.label.isEmpty ? 6 : 24)
  }

  private func drawColorBar(_ bar: ColorBar, on canvas: inout Canvas, in box: Rectangle) {
    var pixels: [UInt8] = []
    for level in stride(from: 255, through: 0, by: -1) {
      let color = bar.map[level]
      pixels += [color.red, color.green, color.blue]
    }
    canvas.draw(Image(width: 1, height: 256, format: .rgb, pixels: pixels), in: box)
    canvas.stroke(box, color: .frame, width: 1)
    let axis = Plot.colorBarAxis(bar)
    var widest = 0.0
    for tick in Plot.colorBarTicks(bar, height: box.height) {
      guard let share = axis.share(tick.value), share >= -1e-6, share <= 1 + 1e-6 else { continue }
      let py = box.maxY - share * box.height
      canvas.line(from: Point(box.maxX, py), to: Point(box.maxX + 4, py), color: .frame, width: 1)
      canvas.text(
        tick.label, at: Point(box.maxX + 7, py), color: .softInk, size: Plot.tickSize, horizontal: .left,
        vertical: .middle)
      widest = max(widest, Canvas.measure(tick.label, size: Plot.tickSize).width)
    }
    if !bar.label.isEmpty {
      canvas.text(
        bar.label, at: Point(box.maxX + widest + 17, box.midY), size: Plot.labelSize, horizontal: .center,
        vertical: .middle, isVertical: true)
    }
  }
}

// MARK: - What a plot is made of

/// From values to places on the canvas.
struct PlotMapping {
  let frame: Rectangle
  let x: ResolvedAxis
  let y: ResolvedAxis

  func px(_ value: Double) -> Double? { x.share(value).map { frame.x + $0 * frame.width } }
  func py(_ value: Double) -> Double? { y.share(value).map { frame.maxY - $0 * frame.height } }

  func point(_ xValue: Double, _ yValue: Double) -> Point? {
    guard let px = px(xValue), let py = py(yValue) else { return nil }
    return Point(px, py)
  }
}

/// How far a mark's values reach; for logarithmic axes, the positive ones alone.
struct PlotExtent {
  var x: (low: Double, high: Double)?
  var y: (low: Double, high: Double)?
  var positiveX: (low: Double, high: Double)?
  var positiveY: (low: Double, high: Double)?

  init(x xs: [Double], y ys: [Double]) {
    func reach(_ values: [Double], above bound: Double) -> (low: Double, high: Double)? {
      var result: (low: Double, high: Double)?
      for v in values where v.isFinite && v > bound {
        if let r = result { result = (min(r.low, v), max(r.high, v)) } else { result = (v, v) }
      }
      return result
    }
    x = reach(xs, above: -.infinity)
    y = reach(ys, above: -.infinity)
    positiveX = reach(xs, above: 0)
    positiveY = reach(ys, above: 0)
  }
}

struct LegendEntry {
  var label: String
  var drawSample: (inout Canvas, Rectangle) -> Void
}

struct ColorBar {
  var map: ColorMap
  var low: Double
  var high: Double
  var label: String
  var isLogarithmic = false
}

protocol PlotMark {
  var extent: PlotExtent { get }
  /// Whether it covers the whole frame, and so lies under the grid and leaves no margin.
  var fillsFrame: Bool { get }
  /// Whether it stands on the line y = 0.
  var standsOnZero: Bool { get }
  var legend: LegendEntry? { get }
  var colorBar: ColorBar? { get }
  func draw(on canvas: inout Canvas, map: PlotMapping)
  /// Places that a legend must not hide.
  func occupied(map: PlotMapping) -> [Point]
}

extension PlotMark {
  var fillsFrame: Bool { false }
  var standsOnZero: Bool { false }
  var colorBar: ColorBar? { nil }
  var legend: LegendEntry? { nil }
  func occupied(map: PlotMapping) -> [Point] { [] }
}
