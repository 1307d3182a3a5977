extension Plot {
  /// Adds a cloud of points.
  ///
  /// - Parameters:
  ///   - radius: logical pixels; small for many points.
  ///   - opacity: below 1, so that dense places look denser.
  public mutating func scatter(
    x xs: [Double], y ys: [Double], label: String = "", color: Color? = nil, radius: Double = 1.8,
    opacity: Double = 0.75, marker: Marker = .disc
  ) {
    Plot.check(xs.count, ys.count, "scatter")
    let color = nextColor(color)
    marks.append(
      ScatterMark(x: xs, y: ys, label: label, color: color, radius: radius, opacity: opacity, marker: marker))
  }

  /// Adds a cloud of points given as x₀, y₀, x₁, y₁, …: the scalars of a tensor of shape [N, 2].
  public mutating func scatter(
    interleaved values: [Float], label: String = "", color: Color? = nil, radius: Double = 1.8, opacity: Double = 0.75,
    marker: Marker = .disc
  ) {
    guard values.count % 2 == 0 else { fatalError("Plot: points in the plane need pairs, got \(values.count) values") }
    scatter(
      x: stride(from: 0, to: values.count, by: 2).map { Double(values[$0]) },
      y: stride(from: 1, to: values.count, by: 2).map { Double(values[$0]) },
      label: label, color: color, radius: radius, opacity: opacity, marker: marker)
  }
}

struct ScatterMark: PlotMark {
  var x: [Double]
  var y: [Double]
  var label: String
  var color: Color
  var radius: Double
  var opacity: Double
  var marker: Marker

  var extent: PlotExtent { PlotExtent(x: x, y: y) }

  var legend: LegendEntry? {
    guard !label.isEmpty else { return nil }
    return LegendEntry(label: label) { canvas, box in
      marker.draw(on: &canvas, at: Point(box.midX, box.midY), radius: max(3, radius), color: color)
    }
  }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    let color = color.opacity(opacity)
    for (xValue, yValue) in zip(x, y) {
      if let p = map.point(xValue, yValue) { marker.draw(on: &canvas, at: p, radius: radius, color: color) }
    }
  }

  func occupied(map: PlotMapping) -> [Point] { zip(x, y).compactMap { map.point($0, $1) } }
}
