extension Plot {
  /// Adds bars from 0 to each value, standing at places of the x axis.
  ///
  /// - Parameters:
  ///   - places: the middles of the bars.
  ///   - width: of a bar, in units of x.
  ///   - errors: half the height of an error bar on each.
  public mutating func bars(
    x places: [Double], heights: [Double], width: Double, label: String = "", color: Color? = nil,
    errors: [Double]? = nil
  ) {
    Plot.check(places.count, heights.count, "bars")
    if let errors { Plot.check(places.count, errors.count, "bars' error bars") }
    marks.append(
      BarMark(
        left: places.map { $0 - width / 2 }, right: places.map { $0 + width / 2 }, heights: heights, label: label,
        color: nextColor(color), errors: errors, isFlush: false))
  }

  /// Adds a histogram of values in equal bins.
  ///
  /// - Parameters:
  ///   - range: from the first bin's left edge to the last one's right; nil takes the values' own.
  ///   - isDensity: the bars' area is 1, so that the curve of a density can be laid over them; otherwise counts.
  public mutating func histogram(
    _ values: [Double], bins: Int = 30, range: ClosedRange<Double>? = nil, isDensity: Bool = true, label: String = "",
    color: Color? = nil
  ) {
    let known = values.filter(\.isFinite)
    guard bins > 0 else { fatalError("Plot: a histogram needs at least one bin, got \(bins)") }
    let low = range?.lowerBound ?? known.min() ?? 0
    var high = range?.upperBound ?? known.max() ?? 1
    if !(high > low) { high = low + 1 }
    let width = (high - low) / Double(bins)
    var counts = [Double](repeating: 0, count: bins)
    for value in known where value >= low && value <= high {
      counts[min(bins - 1, Int((value - low) / width))] += 1
    }
    if isDensity, !known.isEmpty { counts = counts.map { $0 / (Double(known.count) * width) } }
    let edges = (0...bins).map { low + width * Double($0) }
    marks.append(
      BarMark(
        left: Array(edges.dropLast()), right: Array(edges.dropFirst()), heights: counts, label: label,
        color: nextColor(color), errors: nil, isFlush: true))
  }

  /// Bars side by side, a group for each name and a colour for each series, with the names under them.
  ///
  /// - Parameter series: name in the legend, a value a group, and half the height of its error bar.
  public static func barChart(
    _ title: String = "", groups: [String], series: [(name: String, values: [Double], errors: [Double]?)],
    xLabel: String = "", yLabel: String = ""
  ) -> Plot {
    var plot = Plot(
      title,
      x: Axis(
        xLabel, range: -0.6...Double(groups.count) - 0.4,
        ticks: groups.enumerated().map { Axis.Tick(Double($0.offset), $0.element) }), y: Axis(yLabel))
    let width = 0.8 / Double(max(1, series.count))
    for (i, one) in series.enumerated() {
      let offset = (Double(i) - Double(series.count - 1) / 2) * width
      plot.bars(
        x: groups.indices.map { Double($0) + offset }, heights: one.values, width: width * 0.92,
        label: series.count > 1 ? one.name : "", errors: one.errors)
    }
    return plot
  }
}

struct BarMark: PlotMark {
  var left: [Double]
  var right: [Double]
  var heights: [Double]
  var label: String
  var color: Color
  var errors: [Double]?
  /// Whether the bars touch, as in a histogram: then they are drawn fainter.
  var isFlush: Bool

  var standsOnZero: Bool { true }

  var extent: PlotExtent {
    let tops = errors.map { zip(heights, $0).map { $0 + $1 } } ?? heights
    return PlotExtent(x: left + right, y: heights + tops + [0])
  }

  var legend: LegendEntry? {
    guard !label.isEmpty else { return nil }
    return LegendEntry(label: label) { canvas, box in
      canvas.fill(Rectangle(x: box.x + 4, y: box.y, width: 12, height: 10), color: fill)
    }
  }

  private var fill: Color { isFlush ? color.opacity(0.45) : color.opacity(0.9) }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    let foot = map.py(0) ?? map.frame.maxY
    func crisp(_ v: Double) -> Double { (v * canvas.scale).rounded() / canvas.scale }
    for i in heights.indices where heights[i] != 0 {
      guard let x0 = map.px(left[i]), let x1 = map.px(right[i]), let y = map.py(heights[i]) else { continue }
      let (a, b) = (crisp(x0), crisp(x1))
      canvas.fill(Rectangle(x: a, y: min(y, foot), width: max(0.5, b - a), height: abs(foot - y)), color: fill)
    }
    guard let errors else { return }
    for i in heights.indices where errors[i] > 0 {
      guard let x0 = map.px(left[i]), let x1 = map.px(right[i]), let top = map.py(heights[i] + errors[i]) else {
        continue
      }
      let bottom = map.py(heights[i] - errors[i]) ?? foot
      let middle = (x0 + x1) / 2
      canvas.line(from: Point(middle, top), to: Point(middle, bottom), color: .ink, width: 1.2)
      canvas.line(from: Point(middle - 3, top), to: Point(middle + 3, top), color: .ink, width: 1.2)
      canvas.line(from: Point(middle - 3, bottom), to: Point(middle + 3, bottom), color: .ink, width: 1.2)
    }
  }

  func occupied(map: PlotMapping) -> [Point] {
    var result: [Point] = []
    for i in heights.indices {
      guard let x0 = map.px(left[i]), let x1 = map.px(right[i]), let y = map.py(heights[i] + (errors?[i] ?? 0)) else {
        continue
      }
      let foot = map.py(0) ?? map.frame.maxY
      for step in 0...20 {
        let height = y + (foot - y) * Double(step) / 20
        for x in [x0, (x0 + x1) / 2, x1] { result.append(Point(x, height)) }
      }
    }
    return result
  }
}
