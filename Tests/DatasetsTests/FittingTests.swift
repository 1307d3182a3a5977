import Datasets
import XCTest

final class FittingTests: XCTestCase {
  private func data(_ channels: Int, _ height: Int, _ width: Int, _ bytes: [UInt8]) -> ImageDataset {
    ImageDataset(name: "x", channels: channels, height: height, width: width, bytes: bytes, labels: [3])
  }

  func testNothingToDo() {
    let own = data(1, 2, 3, [1, 2, 3, 4, 5, 6])
    XCTAssertEqual(own.fitted(height: 2, width: 3, channels: 1).bytes, own.bytes)
  }

  func testColourToGrayAndBack() {
    let colour = data(3, 1, 2, [255, 0, 0, 255, 0, 0])
    XCTAssertEqual(colour.fitted(height: 1, width: 2, channels: 1).bytes, [76, 150])
    XCTAssertEqual(data(1, 1, 2, [7, 9]).fitted(height: 1, width: 2, channels: 3).bytes, [7, 9, 7, 9, 7, 9])
    XCTAssertEqual(colour.fitted(height: 1, width: 2, channels: 1).labels, [3])
  }

  func testAFlatPictureStaysFlatAtEverySize() {
    for (h, w) in [(1, 1), (5, 5), (14, 14), (28, 28), (64, 64), (10, 40)] {
      let flat = data(1, 32, 32, [UInt8](repeating: 93, count: 1024)).fitted(height: h, width: w, channels: 1)
      XCTAssertEqual(flat.bytes, [UInt8](repeating: 93, count: h * w), "\(h) × \(w)")
    }
  }

  func testTheMiddleIsKeptAndBrightnessToo() {
    // A wide picture is cut at both sides.
    let wide = data(1, 2, 6, [9, 9, 1, 2, 9, 9, 9, 9, 3, 4, 9, 9])
    XCTAssertEqual(wide.fitted(height: 2, width: 2, channels: 1).bytes, [1, 2, 3, 4])
    // A slope stays a slope, in the middle, where no edge cuts the triangle.
    let slope = data(1, 32, 32, (0..<1024).map { UInt8($0 % 32 * 8) })
    let half = slope.fitted(height: 16, width: 16, channels: 1)
    for x in 2..<14 { XCTAssertEqual(Double(half.bytes[5 * 16 + x]), Double(16 * x + 4), accuracy: 1) }
    let double = data(1, 1, 4, [0, 100, 200, 250]).fitted(height: 2, width: 8, channels: 1)
    XCTAssertEqual(Array(double.bytes[0..<8]), [0, 25, 75, 125, 175, 213, 238, 250])
  }
}
