import Datasets
import XCTest

final class WordListTests: XCTestCase {
  func testWords() throws {
    let words = try WordList.load()
    XCTAssertEqual(words.count, 3711)
    XCTAssertEqual(words, words.sorted())
    XCTAssertEqual(Set(words).count, words.count)
    XCTAssertTrue(words.allSatisfy { (3...10).contains($0.count) && $0.allSatisfy { ("a"..."z").contains($0) } })
  }

  func testSplit() throws {
    let (train, heldOut) = try WordList.split()
    XCTAssertEqual([train.count, heldOut.count], [3340, 371])
    XCTAssertTrue(Set(train).isDisjoint(with: heldOut))
    XCTAssertEqual((train + heldOut).sorted(), try WordList.load())
  }
}
