import Figures
import Foundation
import XCTest

final class PNGTests: XCTestCase {
  private func image(_ format: Image.Format, width: Int = 13, height: Int = 9) -> Image {
    Image(
      width: width, height: height, format: format,
      pixels: (0..<width * height * format.rawValue).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 / 7) })
  }

  // MARK: - There and back

  func testEveryFormatSurvivesTheRoundTrip() throws {
    for format in [Image.Format.gray, .grayAlpha, .rgb, .rgba] {
      for level in [0, 6, 9] {
        let original = image(format)
        let back = try PNG.decode(PNG.encode(original, compressionLevel: level))
        XCTAssertEqual(back.image, original, "\(format), level \(level)")
        XCTAssertEqual(back.text, [:])
      }
    }
    XCTAssertEqual(try PNG.decode(PNG.encode(image(.gray, width: 1, height: 1))).image.pixels.count, 1)
  }

  func testTextsSurviveTheRoundTrip() throws {
    let text = [
      "chapter": "Chapter05EDM", "metrics": #"{"digit-FID": 4.25, "σ": 0.5}"#, "empty": "", "lines": "a\nb",
      "Käse": "grüße", "long": String(repeating: "0123456789", count: 5000),
    ]
    let back = try PNG.decode(PNG.encode(image(.rgb), text: text))
    XCTAssertEqual(back.text, text)
  }

  func testTheSameInputGivesTheSameBytes() throws {
    let text = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key\($0)", "value \($0)") })
    let first = try PNG.encode(image(.rgba), text: text)
    for _ in 0..<5 { XCTAssertEqual(try PNG.encode(image(.rgba), text: text), first) }
  }

  func testAKeywordThatPNGForbidsIsRefused() {
    for keyword in ["", " a", "a ", "a  b", String(repeating: "k", count: 80), "日"] {
      XCTAssertThrowsError(try PNG.encode(image(.gray), text: [keyword: "x"])) { error in
        XCTAssertTrue("\(error)".contains("1 to 79"), "\(error)")
      }
    }
    XCTAssertThrowsError(try PNG.encode(image(.gray), text: ["k": "a\0b"]))
  }

  func testFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("png-tests-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("deep/er/picture.png")
    try PNG.write(image(.rgb), to: url, text: ["seed": "7"])
    XCTAssertEqual(try PNG.read(url), PNG.Contents(image: image(.rgb), text: ["seed": "7"]))
    try PNG.write(image(.gray), to: url)
    XCTAssertEqual(try PNG.read(path: url.path).image, image(.gray), "an old file is replaced")
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path), ["picture.png"],
      "nothing else may stay behind")

    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "no error"
    }
    let missing = folder.appendingPathComponent("missing.png")
    XCTAssertTrue(message { _ = try PNG.read(missing) }.contains("missing.png: there is no such file"))
    XCTAssertTrue(message { _ = try PNG.read(folder) }.contains("this is a folder"))
    XCTAssertTrue(
      message { try PNG.write(self.image(.gray), to: url.appendingPathComponent("x.png")) }.contains("What to do"))
    XCTAssertTrue(message { try PNG.write(self.image(.gray), to: folder) }.contains("cannot be written"))
    XCTAssertTrue(
      message { _ = try PNG.read(url, limits: PNG.Limits(fileBytes: 10)) }.contains("the limit is 10"))
    XCTAssertEqual(try PNG.read(url).image, image(.gray), "a failed write must not touch what was there")
  }

  // MARK: - Every kind of PNG

  func testFewBitsAndPalettesAndSixteenBits() throws {
    let gray1 = PNGMaker.file(width: 5, height: 2, depth: 1, colorType: 0, rows: [[0b1010_1000], [0b0101_0000]])
    XCTAssertEqual(try PNG.decode(gray1).image.pixels, [255, 0, 255, 0, 255, 0, 255, 0, 255, 0])
    let gray2 = PNGMaker.file(width: 4, height: 1, depth: 2, colorType: 0, rows: [[0b00_01_10_11]])
    XCTAssertEqual(try PNG.decode(gray2).image.pixels, [0, 85, 170, 255])
    let gray4 = PNGMaker.file(width: 3, height: 1, depth: 4, colorType: 0, rows: [[0x0f, 0x70]])
    XCTAssertEqual(try PNG.decode(gray4).image.pixels, [0, 255, 119])
    let gray16 = PNGMaker.file(width: 3, height: 1, depth: 16, colorType: 0, rows: [[0, 0, 0x80, 0x80, 0xff, 0xff]])
    XCTAssertEqual(try PNG.decode(gray16).image.pixels, [0, 128, 255])
    let rgb16 = PNGMaker.file(
      width: 1, height: 1, depth: 16, colorType: 2, rows: [[0x12, 0x34, 0x80, 0x7f, 0xff, 0xfe]])
    XCTAssertEqual(try PNG.decode(rgb16).image, Image(width: 1, height: 1, format: .rgb, pixels: [0x12, 0x80, 0xff]))

    let colors: [UInt8] = [10, 20, 30, 200, 100, 50, 0, 255, 0]
    for depth in [1, 2, 4, 8] as [UInt8] {
      // Indices 0 1 1 0, packed from the high bits.
      let packed: [UInt8] =
        switch depth {
        case 1: [0b0110_0000]
        case 2: [0b00_01_01_00]
        case 4: [0x01, 0x10]
        default: [0, 1, 1, 0]
        }
      let file = PNGMaker.file(
        width: 4, height: 1, depth: depth, colorType: 3,
        extra: [("PLTE", depth == 1 ? Array(colors.prefix(6)) : colors)], rows: [packed])
      let decoded = try PNG.decode(file).image
      XCTAssertEqual(decoded.format, .rgb)
      XCTAssertEqual(decoded.pixels, [10, 20, 30, 200, 100, 50, 200, 100, 50, 10, 20, 30], "depth \(depth)")
    }
    let transparent = PNGMaker.file(
      width: 3, height: 1, depth: 8, colorType: 3, extra: [("PLTE", colors), ("tRNS", [0, 128])], rows: [[0, 1, 2]])
    XCTAssertEqual(
      try PNG.decode(transparent).image,
      Image(width: 3, height: 1, format: .rgba, pixels: [10, 20, 30, 0, 200, 100, 50, 128, 0, 255, 0, 255]))
    let keyed = PNGMaker.file(width: 2, height: 1, depth: 8, colorType: 0, extra: [("tRNS", [0, 7])], rows: [[7, 8]])
    XCTAssertEqual(try PNG.decode(keyed).image, Image(width: 2, height: 1, format: .grayAlpha, pixels: [7, 0, 8, 255]))
  }

  func testInterlacedPicturesReadRight() throws {
    for (width, height) in [(8, 8), (5, 3), (1, 1), (13, 11), (2, 9)] {
      // Adam7: start and step of each pass in x and y.
      let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      func value(_ x: Int, _ y: Int) -> UInt8 { UInt8((x * 31 + y * 17 + x * y) % 256) }
      var rows: [[UInt8]] = []
      for (x0, y0, dx, dy) in passes {
        for y in stride(from: y0, to: height, by: dy) where x0 < width {
          rows.append(stride(from: x0, to: width, by: dx).map { value($0, y) })
        }
      }
      let file = PNGMaker.file(width: width, height: height, depth: 8, colorType: 0, interlaced: true, rows: rows)
      let expected = (0..<height).flatMap { y in (0..<width).map { value($0, y) } }
      XCTAssertEqual(try PNG.decode(file).image.pixels, expected, "\(width) × \(height)")
    }
  }

  func testCompressedAndLatin1Texts() throws {
    let file = PNGMaker.file(
      width: 1, height: 1, depth: 8, colorType: 0,
      extra: [
        ("tEXt", Array("Author".utf8) + [0, 0x4a, 0xfc, 0x72]),  // Jür in Latin-1
        ("zTXt", Array("Packed".utf8) + [0, 0] + PNGMaker.zlibStored(Array("hidden text".utf8))),
      ], rows: [[9]])
    XCTAssertEqual(try PNG.decode(file).text, ["Author": "Jür", "Packed": "hidden text"])
  }

  // MARK: - Damaged files

  private func problem(_ bytes: [UInt8], limits: PNG.Limits = .standard) -> String {
    do {
      _ = try PNG.decode(bytes, name: "cat.png", limits: limits)
      return "no error"
    } catch {
      XCTAssertTrue(error is FileError)
      return "\(error)"
    }
  }

  func testWhatIsNotAPNG() {
    XCTAssertTrue(problem([]).contains("cat.png: this is not a PNG: it is empty"))
    XCTAssertTrue(problem(Array("GIF89a and more".utf8)).contains("not a PNG"))
    XCTAssertTrue(problem([0x89, 0x50, 0x4e]).contains("not a PNG"))
    XCTAssertTrue(problem([0xff, 0xd8, 0xff, 0xe0] + [UInt8](repeating: 0, count: 50)).contains("convert the picture"))
  }

  func testAFileCutOffAnywhereIsAnError() throws {
    let file = try PNG.encode(image(.rgb), text: ["a": "b"])
    for length in 8..<file.count {
      let message = problem(Array(file[..<length]))
      XCTAssertTrue(message.hasPrefix("cat.png: the PNG is cut off after \(length) bytes"), "\(length): \(message)")
    }
    XCTAssertEqual(try PNG.decode(file + [1, 2, 3]).image, image(.rgb), "what follows the end is not looked at")
  }

  func testEveryDamagedByteIsAnError() throws {
    let file = try PNG.encode(image(.rgb), text: ["a": "b"])
    for position in file.indices {
      for flip in [0x01, 0x20, 0x80, 0xff] as [UInt8] {
        var damaged = file
        damaged[position] ^= flip
        XCTAssertNotEqual(problem(damaged), "no error", "byte \(position) ^ \(flip)")
      }
    }
  }

  func testWrongStructure() {
    func maker(_ build: (inout PNGMaker) -> Void) -> String {
      var maker = PNGMaker()
      build(&maker)
      return problem(maker.bytes)
    }
    let row = PNGMaker.zlibStored([0, 1, 2, 3, 4])
    XCTAssertTrue(
      maker {
        $0.header(width: 0, height: 4)
        $0.chunk("IDAT", row)
        $0.chunk("IEND", [])
      }.contains("damaged"), "no width")
    XCTAssertTrue(
      maker {
        $0.header(width: 4, height: 1, depth: 3)
        $0.chunk("IDAT", row)
        $0.chunk("IEND", [])
      }.contains("damaged"), "no such depth")
    XCTAssertTrue(
      maker {
        $0.header(width: 4, height: 1, colorType: 3)
        $0.chunk("IDAT", row)
        $0.chunk("IEND", [])
      }.contains("damaged"), "palette missing")
    XCTAssertTrue(
      maker {
        $0.header(width: 4, height: 1)
        $0.chunk("IEND", [])
      }.contains("damaged"), "no pixels")
    XCTAssertTrue(
      maker {
        $0.header(width: 4, height: 3)
        $0.chunk("IDAT", row)
        $0.chunk("IEND", [])
      }.contains("damaged"), "too few pixels")
    XCTAssertTrue(
      maker {
        $0.header(width: 4, height: 1)
        $0.chunk("IDAT", [1, 2, 3, 4, 5, 6])
        $0.chunk("IEND", [])
      }.contains("damaged"), "not zlib")
    XCTAssertTrue(
      maker {
        $0.header(width: 4, height: 1)
        $0.chunk("IDAT", PNGMaker.zlibStored([9, 1, 2, 3, 4]))
        $0.chunk("IEND", [])
      }.contains("damaged"), "no such filter")
    XCTAssertTrue(
      maker {
        $0.header(width: 4, height: 1)
        $0.chunk("ABCD", [])
        $0.chunk("IDAT", row)
        $0.chunk("IEND", [])
      }.contains("damaged"), "an unknown critical chunk")
  }

  // MARK: - Decompression bombs

  func testSizesBeyondTheLimitsAreRefusedBeforeMemoryIsTaken() {
    var huge = PNGMaker()
    huge.header(width: 60_000, height: 60_000)
    huge.chunk("IDAT", PNGMaker.zlibBomb(runs: 100))
    huge.chunk("IEND", [])
    XCTAssertTrue(problem(huge.bytes).contains("too large: it claims 60000 x 60000 pixels; the limit is 32768 x 32768"))

    var many = PNGMaker()
    many.header(width: 30_000, height: 30_000)
    many.chunk("IDAT", PNGMaker.zlibBomb(runs: 100))
    XCTAssertTrue(problem(many.bytes).contains("134217728 pixels in all"))

    var liar = PNGMaker()
    liar.header(width: 10_000, height: 10_000)
    liar.chunk("IDAT", PNGMaker.zlibBomb(runs: 100))
    liar.chunk("IEND", [])
    XCTAssertTrue(problem(liar.bytes).contains("it claims 10000 x 10000 pixels, more than"), problem(liar.bytes))

    let small = PNGMaker.file(
      width: 20, height: 2, depth: 8, colorType: 0,
      rows: [[UInt8](repeating: 1, count: 20), [UInt8](repeating: 2, count: 20)])
    XCTAssertEqual(problem(small), "no error")
    XCTAssertTrue(problem(small, limits: PNG.Limits(width: 19)).contains("20 x 2"))
    XCTAssertTrue(problem(small, limits: PNG.Limits(height: 1)).contains("20 x 2"))
    XCTAssertTrue(problem(small, limits: PNG.Limits(pixels: 39)).contains("39 pixels"))
    XCTAssertEqual(problem(small, limits: PNG.Limits(width: 20, height: 2, pixels: 40)), "no error")
  }

  func testAnHonestlyCompressedPictureIsNoBomb() throws {
    // 258 · 3876 + 1 zeros are more than the 1000 rows of 1 + 999 bytes that the picture needs.
    var maker = PNGMaker()
    maker.header(width: 999, height: 1000)
    maker.chunk("IDAT", PNGMaker.zlibBomb(runs: 3876))
    maker.chunk("IEND", [])
    XCTAssertTrue(try PNG.decode(maker.bytes).image.pixels.allSatisfy { $0 == 0 })
  }

  func testATextBombIsNotUnpacked() throws {
    let file = PNGMaker.file(
      width: 1, height: 1, depth: 8, colorType: 0,
      extra: [("zTXt", Array("Bomb".utf8) + [0, 0] + PNGMaker.zlibBomb(runs: 80_000))], rows: [[9]])
    XCTAssertNil((try? PNG.decode(file))?.text["Bomb"], "20 MB of text from \(file.count) bytes")
  }
}
