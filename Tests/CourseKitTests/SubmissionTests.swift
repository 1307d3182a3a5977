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
    XCTAssertEqual(submission.files["Mean.swift"], "func mean() {}")
    XCTAssertEqual(submission.rejection(of: submission.chapter.exercises[0])?.errors.map(\.message), ["e"])
    // The same again mends nothing, so the grader doesn't build for ever.
    XCTAssertFalse(submission.reject(for: [error("Chapters/Chapter07Sums/Exercises/Sum.swift")]))
  }

  func testAFunctionThatIsGoneCostsItsOwnFileOnly() throws {
    let (folder, chapter) = try course()
    let mean = "func mean() { sum() }"
    try folder.write("func summe() {}", to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try folder.write(mean, to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    var submission = try Submission(chapter: chapter)
    let elsewhere = error("Chapters/Chapter08X/Exercises/Sum.swift")
    XCTAssertFalse(submission.reject(for: [elsewhere]), "an error of another chapter is none here")
    let errors = ["Mean.swift", "Given.swift"].map { error("Chapters/Chapter07Sums/Exercises/\($0)") }
    XCTAssert(submission.reject(for: errors))
    XCTAssertEqual(Set(submission.rejected.keys), ["Sum.swift"])
    XCTAssertEqual(submission.files["Mean.swift"], mean)
    XCTAssertEqual(submission.rejected["Sum.swift"]?.first?.message.hasPrefix("sum isn't declared any more"), true)
    XCTAssert(submission.reject(for: errors), "what still doesn't compile then is at fault itself")
    XCTAssertEqual(Set(submission.rejected.keys), ["Sum.swift", "Mean.swift"])
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

  func testWhatIsDeclaredTwiceIsTheNewcomersFault() throws {
    let (folder, chapter) = try course()
    try folder.write("func given() {}\nfunc expect() {}", to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try folder.write("mine too", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    for (file, message) in [
      ("Chapters/Chapter07Sums/Exercises/Given.swift", "invalid redeclaration of 'given()'"),
      ("Chapters/Chapter07Sums/Exercises/Mean.swift", "ambiguous use of 'given()'"),
      ("Tests/Chapter07SumsTests/Exercise7_2_Mean.swift", "ambiguous use of 'expect'"),
    ] {
      var submission = try Submission(chapter: chapter)
      let error = Diagnostic(file: file, line: 1, column: 1, severity: .error, message: message)
      XCTAssert(submission.reject(for: [error]))
      XCTAssertEqual(Set(submission.rejected.keys), ["Sum.swift"], message)
    }
  }

  func testWhatIsRefused() throws {
    var submission = try full()
    XCTAssertEqual(submission.suspects, ["Mean.swift", "Sum.swift"])
    XCTAssert(submission.refuse(["Sum.swift", "Given.swift"], because: "no", line: 3))
    XCTAssertEqual(submission.files["Sum.swift"], Samples.sumStub)
    XCTAssertEqual(submission.rejected["Sum.swift"]?.map(\.line), [3])
    XCTAssertEqual(submission.suspects, ["Mean.swift"])
    XCTAssertFalse(submission.refuse(["Sum.swift", "Given.swift"], because: "no"), "the stub itself isn't refused")
  }

  func testErrorsElsewhereAreNotTheStudents() throws {
    var submission = try full()
    XCTAssertFalse(
      submission.reject(for: [error("Sources/Tensors/Tensor.swift"), error("Chapters/Chapter08X/Exercises/Sum.swift")]))
  }

  func testFindsTheChapterInWhatWasHandedIn() throws {
    let (_, chapter) = try course()
    for path in ["Chapters/Chapter07Sums/Exercises", "Chapter07Sums/Exercises", "Chapter07Sums"] {
      let handedIn = try TemporaryFolder(of: self)
      try handedIn.write("theirs", to: path + "/Sum.swift")
      let submission = try Submission(chapter: chapter, from: handedIn.url)
      XCTAssertEqual(submission.files["Sum.swift"], "theirs", path)
      XCTAssertEqual(submission.rejected["Mean.swift"]?.map(\.message), ["this file was not handed in"], path)
    }
    let handedIn = try TemporaryFolder(of: self)
    try handedIn.write("theirs", to: "Chapter07Sums/Exercises/Sum.swift")
    let itself = handedIn.url.appending(path: "Chapter07Sums")
    XCTAssertEqual(try Submission(chapter: chapter, from: itself).files["Sum.swift"], "theirs")
  }

  func testWhatIsNoTextIsNotTaken() throws {
    let (folder, chapter) = try course()
    let handedIn = try TemporaryFolder(of: self)
    let path = "Chapter07Sums/Sum.swift"
    func reason() throws -> String? {
      try Submission(chapter: chapter, from: handedIn.url).rejected["Sum.swift"]?.first?.message
    }
    try handedIn.write(String(repeating: " ", count: SubmittedFile.sizeLimit + 1), to: path)
    XCTAssertEqual(try reason()?.contains("are the limit"), true)

    try Data([0x66, 0xff, 0x66]).write(to: handedIn.url.appending(path: path))
    XCTAssertEqual(try reason()?.contains("UTF-8"), true)

    try Data([0x66, 0, 0x66]).write(to: handedIn.url.appending(path: path))
    XCTAssertEqual(try reason()?.contains("zero byte"), true)

    try handedIn.remove(path)
    try FileManager.default.createSymbolicLink(
      at: handedIn.url.appending(path: path),
      withDestinationURL: folder.url.appending(path: "Solutions/Chapter07Sums/Sum.swift"))
    XCTAssertEqual(try reason()?.contains("link"), true)

    try handedIn.remove(path)
    try handedIn.write("x", to: path + "/inner")
    XCTAssertEqual(try reason()?.contains("ordinary file"), true)
  }

  func testALinkedFolderIsNotFollowed() throws {
    let (folder, chapter) = try course()
    let handedIn = try TemporaryFolder(of: self)
    try FileManager.default.createSymbolicLink(
      at: handedIn.url.appending(path: "Chapter07Sums"),
      withDestinationURL: folder.url.appending(path: "Solutions/Chapter07Sums"))
    let submission = try Submission(chapter: chapter, from: handedIn.url)
    XCTAssertEqual(submission.files["Sum.swift"], Samples.sumStub)
    XCTAssertEqual(submission.rejected["Sum.swift"]?.map(\.message), ["this file was not handed in"])
  }

  private func course() throws -> (TemporaryFolder, Chapter) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return (folder, try Course(root: folder.url).chapters[0])
  }

  private func full() throws -> Submission {
    let (folder, chapter) = try course()
    try folder.write("func sum() {}", to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try folder.write("func mean() {}", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    return try Submission(chapter: chapter)
  }

  private func error(_ file: String) -> Diagnostic {
    Diagnostic(file: file, line: 1, column: 1, severity: .error, message: "e")
  }
}
