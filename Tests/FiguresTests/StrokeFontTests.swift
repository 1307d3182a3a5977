import XCTest

@testable import Figures

final class StrokeFontTests: XCTestCase {
  private let needed =
    String((32...126).map { Character(Unicode.Scalar($0)) })
    + "σλαβγθμπρεηδζικνξοτυφχψωΓΔΘΛΞΠΣΦΨΩ∇∂∫√²³₀₁₂±×·≤≥≈→∞–‖ᾱ⁰¹⁴⁵⁶⁷⁸⁹⁻⁺₃₄₅₆₇₈₉ₜₙᵢ≠∑∏∈ℝ𝔼°…“”’−éüx̂x̃ẋ"

  func testEveryNeededCharacterHasAGlyph() {
    for character in needed { XCTAssertTrue(StrokeFont.hasGlyph(character), "“\(character)”") }
    XCTAssertFalse(StrokeFont.hasGlyph("日"))
  }

  func testGlyphsStayInTheirLineAndInTheirBox() {
    for (scalar, glyph) in StrokeFont.glyphs {
      let points = glyph.strokes.joined()
      XCTAssertFalse(points.isEmpty, "\(scalar)")
      for p in points {
        XCTAssertTrue(p.y >= -2 && p.y <= 14, "\(scalar): y = \(p.y)")
        XCTAssertTrue(p.x >= -1 && p.x <= glyph.width + 1, "\(scalar): x = \(p.x) of \(glyph.width)")
      }
    }
  }

  func testDifferentCharactersLookDifferent() {
    // Those that are meant to share a drawing.
    let twins: [Set<Character>] = [
      ["'", "’", "′"], ["·", "⋅"], ["v", "ν"], ["Λ", "∧"], ["o", "ο"], ["\"", "”"],
    ]
    var seen: [[UInt8]: Character] = [:]
    for character in Set(needed) where character != " " {
      var canvas = Canvas(width: 24, height: 24, scale: 1)
      canvas.text(String(character), at: Point(4, 16), color: .black)
      let pixels = canvas.image.pixels
      if let other = seen[pixels], !twins.contains(where: { $0.contains(other) && $0.contains(character) }) {
        XCTFail("“\(character)” looks like “\(other)”")
      }
      seen[pixels] = character
    }
  }

  func testMeasuringAgreesWithDrawing() {
    for text in ["Network evaluations", "σ = 0.002 … 80", "10⁻³", "c_{skip}", "l", "WWW", "x̂ − x"] {
      for size in [11.0, 14, 28] {
        var canvas = Canvas(width: 400, height: 60, scale: 1)
        canvas.text(text, at: Point(50, 30), color: .black, size: size)
        let (left, right) = columnsWithInk(canvas.image)
        let width = Canvas.measure(text, size: size).width
        XCTAssertGreaterThanOrEqual(left, 50 - 1, text)
        XCTAssertLessThanOrEqual(Double(right), 50 + width + 1.5, text)
        XCTAssertGreaterThan(Double(right), 50 + width - 4 * size / 14 - 1.5, text)
      }
    }
    XCTAssertEqual(StrokeFont.width(of: "0123456789"), 10 * StrokeFont.width(of: "1"), accuracy: 1e-9)
  }

  private func columnsWithInk(_ image: Image) -> (Int, Int) {
    let gray = image.toGray()
    let columns = (0..<gray.width).filter { x in (0..<gray.height).contains { gray.pixels[$0 * gray.width + x] < 200 } }
    return (columns.first ?? 0, columns.last ?? 0)
  }

  func testAlignmentAndQuarterTurn() {
    func draw(_ draw: (inout Canvas) -> Void) -> Image {
      var canvas = Canvas(width: 100, height: 100, scale: 1)
      draw(&canvas)
      return canvas.image
    }
    let left = draw { $0.text("Heun", at: Point(50, 50), horizontal: .left) }
    let right = draw { $0.text("Heun", at: Point(50, 50), horizontal: .right) }
    let center = draw { $0.text("Heun", at: Point(50, 50), horizontal: .center) }
    XCTAssertGreaterThanOrEqual(columnsWithInk(left).0, 50)
    XCTAssertLessThanOrEqual(columnsWithInk(right).1, 50)
    let middle = columnsWithInk(center)
    XCTAssertEqual(Double(middle.0 + middle.1) / 2, 50, accuracy: 1.5)
    // Turned by 90° against the clock: the pixel at (x, y) goes to (y, −x).
    let turned = draw { $0.text("Heun", at: Point(50, 50), horizontal: .left, isVertical: true) }.toGray()
    let upright = left.toGray()
    var difference = 0
    for y in 0..<100 {
      for x in 0..<100 {
        difference = max(difference, abs(Int(turned.pixels[(99 - x) * 100 + y]) - Int(upright.pixels[y * 100 + x])))
      }
    }
    XCTAssertLessThanOrEqual(difference, 2, "the same letters")
    let inked = (0..<100).filter { y in (0..<100).contains { turned.pixels[y * 100 + $0] < 200 } }
    XCTAssertLessThanOrEqual(inked.last!, 50, "it reads from the bottom up")
  }

  func testTheLettersThemselves() {
    // A golden drawing: how the typeface looks at the normal size, one character a pixel.
    var canvas = Canvas(width: 36, height: 15, scale: 1)
    canvas.text("Rσ8a", at: Point(0, 11), color: .black)
    let gray = canvas.image.toGray()
    let lines = (0..<15).map { y in
      String((0..<36).map { x in Array(" .+#")[3 - Int(gray.pixels[y * 36 + x]) / 64] })
        .replacingOccurrences(of: " +$", with: "", options: .regularExpression)
    }
    XCTAssertEqual(lines.joined(separator: "\n"), StrokeFontTests.golden, "\n" + lines.joined(separator: "\n"))
  }

  private static let golden = """

      #####+             +###.
      #   .#+           .#. +#
      #    .#           ++   #.
      #    .#   +#####+ ++   #.  +###
      #    ++  .#. .#   .#..+#  ++  +#
      #+++##   #.   ++   ####+       #
      #+++#    #    ++  #+   #.  +####
      #   #.   #    ++  #    ++ #+...#
      #   .#   #.   #+  #    ++ #    #
      #    ++  .#. +#   +#  .#. #. .##
      #     #.  +###.    +###.  .###+#



    """
}
