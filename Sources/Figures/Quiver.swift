extension Plot {
  /// Adds an arrow at each place (xᵢ, yᵢ), along (uᵢ, vᵢ).
  ///
  /// - Parameters:
  ///   - length: how long the longest arrow is, in logical pixels; the others are shorter in proportion.
  ///   - isNormalized: all arrows equally long; their colour then tells the strength (faint is weak).
  public mutating func quiver(
    x xs: [Double], y ys: [Double], u us: [Double], v vs: [Double], label: String = "", color: Color? = nil,
    length: Double = 16, isNormalized: Bool = false
  ) {
    Plot.check(xs.count, ys.count, "quiver (y)")
    Plot.check(xs.count, us.count, "quiver (u)")
    Plot.check(xs.count, vs.count, "quiver (v)")
    marks.append(
      QuiverMark(
        x: xs, y: ys, u: us, v: vs, label: label, color: nextColor(color), length: length, isNormalized: isNormalized))
  }

  /// Adds arrows of a vector field on a grid of places.
  public mutating func quiver(
    x xRange: ClosedRange<Double>, y yRange: ClosedRange<Double>, columns: Int = 17, rows: Int = 17, label: String = "",
    color: Color? = nil, length: Double = 16, isNormalized: Bool = false,
    of field: (_ x: Double, _ y: Double) -> (u: Double, v: Double)
  ) {
    var (xs, ys, us, vs): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    for row in 0..<rows {
      for column in 0..<columns {
        let px = xRange.lowerBound + (xRange.upperBound - xRange.lowerBound) * (Double(column) + 0.5) / Double(columns)
        let py = yRange.lowerBound + (yRange.upperBound - yRange.lowerBound) * (Double(row) + 0.5) / Double(rows)
        let (u, v) = field(px, py)
        xs.append(px)
        ys.append(py)
        us.append(u)
        vs.append(v)
      }
    }
    quiver(x: xs, y: ys, u: us, v: vs, label: label, color: color, length: length, isNormalized: isNormalized)
  }

  /// Adds the curves that follow a vector field, evenly spread: Runge–Kutta of order 4 with steps of a fixed length in
  /// the picture, from a grid of places, each curve ending where it comes near another.
  ///
  /// - Parameter spacing: how near curves may come to each other, as a share of the plot's width.
  public mutating func streamlines(
    x xRange: ClosedRange<Double>, y yRange: ClosedRange<Double>, color: Color? = nil, spacing: Double = 0.04,
    width: Double = 1, of field: (_ x: Double, _ y: Double) -> (u: Double, v: Double)
  ) {
    let tracer = StreamlineTracer(xRange: xRange, yRange: yRange, spacing: spacing)
    marks.append(
      StreamlineMark(lines: tracer.trace(field), xRange: xRange, yRange: yRange, color: nextColor(color), width: width))
  }
}

struct QuiverMark: PlotMark {
  var x: [Double]
  var y: [Double]
  var u: [Double]
  var v: [Double]
  var label: String
  var color: Color
  var length: Double
  var isNormalized: Bool

  var extent: PlotExtent { PlotExtent(x: x, y: y) }

  var legend: LegendEntry? {
    guard !label.isEmpty else { return nil }
    return LegendEntry(label: label) { canvas, box in
      canvas.arrow(from: Point(box.x + 1, box.midY), to: Point(box.maxX - 1, box.midY), color: color)
    }
  }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    // Directions as they look in the picture, where the two axes may be stretched differently.
    let xUnit = map.frame.width / (map.x.high - map.x.low)
    let yUnit = map.frame.height / (map.y.high - map.y.low)
    let arrows = x.indices.map { i in (dx: u[i] * xUnit, dy: -v[i] * yUnit) }
    let lengths = arrows.map { ($0.dx * $0.dx + $0.dy * $0.dy).squareRoot() }
    guard let longest = lengths.filter(\.isFinite).max(), longest > 0 else { return }
    for i in x.indices where lengths[i].isFinite && lengths[i] > 0 {
      guard let p = map.point(x[i], y[i]) else { continue }
      let strength = lengths[i] / longest
      let drawn = isNormalized ? length : length * strength
      let color = isNormalized ? color.opacity(0.25 + 0.75 * strength.squareRoot()) : color
      guard drawn > 0.8 else {
        canvas.disc(at: p, radius: 0.7, color: color)
        continue
      }
      let (ux, uy) = (arrows[i].dx / lengths[i] * drawn / 2, arrows[i].dy / lengths[i] * drawn / 2)
      canvas.arrow(
        from: Point(p.x - ux, p.y - uy), to: Point(p.x + ux, p.y + uy), color: color, width: 1.1,
        head: min(4.5, 1.5 + drawn * 0.3))
    }
  }

  func occupied(map: PlotMapping) -> [Point] { zip(x, y).compactMap { map.point($0, $1) } }
}

struct StreamlineMark: PlotMark {
  var lines: [[Point]]
  var xRange: ClosedRange<Double>
  var yRange: ClosedRange<Double>
  var color: Color
  var width: Double

  var extent: PlotExtent {
    PlotExtent(x: [xRange.lowerBound, xRange.upperBound], y: [yRange.lowerBound, yRange.upperBound])
  }

  func draw(on canvas: inout Canvas, map: PlotMapping) {
    for line in lines {
      let points = line.compactMap { map.point($0.x, $0.y) }
      guard points.count > 2 else { continue }
      canvas.stroke(points, color: color, width: width)
      let middle = points.count / 2
      let (a, b) = (points[middle - 1], points[middle])
      let length = ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
      guard length > 0 else { continue }
      let tip = Point(b.x + (b.x - a.x) / length * 4, b.y + (b.y - a.y) / length * 4)
      canvas.arrow(
        from: Point(tip.x - (b.x - a.x) / length * 5, tip.y - (b.y - a.y) / length * 5), to: tip, color: color)
    }
  }

  func occupied(map: PlotMapping) -> [Point] { lines.joined().compactMap { map.point($0.x, $0.y) } }
}

/// Follows a field from evenly spread places, keeping the curves apart by a grid of taken cells.
private struct StreamlineTracer {
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>
  let spacing: Double

  private var cells: Int { max(4, Int(1 / max(spacing, 0.005))) }

  func trace(_ field: (Double, Double) -> (u: Double, v: Double)) -> [[Point]] {
    let (width, height) = (xRange.upperBound - xRange.lowerBound, yRange.upperBound - yRange.lowerBound)
    let n = cells
    var taken = [Int](repeating: -1, count: n * n)
    // In units of the plot's sides, at unit speed.
    func direction(_ p: Point) -> Point? {
      let (u, v) = field(xRange.lowerBound + p.x * width, yRange.lowerBound + p.y * height)
      let (du, dv) = (u / width, v / height)
      let length = (du * du + dv * dv).squareRoot()
      return length > 1e-12 && length.isFinite ? Point(du / length, dv / length) : nil
    }
    func cell(_ p: Point) -> Int? {
      guard p.x >= 0, p.x < 1, p.y >= 0, p.y < 1 else { return nil }
      return Int(p.y * Double(n)) * n + Int(p.x * Double(n))
    }
    let step = 0.2 / Double(n)
    func follow(from start: Point, sign: Double, id: Int) -> [Point] {
      var line: [Point] = []
      var p = start
      for _ in 0..<20 * n {
        guard let a = direction(p) else { break }
        let h = step * sign
        guard let b = direction(Point(p.x + a.x * h / 2, p.y + a.y * h / 2)),
          let c = direction(Point(p.x + b.x * h / 2, p.y + b.y * h / 2)),
          let d = direction(Point(p.x + c.x * h, p.y + c.y * h))
        else { break }
        p = Point(p.x + h * (a.x + 2 * b.x + 2 * c.x + d.x) / 6, p.y + h * (a.y + 2 * b.y + 2 * c.y + d.y) / 6)
        guard let here = cell(p), taken[here] == -1 || taken[here] == id else { break }
        taken[here] = id
        line.append(p)
      }
      return line
    }
    var lines: [[Point]] = []
    // From the middle outwards, so that long curves come first.
    let order = (0..<n * n).sorted { a, b in
      func distance(_ i: Int) -> Int {
        let (dx, dy) = (2 * (i % n) - n + 1, 2 * (i / n) - n + 1)
        return dx * dx + dy * dy
      }
      return (distance(a), a) < (distance(b), b)
    }
    for i in order where taken[i] == -1 {
      let start = Point((Double(i % n) + 0.5) / Double(n), (Double(i / n) + 0.5) / Double(n))
      taken[i] = i
      let line = follow(from: start, sign: -1, id: i).reversed() + [start] + follow(from: start, sign: 1, id: i)
      if line.count >= 25 {
        lines.append(line.map { Point(xRange.lowerBound + $0.x * width, yRange.lowerBound + $0.y * height) })
      }
    }
    return lines
  }
}
