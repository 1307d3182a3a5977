extension Plot {
  /// Fills the plot with a grid of values as colours.
  ///
  /// - Parameters:
  ///   - values: `rows · columns` values, row by row; row 0 lies at the low end of y (the bottom).
  ///   - xRange, yRange: the edges of the grid, from the outer edge of the first cell to that of the last.
  ///   - low, high: the values of the first and the last colour; nil takes them from the data.
  ///   - barLabel: what the colour bar measures; nil draws no bar.
  ///   - isLogarithmic: colours by the logarithm of the value; what is not positive gets the first colour.
  public mutating func heatMap(
    _ values: [Double], columns: Int, rows: Int, x xRange: ClosedRange<Double>, y yRange: ClosedRange<Double>,
    map: ColorMap = .viridis, low: Double? = nil, high: Double? = nil, barLabel: String? = "",
    isLogarithmic: Bool = false
  ) {
    guard columns > 0, rows > 0, values.count == columns * rows else {
      fatalError("Plot: a heat map of \(columns) × \(rows) cells got \(values.count) values")
    }
    let known = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    let low = low ?? known.min() ?? 0
    var high = high ?? known.max() ?? 1
    if !(high > low) { high = low + (low == 0 ? 1 : abs(low) * 1e-6) }
    marks.append(
      HeatMark(
        values: values, columns: columns, rows: rows, xRange: xRange, yRange: yRange, map: map, low: low, high: high,
        barLabel: barLabel, isLogarithmic: isLogarithmic))
  }

  /// Fills the plot with the values of a function at the middles of a grid of cells; see ``heatMap(_:columns:rows:x:y:map:low:high:barLabel:isLogarithmic:)``.
  public mutating func heatMap(
    x xRange: ClosedRange<Double>, y yRange: ClosedRange<Double>, columns: Int = 120, rows: Int = 120,
    map: ColorMap = .viridis, low: Double? = nil, high: Double? = nil, barLabel: String? = "",
    isLogarithmic: Bool = false, of function: (_ x: Double, _ y: Double) -> Double
  ) {
    let (width, height) = (xRange.upperBound - xRange.lowerBound, yRange.upperBound - yRange.lowerBound)
    var values: [Double] = []
    values.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        values.append(
          function(
            xRange.lowerBound + width * (Double(column) + 0.5) / Double(columns),
            yRange.lowerBound + height * (Double(row) + 0.5) / Double(rows)))
      }
    }
    heatMap(
      values, columns: columns, rows: rows, x: xRange, y: yRange, map: map, low: low, high: high, barLabel: barLabel,
      isLogarithmic: isLogarithmic)
  }
}

struct HeatMark: PlotMark {
  var values: [Double]
  var columns: Int
  var rows: Int
  var xRange: ClosedRange<Double>
  var yRange: ClosedRange<Double>
  var map: ColorMap
  var low: Double
  var high: Double
  var barLabel: String?
  var isLogarithmic: Bool

  var fillsFrame: Bool { true }
  var extent: PlotExtent {
    PlotExtent(x: [xRange.lowerBound, xRange.upperBound], y: [yRange.lowerBound, yRange.upperBound])
  }

  var colorBar: ColorBar? {
    barLabel.map { ColorBar(map: map, low: low, high: high, label: $0, isLogarithmic: isLogarithmic) }
  }

  func draw(on canvas: inout Canvas, map plot: PlotMapping) {
    let axis = ResolvedAxis(Axis(scale: isLogarithmic ? .log : .linear, range: low...high), extent: nil, padding: 0)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * values.count)
    for row in stride(from: rows - 1, through: 0, by: -1) {
      for column in 0..<columns {
        let color = map.color(axis.share(values[row * columns + column]) ?? 0)
        pixels += [color.red, color.green, color.blue]
      }
    }
    guard let topLeft = plot.point(xRange.lowerBound, yRange.upperBound),
      let bottomRight = plot.point(xRange.upperBound, yRange.lowerBound)
    else { return }
    canvas.draw(
      Image(width: columns, height: rows, format: .rgb, pixels: pixels),
      in: Rectangle(
        x: topLeft.x, y: topLeft.y, width: bottomRight.x - topLeft.x, height: bottomRight.y - topLeft.y))
  }
}
