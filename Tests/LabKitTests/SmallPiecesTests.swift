import LabKit
import Tensors
import XCTest

final class SmallPiecesTests: XCTestCase {
  func testTextTable() {
    let table = TextTable(["name", "n"], [["a", "10"], ["longer"], ["x", "7", "more"]])
    XCTAssertEqual(table.description, "name    n\na       10\nlonger\nx       7   more")
  }

  func testThreeDigits() {
    XCTAssertEqual([0, 1234.5, 0.0123456, -2.0, .infinity].map(\.short), ["0.0", "1230.0", "0.0123", "-2.0", "inf"])
  }

  func testTrainingsSideBySideComeBackInOrder() throws {
    let squares = try concurrently(Array(0..<20)) { item in
      XCTAssertEqual(Threads.count, 1, "each on one core")
      return item * item
    }
    XCTAssertEqual(squares, (0..<20).map { $0 * $0 })
    struct Late: Error, Equatable { let item: Int }
    XCTAssertThrowsError(
      try concurrently([5, 3, 9]) { item in if item < 6 { throw Late(item: item) } }
    ) { XCTAssertEqual($0 as? Late, Late(item: 5), "the first in order") }
  }

  func testAWrongNumberOfValuesNamesTheExercisesTests() throws {
    try requireCount(3, 3, of: "levels", exercise: "8.1")
    XCTAssertThrowsError(try requireCount(2, 3, of: "levels", exercise: "8.1")) { error in
      XCTAssertTrue("\(error)".contains("levels gave 2 values where 3 are due"), "\(error)")
      XCTAssertTrue("\(error)".contains("--filter Exercise8_1_"), "\(error)")
    }
  }

  func testTilesOfPictures() {
    let gray = tiles(of: Tensor([-1, 1, 0, 1, -1, 1, 1, 1], shape: [2, 1, 2, 2]))
    XCTAssertEqual(gray.map { [$0.width, $0.height] }, [[2, 2], [2, 2]])
    XCTAssertEqual(gray[0].pixels, [0, 255, 128, 255])
    let red = tiles(of: Tensor([1, -1, -1], shape: [1, 3, 1, 1]))
    XCTAssertEqual(red[0].pixels, [255, 0, 0])
  }
}
