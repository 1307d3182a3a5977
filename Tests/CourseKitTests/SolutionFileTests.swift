import XCTest

@testable import CourseKit

final class SolutionFileTests: XCTestCase {
  func testStub() throws {
    XCTAssertEqual(try file(Samples.sumSolution).stub, Samples.sumStub)
  }

  func testGivenCodeStaysAsItIs() throws {
    let text = "let x = 1\n\n// no marks\n"
    XCTAssertEqual(try file(text, exercises: []).stub, text)
  }

  func testWhatStandsBeforeTheRegionStays() throws {
    let stub = try file(Samples.meanSolution).stub
    XCTAssert(stub.contains("let total = try sum(numbers)\n  throw unsolved(\"7.1\")\n}"), stub)
  }

  func testSeveralExercisesInAFile() throws {
    let text = """
      func a() throws {
        // BEGIN SOLUTION 7.1
        one()
        // END SOLUTION
      }
      func b() throws {
          // BEGIN SOLUTION 7.2
          two()
          // END SOLUTION
      }
      """
    let ids = [ExerciseID(chapter: 7, number: 1), ExerciseID(chapter: 7, number: 2)]
    XCTAssertEqual(
      try file(text, exercises: ids).stub,
      "func a() throws {\n  throw unsolved(\"7.1\")\n}\nfunc b() throws {\n    throw unsolved(\"7.2\")\n}")
  }

  func testComplaints() {
    assert("{\n// BEGIN SOLUTION\n}", "S.swift:2: there is no `// END SOLUTION` after this mark")
    assert("// END SOLUTION\n}", "S.swift:1: there is no `// BEGIN SOLUTION` before this mark")
    assert(
      "// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION\n}", "S.swift:2: the region of line 1 is still open")
    assert(
      "// BEGIN SOLUTION 5\n// END SOLUTION\n}", "S.swift:1: after `// BEGIN SOLUTION` comes nothing, or an id like 5.2"
    )
    assert(
      "// BEGIN SOLUTION\n// END SOLUTION\n\nreturn 1\n}",
      "S.swift:2: a region must reach to the end of its function: the next line must be the closing brace")
    assert(
      "// BEGIN SOLUTION\n// END SOLUTION",
      "S.swift:2: a region must reach to the end of its function: the next line must be the closing brace")
    assert(
      "// BEGIN SOLUTION\n// END SOLUTION\n}", exercises: [],
      "S.swift:1: the manifest names no exercise with this file: add `file: S.swift` to one, or remove the mark")
    assert(
      "// BEGIN SOLUTION 9.9\n// END SOLUTION\n}",
      "S.swift:1: say which exercise this answers, one of 7.1: `// BEGIN SOLUTION 7.1`")
  }

  private func file(
    _ text: String, exercises: [ExerciseID] = [ExerciseID(chapter: 7, number: 1)]
  ) throws -> SolutionFile {
    try SolutionFile(name: "S.swift", path: "S.swift", text: text, exercises: exercises)
  }

  private func assert(
    _ text: String, exercises: [ExerciseID] = [ExerciseID(chapter: 7, number: 1)], _ message: String,
    line: UInt = #line
  ) {
    XCTAssertThrowsError(try file(text, exercises: exercises), line: line) { error in
      XCTAssertEqual("\(error)", message, line: line)
    }
  }
}
