import Figures
import XCTest

final class ContactSheetTests: XCTestCase {
  private func tiles(_ count: Int, width: Int = 7, height: Int = 5, format: Image.Format = .gray) -> [Image] {
    (0..<count).map { k in
      Image(
        width: width, height: height, format: format,
        pixels: (0..<width * height * format.rawValue).map { UInt8(truncatingIfNeeded: $0 * 11 + k * 29) })
    }
  }

  func testASheetCanBeCutUpAgain() throws {
    for (count, columns) in [(1, 1), (12, 4), (10, 4), (3, 8)] {
      for (gap, zoom) in [(0, 1), (1, 1), (2, 2), (3, 5)] {
        for isLabelled in [false, true] {
          let tiles = tiles(count)
          let sheet = ContactSheet(
            tiles, columns: columns, title: isLabelled ? "A title" : "",
            rowLabels: isLabelled ? (0..<3).map { "σ = \($0)" } : [],
            columnLabels: isLabelled ? (0..<columns).map { "\($0)" } : [], gap: gap, zoom: zoom)
          let image = sheet.image()
          XCTAssertEqual(image.width, sheet.pixelSize.width)
          XCTAssertEqual(image.height, sheet.pixelSize.height)
          let contents = try PNG.decode(PNG.encode(image, text: sheet.provenance))
          let cut = try ContactSheet.tiles(in: contents)
          XCTAssertEqual(cut.map { $0.toGray() }, tiles, "\(count)/\(columns), gap \(gap), zoom \(zoom)")
        }
      }
    }
    let colour = tiles(6, format: .rgb)
    let sheet = ContactSheet(colour, columns: 3)
    XCTAssertEqual(try ContactSheet.tiles(in: PNG.Contents(image: sheet.image(), text: sheet.provenance)), colour)
  }

  func testValuesBecomeTiles() {
    let sheet = ContactSheet(gray: [-1, 1, 0, 1, 1, -1, -1, -1], tileWidth: 2, tileHeight: 2, columns: 2)
    XCTAssertEqual(sheet.tiles.map(\.pixels), [[0, 255, 128, 255], [255, 0, 0, 0]])
  }

  func testALyingSheetIsRefused() throws {
    let sheet = ContactSheet(tiles(6), columns: 3)
    let image = sheet.image()
    func problem(_ change: (inout [String: String]) -> Void) -> String {
      var text = sheet.provenance
      change(&text)
      do {
        _ = try ContactSheet.tiles(in: PNG.Contents(image: image, text: text), name: "sheet.png")
        return "no error"
      } catch { return "\(error)" }
    }
    XCTAssertEqual(problem { _ in }, "no error")
    XCTAssertTrue(problem { $0["tile"] = nil }.contains("sheet.png: the PNG has no text “tile”"))
    XCTAssertTrue(problem { $0["tile"] = "7" }.contains("“7”"))
    XCTAssertTrue(problem { $0["tile"] = "0x5" }.contains("without extent"))
    XCTAssertTrue(problem { $0["tile"] = "-7x5" }.contains("-7x5"))
    XCTAssertTrue(problem { $0["count"] = "many" }.contains("many"))
    XCTAssertTrue(problem { $0["count"] = "99" }.contains("promise 99 tiles"))
    XCTAssertTrue(problem { $0["columns"] = "0" }.contains("without extent"))
    XCTAssertTrue(problem { $0["origin"] = "500,0" }.contains("promise 6 tiles"))
    XCTAssertTrue(problem { $0["count"] = "9223372036854775807" }.contains("whole number"))
  }
}
