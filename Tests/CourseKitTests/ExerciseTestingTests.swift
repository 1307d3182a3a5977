import XCTest

@testable import CourseKit
@testable import ExerciseTesting
@testable import Exercises

final class ExerciseTestingTests: XCTestCase {
  func testTolerance() {
    let tolerance = Tolerance(relative: 0.01, absolute: 0.5)
    XCTAssertTrue(tolerance.accepts(100.9, 100))
    XCTAssertFalse(tolerance.accepts(101.1, 100))
    XCTAssertTrue(tolerance.accepts(0.4, 0))
    XCTAssertTrue(tolerance.accepts(.infinity, .infinity))
    XCTAssertFalse(tolerance.accepts(-.infinity, .infinity))
    XCTAssertFalse(tolerance.accepts(1, .infinity))
    for (got, want) in [(Double.nan, 1.0), (1, .nan), (.nan, .nan)] { XCTAssertFalse(tolerance.accepts(got, want)) }
  }

  func testComplaints() {
    let tolerance = Tolerance(relative: 0, absolute: 0.1)
    XCTAssertEqual(tolerance.complaint(1.5, 1), "got 1.5, want 1.0 (off by 0.5, allowed 0.1)")
    XCTAssertEqual(
      tolerance.complaint([1, 2, 9], [1, 3, 3]) { "[\($0)]" },
      "[1]: got 2.0, want 3.0 (off by 1.0, allowed 0.1); 2 of 3 values are off")
    XCTAssertEqual(tolerance.complaint([1], [1, 2]) { "[\($0)]" }, "got 1 values, want 2")
    XCTAssertNil(tolerance.complaint([1, 2], [1.05, 2]) { "[\($0)]" })
    XCTAssertNotNil(tolerance.complaint([.nan], [.nan]) { "[\($0)]" })
  }

  func testUnsolvedNamesThePlaceInThePackage() {
    let error = unsolved("5.2", file: "/home/x/course/Chapters/Chapter05EDM/Exercises/A.swift", line: 41)
    XCTAssertEqual(
      Unsolved(exercise: "5.2", file: "/a/.build/course/grading/Chapters/C/Exercises/A.swift", line: 4).description,
      "Exercise 5.2 is to do: Chapters/C/Exercises/A.swift:4")
    XCTAssert("\(error)".contains("Chapters/Chapter05EDM/Exercises/A.swift:41"), "\(error)")
  }

  func testNamesOfMethods() {
    XCTAssertEqual(ReceiptWriter.method("Exercise5_2_SigmaGrid.test1_Shapes"), "test1_Shapes")
    XCTAssertEqual(ReceiptWriter.method("-[Exercise5_2_SigmaGrid test1_Shapes]"), "test1_Shapes")
    XCTAssertEqual(ReceiptWriter.method("-[Exercise5_2_SigmaGrid test1_ShapesAndReturnError:]"), "test1_Shapes")
  }

  func testWhatIsWrittenCanBeRead() throws {
    let written = ExerciseTesting.Receipt(
      nonce: "n", event: .failed, suite: "T.C", test: "test1", message: "ρ", file: "f", line: 3, assertions: nil)
    let line = try JSONEncoder().encode(written) + Data("\n".utf8)
    let (receipts, areForged) = CourseKit.Receipt.all(in: line, words: ["n"])
    XCTAssertEqual(
      receipts,
      [CourseKit.Receipt(nonce: "n", event: .failed, suite: "T.C", test: "test1", message: "ρ", file: "f", line: 3)])
    XCTAssertFalse(areForged)
  }

  func testWordsAreReadAndUsedOnce() throws {
    let channel = try ReceiptChannel()
    defer { close(channel.remote) }
    var words = ReceiptWords(from: channel.remote)
    for word in channel.words { XCTAssertEqual(words.next(), word) }
    XCTAssertNil(words.next(), "no word is used twice")
    XCTAssertEqual(Set(channel.words).count, ReceiptChannel.wordCount)
  }
}
