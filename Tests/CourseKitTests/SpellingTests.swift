import XCTest

@testable import CourseKit

final class SpellingTests: XCTestCase {
  func testDistance() {
    for (a, b, distance) in [
      ("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("5.2", "5.2", 0), ("5.2", "5,2", 1), ("hint", "hitn", 1),
      ("ca", "abc", 3),
    ] {
      XCTAssertEqual(Spelling.distance(a, b), distance, "\(a) → \(b)")
      XCTAssertEqual(Spelling.distance(b, a), distance, "\(b) → \(a)")
    }
  }

  func testNearest() {
    let names = ["title", "timeLimit", "points"]
    XCTAssertEqual(Spelling.nearest(to: "timelimit", among: names), "timeLimit")
    XCTAssertEqual(Spelling.nearest(to: "point", among: names), "points")
    XCTAssertEqual(Spelling.nearest(to: "ti", among: names), "title")
    XCTAssertNil(Spelling.nearest(to: "colour", among: names))
    XCTAssertNil(Spelling.nearest(to: "title", among: []))
  }

  func testExerciseIDsAreOrderedAsPeopleCount() {
    let ids = ["5.10", "5.9", "10.1", "5.1"].compactMap(ExerciseID.init)
    XCTAssertEqual(ids.sorted().map(\.description), ["5.1", "5.9", "5.10", "10.1"])
    for text in ["5", "5.", ".2", "5.2.1", "a.b", "0.1", "5.0", "-5.1"] { XCTAssertNil(ExerciseID(text), text) }
  }
}
