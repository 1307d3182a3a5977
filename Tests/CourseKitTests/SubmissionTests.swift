import XCTest

@testable import CourseKit

final class SubmissionTests: XCTestCase {
  func testTakesOnlyTheExercises() throws {
    let (folder, chapter) = try course()
    try folder.write("mine", to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try folder.write("mine too", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    try folder.write("meddling", to: "Chapters/Chapter07Sums/Exercises/Given.swift")
    try folder.write("more", to: "Chapters/Chapter07Sums/Exercises/Extra.swift")
    let submission = try Submission(chapter: chapter)
    XCTAssertEqual(
      submission.files, ["Sum.swift": "mine", "Mean.swift": "mine too", "Given.swift": "let given = 1\n"])
    XCTAssert(submission.rejected.isEmpty)
  }

  func testAMissingFileCostsOnlyItsExercise() throws {
    let (folder, chapter) = try course()
    try folder.write("mine", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    let submission = try Submission(chapter: chapter)
    XCTAssertEqual(submission.files["Sum.swift"], Samples.sumStub)
    XCTAssertEqual(submission.rejection(of: chapter.exercises[0])?.status, .didNotCompile)
    XCTAssertNil(submission.rejection(of: chapter.exercises[1]))
  }

  func testAFileThatDoesNotCompileGivesWayToItsStub() throws {
    var submission = try full()
    XCTAssert(submission.reject(for: [error("Chapters/Chapter07Sums/Exercises/Sum.swift")]))
    XCTAssertEqual(submission.files["Sum.swift"], Samples.sumStub)
    XCTAssertEqual(submission.files["Mean.swift"], "mine too")
    XCTAssertEqual(submission.rejection(of: submission.chapter.exercises[0])?.errors.map(\.message), ["e"])
    // The same again mends nothing, so the grader doesn't build for ever.
    XCTAssertFalse(submission.reject(for: [error("Chapters/Chapter07Sums/Exercises/Sum.swift")]))
  }

  func testAnErrorInTheTestsIsTheExercises() throws {
    var submission = try full()
    XCTAssert(submission.reject(for: [error("Tests/Chapter07SumsTests/Exercise7_2_Mean.swift")]))
    XCTAssertEqual(Set(submission.rejected.keys), ["Mean.swift"])
  }

  func testGivenCodeThatNoLongerFitsIsEverybodys() throws {
    var submission = try full()
    XCTAssert(submission.reject(for: [error("Chapters/Chapter07Sums/Exercises/Given.swift")]))
    XCTAssertEqual(Set(submission.rejected.keys), ["Sum.swift", "Mean.swift"])
  }

  func testErrorsElsewhereAreNotTheStudents() throws {
    var submission = try full()
    XCTAssertFalse(
      submission.reject(for: [error("Sources/Tensors/Tensor.swift"), error("Chapters/Chapter08X/Exercises/Sum.swift")]))
  }

  private func course() throws -> (TemporaryFolder, Chapter) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return (folder, try Course(root: folder.url).chapters[0])
  }

  private func full() throws -> Submission {
    let (folder, chapter) = try course()
    try folder.write("mine", to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try folder.write("mine too", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    return try Submission(chapter: chapter)
  }

  private func error(_ file: String) -> Diagnostic {
    Diagnostic(file: file, line: 1, column: 1, severity: .error, message: "e")
  }
}
