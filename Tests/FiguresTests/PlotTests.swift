import XCTest

@testable import Figures

final class PlotTests: XCTestCase {
  // MARK: - Ticks and numbers

  private func labels(_ low: Double, _ high: Double, _ scale: Axis.Scale = .linear, count: Int = 5) -> [String] {
    ResolvedAxis(Axis(scale: scale, range: low...high), extent: nil, padding: 0).ticks(count: count).map(\.label)
  }

  func testTicksAreRound() {
    XCTAssertEqual(labels(0, 1), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    XCTAssertEqual(labels(-1, 1), ["−1.0", "−0.5", "0.0", "0.5", "1.0"])
    XCTAssertEqual(labels(0, 80), ["0", "20", "40", "60", "80"])
    XCTAssertEqual(labels(0.37, 0.42), ["0.37", "0.38", "0.39", "0.40", "0.41", "0.42"])
    XCTAssertEqual(labels(0, 3e6), ["0", "1·10⁶", "2·10⁶", "3·10⁶"])
    XCTAssertEqual(labels(0, 4e-5), ["0", "1·10⁻⁵", "2·10⁻⁵", "3·10⁻⁵", "4·10⁻⁵"])
    XCTAssertEqual(labels(0.002, 80, .log, count: 8), ["0.01", "0.1", "1", "10"])
    XCTAssertEqual(labels(1e-8, 1, .log), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"])
    XCTAssertEqual(labels(0.3, 7, .log), ["0.5", "1", "2", "5"])
    for (low, high) in [(0.0, 1e-9), (1e9, 1e9 + 5), (-3.7, 1234.5), (0.1, 0.1000001), (-1e-3, 2e-3)] {
      let ticks = ResolvedAxis(Axis(range: low...high), extent: nil, padding: 0).ticks(count: 5)
      XCTAssertGreaterThanOrEqual(ticks.count, 2, "\(low)…\(high)")
      XCTAssertLessThanOrEqual(ticks.count, 12)
      XCTAssertEqual(zip(ticks, ticks.dropFirst()).filter { $0.value >= $1.value }.count, 0)
    }
  }

  func testNumbersAsText() {
    XCTAssertEqual(NumberText.fixed(-0.5, digits: 2), "−0.50")
    XCTAssertEqual(NumberText.fixed(-0.001, digits: 2), "0.00")
    XCTAssertEqual(NumberText.fixed(1234.5678, digits: 0), "1235")
    XCTAssertEqual(NumberText.short(0.05), "0.05")
    XCTAssertEqual(NumberText.short(1200), "1200")
    XCTAssertEqual(NumberText.short(3.2e-7), "3.2·10⁻⁷")
    XCTAssertEqual(NumberText.short(0.9996), "1")
    XCTAssertEqual(NumberText.short(-9.996), "−10")
    XCTAssertEqual(NumberText.short(0), "0")
    XCTAssertEqual(NumberText.fixed(.nan, digits: 1), "NaN")
    XCTAssertEqual(NumberText.raised(-120), "⁻¹²⁰")
  }

  func testTheAxisMapsValuesToShares() {
    let log = ResolvedAxis(Axis(scale: .log, range: 0.01...100), extent: nil, padding: 0)
    XCTAssertEqual(log.share(1)!, 0.5, accuracy: 1e-12)
    XCTAssertNil(log.share(0))
    XCTAssertNil(log.share(-1))
    XCTAssertNil(log.share(.nan))
    XCTAssertEqual(log.value(atShare: 0.75), 10, accuracy: 1e-9)
    let flat = ResolvedAxis(Axis(), extent: (3, 3), padding: 0.04)
    XCTAssertEqual(flat.share(3)!, 0.5, accuracy: 1e-12, "a constant lies in the middle")
  }

  // MARK: - Nothing is cut off, nothing is hidden

  private let curve = stride(from: 0.01, through: 1, by: 0.01).map { $0 }

  private var gallery: [(String, any Drawable)] {
    var lines = Plot(
      "A title that is rather long for a plot of this size", x: Axis("noise level σ", scale: .log), y: Axis("loss"))
    lines.line(x: curve, y: curve.map { 1 / $0 }, label: "1/σ")
    lines.line(x: curve, y: curve.map { 100 * $0 * $0 }, label: "100σ²", marker: .disc)
    var wide = Plot("", x: Axis("x", range: 0...1_000_000), y: Axis("y", range: -123_456...123_456))
    wide.scatter(x: [0, 1e6], y: [-123_456, 123_456])
    var heat = Plot("map", x: Axis("x₁"), y: Axis("x₂"))
    heat.heatMap(x: -1...1, y: -1...1, columns: 20, rows: 20, low: 0, high: 1e-6, barLabel: "density") { x, y in
      x * y * 1e-6
    }
    let bars = Plot.barChart(
      "bars", groups: ["one long name", "another long name", "third"],
      series: [("a", [1, 2, 3], [0.1, 0.2, 0.3]), ("b", [3, 2, 1], nil)],
      yLabel: "value")
    var field = Plot("field", x: Axis("x"), y: Axis("y"))
    field.quiver(x: -1...1, y: -1...1) { x, y in (-y, x) }
    field.streamlines(x: -1...1, y: -1...1) { x, y in (-y, x) }
    var empty = Plot("nothing", x: Axis("x"), y: Axis("y"))
    empty.line(x: [], y: [])
    empty.line(x: [1, 2], y: [.nan, .infinity])
    var beside = lines
    beside.legend = .beside
    var square = wide
    square.isEqual = true
    return [
      ("lines", lines), ("wide", wide), ("heat", heat), ("bars", bars), ("field", field), ("empty", empty),
      ("beside", beside), ("square", square), ("grid", FigureGrid([[lines, heat], [bars, nil]], title: "all")),
    ]
  }

  func testNothingTouchesTheEdge() {
    for (name, drawing) in gallery {
      for (width, height) in [(560.0, 380.0), (300, 220)] {
        let image = drawing.image(width: width, height: height, scale: 1).toGray()
        let (w, h) = (image.width, image.height)
        for x in 0..<w {
          for y in [0, 1, h - 2, h - 1] where image.pixels[y * w + x] < 250 {
            XCTFail("\(name) at \(width) × \(height): ink at the edge (\(x), \(y))")
            return
          }
        }
        for y in 0..<h {
          for x in [0, 1, w - 2, w - 1] where image.pixels[y * w + x] < 250 {
            XCTFail("\(name) at \(width) × \(height): ink at the edge (\(x), \(y))")
            return
          }
        }
      }
    }
  }

  func testDrawingIsRepeatable() {
    for (name, drawing) in gallery {
      XCTAssertEqual(drawing.image(width: 300, height: 220), drawing.image(width: 300, height: 220), name)
    }
  }

  func testTheLegendHidesNoData() throws {
    // Points that fill three corners: the legend must go to the fourth; then all four: it must go beside.
    func cloud(_ corners: [(Double, Double)]) -> Plot {
      var plot = Plot("", x: Axis("", range: 0...1), y: Axis("", range: 0...1))
      let (xs, ys) = (corners.map(\.0), corners.map(\.1))
      plot.scatter(x: xs, y: ys, label: "data", color: .black, radius: 4, opacity: 1)
      return plot
    }
    let corners = [(0.95, 0.95), (0.05, 0.95), (0.95, 0.05), (0.05, 0.05)]
    var bare = cloud(corners)
    bare.legend = .none
    XCTAssertNotEqual(bare.image(scale: 1), cloud(corners).image(scale: 1))
    for count in 1...4 {
      let image = cloud(Array(corners.prefix(count))).image(width: 400, height: 300, scale: 1).toGray()
      // Every point's black disc is still there: an almost black 3 × 3 block. The legend shows one more.
      var blocks = 0
      var y = 1
      var found: [(Int, Int)] = []
      while y < image.height - 1 {
        for x in 1..<image.width - 1 {
          let isBlack = (-1...1).allSatisfy { dy in
            (-1...1).allSatisfy { image.pixels[(y + dy) * image.width + x + $0] < 60 }
          }
          if isBlack, !found.contains(where: { abs($0.0 - x) < 10 && abs($0.1 - y) < 10 }) {
            found.append((x, y))
            blocks += 1
          }
        }
        y += 1
      }
      XCTAssertEqual(blocks, count + 1, "\(count) corners")
    }
  }

  func testALineGoesThroughItsPoints() {
    var plot = Plot("", x: Axis("", range: 0...10), y: Axis("", range: 0...10))
    plot.hasGrid = false
    plot.line(x: [0, 10], y: [0, 10], color: .black, width: 3)
    let image = plot.image(width: 300, height: 300, scale: 1).toGray()
    // From corner to corner of the frame: along the diagonal of the ink, no gap.
    let columns = (0..<image.width).filter { x in
      (0..<image.height).contains { image.pixels[$0 * image.width + x] < 60 }
    }
    XCTAssertGreaterThan(columns.count, 240)
    var broken = Plot("", x: Axis("", range: 0...10), y: Axis("", range: 0...10))
    broken.hasGrid = false
    broken.line(x: [0, 4, 5, 6, 10], y: [5, 5, .nan, 5, 5], color: .black, width: 3)
    let row = broken.image(width: 300, height: 300, scale: 1).toGray()
    let blackColumns = (0..<row.width).filter { x in (0..<row.height).contains { row.pixels[$0 * row.width + x] < 60 } }
    let longestGap = zip(blackColumns, blackColumns.dropFirst()).map { $1 - $0 }.max() ?? 0
    XCTAssertTrue((40...70).contains(longestGap), "the line is broken at NaN: \(longestGap)")
  }

  func testAHistogramHasAreaOne() {
    var plot = Plot()
    plot.histogram((0..<1000).map { Double($0 % 10) + 0.5 }, bins: 10, range: 0...10)
    let mark = plot.marks[0] as! BarMark
    XCTAssertEqual(mark.heights.count, 10)
    XCTAssertTrue(mark.heights.allSatisfy { abs($0 - 0.1) < 1e-12 })
  }

  func testColourMaps() {
    for map in [ColorMap.viridis, .diverging, .gray, .mist] {
      XCTAssertEqual(map.color(0), map[0])
      XCTAssertEqual(map.color(1), map[255])
      XCTAssertEqual(map.color(.nan), map[0])
      XCTAssertEqual(map.color(7), map[255])
      XCTAssertEqual(map.color(0.5 + 1e-14), map.color(0.5), "the last bit changes nothing")
    }
    func luma(_ c: Color) -> Int { 299 * Int(c.red) + 587 * Int(c.green) + 114 * Int(c.blue) }
    for level in 1...255 {
      XCTAssertGreaterThanOrEqual(luma(ColorMap.viridis[level]), luma(ColorMap.viridis[level - 1]) - 500)
      XCTAssertEqual(ColorMap.gray[level], Color(UInt8(level), UInt8(level), UInt8(level)))
    }
  }

  func testAGoldenPlot() throws {
    var plot = Plot("c_{skip} and c_{out}", x: Axis("σ", scale: .log), y: Axis("value"))
    let sigmas = (0...60).map { 0.01 * Double($0 * $0 + 1) }
    plot.line(x: sigmas, y: sigmas.map { 0.25 / ($0 * $0 + 0.25) }, label: "c_{skip}")
    plot.line(
      x: sigmas, y: sigmas.map { $0 * 0.5 / ($0 * $0 + 0.25).squareRoot() }, label: "c_{out}", dash: [5, 3], marker: nil
    )
    plot.band(x: sigmas, lower: sigmas.map { _ in 0.1 }, upper: sigmas.map { _ in 0.2 })
    let image = plot.image(width: 260, height: 180, scale: 1)
    let url = try XCTUnwrap(
      Bundle.module.url(forResource: "golden-plot", withExtension: "png", subdirectory: "Fixtures"))
    let golden = try PNG.read(url).image
    let comparison = try ImageComparison(image, golden)
    XCTAssertLessThanOrEqual(comparison.differingShare, 0.001, "\(comparison)")
  }
}
