import XCTest

@testable import CourseKit

final class ReceiptTests: XCTestCase {
  private let words = ["a", "b", "c"]

  func testEachReceiptBearsItsOwnWord() {
    let (receipts, areForged) = read([line("a", "test1"), line("b", "test2")])
    XCTAssertEqual(receipts.map(\.test), ["test1", "test2"])
    XCTAssertFalse(areForged)
  }

  func testNothingIsBelievedAfterAForgedOne() {
    for forged in [line("a", "again"), line("c", "too early"), line("", "no word"), "noise"] {
      let (receipts, areForged) = read([line("a", "test1"), forged, line("b", "test2")])
      XCTAssertEqual(receipts.map(\.test), ["test1"], forged)
      XCTAssertTrue(areForged, forged)
    }
  }

  func testALineThatBreaksOffIsNoForgery() {
    let (receipts, areForged) = Receipt.all(in: Data((line("a", "test1") + "\n{\"event\":\"fin").utf8), words: words)
    XCTAssertEqual(receipts.count, 1)
    XCTAssertFalse(areForged)
  }

  func testMoreThanThereAreWordsFor() {
    XCTAssertTrue(read(["a", "b", "c", "d"].map { line($0, "test") }).areForged)
  }

  func testTheChannelTellsWhatWasSentAndEnds() async throws {
    let channel = try ReceiptChannel()
    async let received = channel.receive()
    // More than the system keeps for a reader who doesn't come.
    let text = [UInt8](repeating: 7, count: 1 << 20)
    XCTAssertEqual(write(channel.remote, text, text.count), text.count)
    // Another process may still hold its end: that must not keep anybody waiting.
    channel.end()
    let data = await received
    XCTAssertEqual(data.count, text.count)
    close(channel.remote)
  }

  private func read(_ lines: [String]) -> (receipts: [Receipt], areForged: Bool) {
    Receipt.all(in: Data(lines.map { $0 + "\n" }.joined().utf8), words: words)
  }

  private func line(_ word: String, _ test: String) -> String {
    "{\"event\":\"started\",\"nonce\":\"\(word)\",\"suite\":\"T.C\",\"test\":\"\(test)\"}"
  }
}
