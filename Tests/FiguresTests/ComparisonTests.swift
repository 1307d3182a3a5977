import Figures
import Foundation
import XCTest

final class ComparisonTests: XCTestCase {
  private struct Fixture: Decodable {
    struct Case: Decodable {
      let width: Int
      let height: Int
      let step: Int
      let ssim: Double
      let psnr: Double
      let meanAbsoluteError: Double
    }
    let cases: [Case]
  }

  private func pair(_ c: Fixture.Case) -> (Image, Image) {
    var (a, b): ([UInt8], [UInt8]) = ([], [])
    for y in 0..<c.height {
      for x in 0..<c.width {
        let value = (x * 7 + y * 13 + (x * y) % 31 * 5) % 256
        a.append(UInt8(value))
        let shift = (x * 17 + y * 29) % 41 * c.step / 4 - 20 * c.step / 4
        b.append(UInt8(min(255, max(0, value + shift))))
      }
    }
    return (
      Image(width: c.width, height: c.height, format: .gray, pixels: a),
      Image(width: c.width, height: c.height, format: .gray, pixels: b)
    )
  }

  func testAgainstScikitImage() throws {
    let url = try XCTUnwrap(
      Bundle.module.url(forResource: "image-comparison", withExtension: "json", subdirectory: "Fixtures"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    XCTAssertEqual(fixture.cases.count, 4)
    for c in fixture.cases {
      let (a, b) = pair(c)
      let comparison = try ImageComparison(a, b)
      XCTAssertEqual(comparison.ssim, c.ssim, accuracy: 1e-9, "SSIM \(c.width) × \(c.height), step \(c.step)")
      XCTAssertEqual(comparison.psnr, c.psnr, accuracy: 1e-9)
      XCTAssertEqual(comparison.meanAbsoluteError, c.meanAbsoluteError, accuracy: 1e-12)
    }
  }

  func testEqualAndOppositePictures() throws {
    let a = Image(width: 20, height: 15, format: .rgb, pixels: (0..<900).map { UInt8(truncatingIfNeeded: $0 * 7) })
    let same = try ImageComparison(a, a)
    XCTAssertEqual(same.meanAbsoluteError, 0)
    XCTAssertEqual(same.psnr, .infinity)
    XCTAssertEqual(same.ssim, 1)
    XCTAssertEqual(same.differingShare, 0)
    let black = Image(width: 20, height: 15, format: .gray, fill: 0)
    let opposite = try ImageComparison(black, Image(width: 20, height: 15, format: .rgb))
    XCTAssertEqual(opposite.meanAbsoluteError, 255)
    XCTAssertEqual(opposite.psnr, 0, accuracy: 1e-12)
    XCTAssertEqual(opposite.differingShare, 1)
    XCTAssertEqual(opposite.largestDifference, 255)
    XCTAssertLessThan(opposite.ssim, 0.001)
    let tiny = Image(width: 3, height: 3, format: .gray, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9])
    XCTAssertEqual(ImageComparison.structuralSimilarity(tiny, tiny), 1, accuracy: 1e-12)
  }

  func testTheShareCountsOnlyLargeDifferences() throws {
    let a = Image(width: 10, height: 10, format: .gray, fill: 100)
    var b = a
    for i in 0..<30 { b.pixels[i] = 104 }
    for i in 30..<35 { b.pixels[i] = 160 }
    let comparison = try ImageComparison(a, b, tolerance: 4)
    XCTAssertEqual(comparison.differingShare, 0.05, accuracy: 1e-12)
    XCTAssertEqual(comparison.largestDifference, 60)
    XCTAssertEqual(try ImageComparison(a, b, tolerance: 3).differingShare, 0.35, accuracy: 1e-12)
  }

  func testSizesThatDifferAreNamed() {
    XCTAssertThrowsError(try ImageComparison(Image(width: 2, height: 3), Image(width: 3, height: 2))) { error in
      XCTAssertEqual("\(error)", "the pictures differ in size: 2 × 3 and 3 × 2")
    }
  }

  // MARK: - Sets of tiles

  /// Blobs at a random place, of a width.
  private func blobs(_ count: Int, seed: Int, width: Double, level: Double = 255) -> [Image] {
    (0..<count).map { k in
      let h = (k &* 2_654_435_761 &+ seed &* 40_503 &+ 12_345) & 0xffff_ffff
      let (cx, cy) = (3 + Double(h % 97) / 97 * 6, 3 + Double(h / 97 % 89) / 89 * 6)
      return Image(
        width: 12, height: 12, format: .gray,
        pixels: (0..<144).map { i in
          let (dx, dy) = (Double(i % 12) - cx, Double(i / 12) - cy)
          return UInt8(level * exp(-(dx * dx + dy * dy) / (2 * width * width)))
        })
    }
  }

  func testSetsFromOneLawLieInTheNoise() throws {
    var above = 0
    for seed in 0..<20 {
      let distance = try TileSetDistance(blobs(40, seed: 2 * seed, width: 2), blobs(40, seed: 2 * seed + 1, width: 2))
      if distance.isAboveNoise { above += 1 }
      XCTAssertLessThan(abs(distance.value), 0.05)
      XCTAssertGreaterThan(distance.noiseFloor, 0)
    }
    XCTAssertLessThanOrEqual(above, 5, "one in twenty is expected by chance")
  }

  func testSetsFromDifferentLawsStandOut() throws {
    let reference = blobs(60, seed: 1, width: 2)
    let wider = try TileSetDistance(reference, blobs(60, seed: 2, width: 3))
    let muchWider = try TileSetDistance(reference, blobs(60, seed: 2, width: 4.5))
    let fainter = try TileSetDistance(reference, blobs(60, seed: 2, width: 2, level: 120))
    for distance in [wider, muchWider, fainter] {
      XCTAssertTrue(distance.isAboveNoise, "\(distance)")
      XCTAssertGreaterThan(distance.value, 3 * distance.noiseFloor)
    }
    XCTAssertGreaterThan(muchWider.value, wider.value)
    // The order of the tiles does not matter; the same tile again and again is far from a varied set.
    XCTAssertEqual(
      try TileSetDistance(reference.reversed(), blobs(60, seed: 2, width: 3)).value, wider.value, accuracy: 1e-6)
    let collapsed = try TileSetDistance(reference, [Image](repeating: reference[0], count: 60))
    XCTAssertGreaterThan(collapsed.value, 10 * collapsed.noiseFloor)
  }

  func testSetsThatCannotBeCompared() {
    XCTAssertThrowsError(try TileSetDistance([], blobs(3, seed: 1, width: 2)))
    XCTAssertThrowsError(
      try TileSetDistance(blobs(3, seed: 1, width: 2), [Image](repeating: Image(width: 5, height: 5), count: 3))
    ) {
      XCTAssertTrue("\($0)".contains("5 × 5"))
    }
  }

  func testTheTriptychShowsTheThree() {
    let a = Image(width: 40, height: 30, format: .gray, fill: 200)
    var b = a
    for i in 0..<40 { b.pixels[600 + i] = 0 }
    let sheet = Triptych.image(yours: b, reference: a, caption: "a caption")
    XCTAssertGreaterThan(sheet.width, 3 * 40)
    func red(_ image: Image) -> Int {
      stride(from: 0, to: image.pixels.count, by: 3).count { image.pixels[$0] > 150 && image.pixels[$0 + 1] < 80 }
    }
    XCTAssertEqual(red(sheet), 40 * 16, "one line of 40 pixels, four times as large")
    XCTAssertEqual(red(Triptych.image(yours: a, reference: a)), 0)
    let different = Triptych.image(yours: a, reference: Image(width: 80, height: 10))
    XCTAssertGreaterThan(red(different), 1000, "what only one of them has counts")
  }
}
