import XCTest

@testable import Figures

final class CanvasTests: XCTestCase {
  /// Ink on the sheet in whole pixels: the sum of all darkness.
  private func ink(_ canvas: Canvas) -> Double {
    canvas.image.toGray().pixels.reduce(0) { $0 + Double(255 - $1) / 255 }
  }

  private func sheet(_ width: Double = 40, _ height: Double = 40, scale: Double = 1) -> Canvas {
    Canvas(width: width, height: height, scale: scale)
  }

  func testARectangleCoversPixelsByTheirArea() {
    var canvas = sheet(6, 4)
    canvas.fill(Rectangle(x: 1.5, y: 1, width: 2.25, height: 1.5), color: .black)
    // Columns 1 (half), 2, 3 (three quarters); rows 1 (all), 2 (half).
    let rows = [[255, 128, 0, 64, 255, 255], [255, 191, 128, 159, 255, 255]]
    let pixels = canvas.image.toGray().pixels.map { Int($0) }
    XCTAssertEqual(Array(pixels[0..<6]), [Int](repeating: 255, count: 6))
    for (got, want) in zip(pixels[6..<18], rows.joined()) { XCTAssertLessThanOrEqual(abs(got - want), 1) }
    XCTAssertEqual(ink(canvas), 2.25 * 1.5, accuracy: 0.02)
  }

  func testShapesHaveTheirAreas() {
    for (x, y) in [(20.0, 20.0), (19.3, 20.77), (20.5, 19.01)] {
      var disc = sheet()
      disc.disc(at: Point(x, y), radius: 9.4, color: .black)
      XCTAssertEqual(ink(disc), .pi * 9.4 * 9.4, accuracy: 1)
      var ring = sheet()
      ring.circle(at: Point(x, y), radius: 10, color: .black, width: 3)
      XCTAssertEqual(ink(ring), .pi * (11.5 * 11.5 - 8.5 * 8.5), accuracy: 1.5)
      var triangle = sheet()
      triangle.fill([Point(x - 10, y - 5), Point(x + 12, y - 2), Point(x + 1, y + 11)], color: .black)
      XCTAssertEqual(ink(triangle), 159.5, accuracy: 0.5)
      for (dx, dy) in [(12.0, 0.0), (0, 12), (8, 8), (11, 3), (-5, 10)] {
        var line = sheet()
        line.line(from: Point(x, y), to: Point(x + dx, y + dy), color: .black, width: 4)
        let length = (dx * dx + dy * dy).squareRoot()
        XCTAssertEqual(ink(line), 4 * length + .pi * 4, accuracy: 1.5, "\(dx), \(dy): \(length)")
      }
    }
  }

  func testOverlapsAreNotDarker() {
    // A line that runs to and fro is the same as one that runs once, also half transparent.
    for color in [Color.black, Color.black.opacity(0.5)] {
      var once = sheet()
      once.stroke([Point(5, 7), Point(33, 30)], color: color, width: 3)
      var often = sheet()
      often.stroke([Point(5, 7), Point(33, 30), Point(5, 7), Point(33, 30), Point(5, 7)], color: color, width: 3)
      XCTAssertEqual(once.image, often.image)
    }
    // And a polyline cut into many pieces is as dark as one in one piece.
    var pieces = sheet()
    pieces.stroke((0...56).map { Point(5 + Double($0) * 0.5, 7 + Double($0) * 0.5) }, color: .black, width: 3)
    var whole = sheet()
    whole.stroke([Point(5, 7), Point(33, 35)], color: .black, width: 3)
    XCTAssertLessThanOrEqual(try XCTUnwrap(try? ImageComparison(pieces.image, whole.image)).largestDifference, 1)
  }

  func testThePolygonThatCrossesItselfHasNoHole() {
    var star = sheet()
    star.fill(
      (0..<5).map { k in
        let turn = Double(k) * 2 * 2 * .pi / 5
        return Point(20 + 15 * sin(turn), 20 - 15 * cos(turn))
      }, color: .black)
    XCTAssertEqual(star.image[20, 20], [0, 0, 0])
  }

  func testTheScaleOnlyRefines() {
    func draw(_ scale: Double) -> Image {
      var canvas = sheet(40, 40, scale: scale)
      canvas.stroke([Point(5, 5), Point(30, 12), Point(12, 33)], color: .palette(1), width: 2)
      canvas.disc(at: Point(28, 28), radius: 6, color: .palette(2))
      return canvas.image
    }
    let fine = draw(4).pooled(by: 4)
    XCTAssertLessThan(try XCTUnwrap(try? ImageComparison(fine, draw(1))).meanAbsoluteError, 4)
    XCTAssertEqual(draw(2), draw(2))
  }

  func testClippingAndStrangeNumbers() {
    var canvas = sheet()
    canvas.clipped(to: Rectangle(x: 10, y: 10, width: 5, height: 5)) {
      $0.fill(Rectangle(x: -100, y: -100, width: 1000, height: 1000), color: .black)
      $0.disc(at: Point(12, 12), radius: 1e7, color: .black)
    }
    XCTAssertEqual(ink(canvas), 25, accuracy: 0.01)
    var odd = sheet()
    odd.stroke([Point(.nan, 3), Point(.infinity, 4)], color: .black)
    odd.disc(at: Point(.nan, 0), radius: 3, color: .black)
    odd.fill([Point(0, 0), Point(.nan, 3), Point(3, 3)], color: .black)
    odd.arrow(from: Point(3, 3), to: Point(3, 3), color: .black)
    odd.stroke([], color: .black)
    XCTAssertEqual(ink(odd), 0)
    odd.stroke([Point(-1e18, 20), Point(1e18, 20)], color: .black, width: 2)
    XCTAssertEqual(ink(odd), 80, accuracy: 1)
  }

  func testDashes() {
    var canvas = sheet(100, 10)
    canvas.line(from: Point(0, 5), to: Point(100, 5), color: .black, width: 2, dash: [6, 4])
    XCTAssertEqual(ink(canvas), 100 * 2 * 0.6, accuracy: 12)
    let row = canvas.image.toGray().pixels[500..<600]
    var dashes = 0
    for (a, b) in zip(row, row.dropFirst()) where a >= 128 && b < 128 { dashes += 1 }
    XCTAssertTrue((9...10).contains(dashes), "\(dashes)")
  }

  func testPicturesOnTheCanvas() {
    let checker = Image(width: 2, height: 2, format: .gray, pixels: [0, 255, 255, 0])
    var canvas = sheet(8, 8)
    canvas.draw(checker, in: Rectangle(x: 2, y: 2, width: 4, height: 4))
    XCTAssertEqual(canvas.image.toGray().cropped(x: 2, y: 2, width: 4, height: 4), checker.magnified(by: 2))
    var reduced = sheet(2, 2)
    reduced.draw(
      Image(
        width: 4, height: 4, format: .gray,
        pixels: [0, 100, 255, 255, 100, 0, 255, 255] + [UInt8](repeating: 7, count: 8)), in: reduced.bounds)
    XCTAssertEqual(reduced.image.toGray().pixels, [50, 255, 7, 7])
  }
}
