import Figures
import XCTest

final class ImageTests: XCTestCase {
  func testValuesBecomeLevels() {
    let image = Image(gray: [-1, 1, 0, -3, 9, .nan], width: 3, height: 2)
    XCTAssertEqual(image.pixels, [0, 255, 128, 0, 255, 0])
    XCTAssertEqual(Image(gray: [0, 0.5, 1, 0.25], width: 4, height: 1, low: 0, high: 1).pixels, [0, 128, 255, 64])
    XCTAssertEqual(Image(planarRGB: [1, -1, -1, 1, 0, 0], width: 2, height: 1).pixels, [255, 0, 128, 0, 255, 128])
  }

  func testGrayAndColour() {
    let rgba = Image(width: 2, height: 1, format: .rgba, pixels: [255, 0, 0, 255, 0, 0, 0, 0])
    XCTAssertEqual(rgba.toRGB().pixels, [255, 0, 0, 255, 255, 255], "what is transparent is white")
    XCTAssertEqual(rgba.toGray().pixels, [76, 255], "Rec. 601: 0.299 · 255")
    let grayAlpha = Image(width: 2, height: 1, format: .grayAlpha, pixels: [0, 128, 100, 255])
    XCTAssertEqual(grayAlpha.toGray().pixels, [127, 100])
    XCTAssertEqual(grayAlpha.toRGB().pixels, [127, 127, 127, 100, 100, 100])
  }

  func testCuttingMagnifyingPooling() {
    let image = Image(width: 3, height: 2, format: .gray, pixels: [1, 2, 3, 4, 5, 6])
    XCTAssertEqual(image.cropped(x: 1, y: 0, width: 2, height: 2).pixels, [2, 3, 5, 6])
    let large = image.magnified(by: 2)
    XCTAssertEqual(large.pixels, [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6])
    XCTAssertEqual(large.pooled(by: 2), image)
    XCTAssertEqual(Image(width: 2, height: 2, format: .gray, pixels: [0, 1, 1, 0]).pooled(by: 2).pixels, [1])
    XCTAssertEqual(image[2, 1], [6])
  }
}
