import XCTest

@testable import CourseKit

final class ManifestTests: XCTestCase {
  func testReadsEverything() throws {
    let manifest = try Samples.parsed()
    XCTAssertEqual(manifest.number, 7)
    XCTAssertEqual(manifest.hours, 1.5)
    XCTAssertEqual(manifest.requires, [4, 5])
    XCTAssertEqual(manifest.points, 15)
    XCTAssertEqual(
      manifest.exercises.map(\.id), [ExerciseID(chapter: 7, number: 1), ExerciseID(chapter: 7, number: 2)])
    XCTAssertEqual(manifest.exercises[0].rungs.map(\.name), ["test1_Small", "test2_Large", "test3_None"])
    XCTAssertEqual(manifest.exercises[0].timeLimit, Manifest.standardTimeLimit)
    XCTAssertEqual(manifest.exercises[1].timeLimit, 3)
    XCTAssertEqual(manifest.figures[1].limit, 0.2)
  }

  func testMissingKeyNamesExerciseLineAndExample() {
    assertProblem(
      removing: "    points: 10\n", line: 8, "exercise 7.1 has no `points`: write e.g. `points: 10`")
  }

  func testMissingChapterKey() {
    assertProblem(removing: "hours: 1.5\n", line: 1, "the chapter has no `hours`: write e.g. `hours: 9`")
  }

  func testWrongType() {
    assertProblem(
      replacing: "points: 10", with: "points: ten", line: 12,
      "`points` of exercise 7.1 must be a whole number: write e.g. `points: 10`")
    assertProblem(
      replacing: "requires: [4, 5]", with: "requires: four", line: 5,
      "`requires` of the chapter must be a list of whole numbers: write e.g. `requires: [4]`")
  }

  func testUnknownKeyWithGuess() {
    assertProblem(
      replacing: "timeLimit: 3", with: "timelimit: 3", line: 23,
      "exercise 7.2 has the unknown key `timelimit`: did you mean `timeLimit`?")
  }

  func testDuplicates() {
    assertProblem(
      replacing: "id: \"7.2\"", with: "id: \"7.1\"", line: 18,
      "the exercise id 7.1 occurs twice: each needs a name of its own")
    assertProblem(
      replacing: "name: dots", with: "name: line", line: 31,
      "the figure line occurs twice: each needs a name of its own")
  }

  func testForeignID() {
    assertProblem(
      replacing: "id: \"7.2\"", with: "id: \"8.2\"", line: 18,
      "exercise 8.2: `id` must be the chapter's number, a dot and a number: write e.g. `id: \"7.1\"`")
  }

  func testRungThatXCTestWouldNotRun() {
    assertProblem(
      replacing: "test2_Large", with: "tst2_Large", line: 15,
      "the rung tst2_Large of exercise 7.1 must begin with `test`, or XCTest won't run it")
  }

  func testSamplesNeedALimit() {
    assertProblem(
      removing: "    limit: 0.2\n", line: 31,
      "figure dots: samples need a `limit`, the calibrated distance from their reference: write e.g. `limit: 0.15`")
  }

  func testUnknownKind() {
    assertProblem(
      replacing: "kind: exact", with: "kind: pixels", line: 29,
      "figure line: `kind` must be `exact` or `samples`, not `pixels`")
  }

  func testAllProblemsAtOnce() {
    let yaml = Samples.manifest.replacing("hours: 1.5\n", with: "").replacing("points: 5", with: "points: 0")
    XCTAssertThrowsError(try Manifest(yaml: yaml, file: "chapter.yml")) { error in
      XCTAssertEqual((error as? ManifestError)?.problems.count, 2)
    }
  }

  func testWhatIsNoYAML() {
    XCTAssertThrowsError(try Manifest(yaml: "number: [7\ntitle: x", file: "chapter.yml")) { error in
      XCTAssert("\(error)".contains("chapter.yml:2: this is not YAML"), "\(error)")
    }
    XCTAssertThrowsError(try Manifest(yaml: "", file: "chapter.yml")) { error in
      XCTAssertEqual("\(error)", "chapter.yml: the manifest is empty")
    }
    XCTAssertThrowsError(try Manifest(yaml: "number: 7\nnumber: 8", file: "chapter.yml")) { error in
      XCTAssert("\(error)".contains("the key `number` occurs twice"), "\(error)")
    }
  }

  private func assertProblem(
    removing text: String, line: Int, _ message: String, file: StaticString = #filePath, at: UInt = #line
  ) {
    assertProblem(replacing: text, with: "", line: line, message, file: file, at: at)
  }

  private func assertProblem(
    replacing text: String, with other: String, line: Int, _ message: String, file: StaticString = #filePath,
    at: UInt = #line
  ) {
    XCTAssertEqual(
      Samples.manifest.ranges(of: text).isEmpty, false, "the sample has no such text", file: file, line: at)
    let range = Samples.manifest.ranges(of: text)[0]
    let yaml = Samples.manifest.replacingCharacters(in: range, with: other)
    XCTAssertThrowsError(try Manifest(yaml: yaml, file: "chapter.yml"), file: file, line: at) { error in
      XCTAssertEqual("\(error)", "chapter.yml:\(line): \(message)", file: file, line: at)
    }
  }
}
