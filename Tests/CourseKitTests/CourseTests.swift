import XCTest

@testable import CourseKit

final class CourseTests: XCTestCase {
  func testFindsTheCourseFromBelow() throws {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    let course = try Course(near: folder.url.appending(path: "Chapters/Chapter07Sums"))
    XCTAssertEqual(course.chapters.map(\.module), ["Chapter07Sums"])
  }

  func testSaysWhereThereIsNoCourse() throws {
    let folder = try TemporaryFolder(of: self)
    XCTAssertThrowsError(try Course(near: folder.url)) { error in
      XCTAssertEqual((error as? CourseError)?.kind, .environment)
      XCTAssert("\(error)".contains("lies in no course"), "\(error)")
    }
  }

  func testTestFileThatDoesNotExist() throws {
    try assertBroken(
      { try $0.remove("Tests/Chapter07SumsTests/Exercise7_2_Mean.swift") },
      "Chapters/Chapter07Sums/chapter.yml:21: exercise 7.2 names the test class Exercise7_2_Mean, but there is no "
        + "Tests/Chapter07SumsTests/Exercise7_2_Mean.swift")
  }

  func testTestClassThatDoesNotExist() throws {
    try assertBroken(
      { try $0.write("class Exercise7_2_Means {}", to: "Tests/Chapter07SumsTests/Exercise7_2_Mean.swift") },
      "Chapters/Chapter07Sums/chapter.yml:21: exercise 7.2 names the test class Exercise7_2_Mean, but "
        + "Tests/Chapter07SumsTests/Exercise7_2_Mean.swift declares no such class")
  }

  func testFolderWithAnotherName() throws {
    try assertBroken(
      { try $0.write(Samples.manifest, to: "Chapters/Chapter07Add/chapter.yml") },
      "Chapters/Chapter07Add/chapter.yml:3: `module` is Chapter07Sums, but the folder is Chapter07Add: make them the "
        + "same\nChapters/Chapter07Sums/chapter.yml: Chapter07Sums has the number 7 already"
    )
  }

  func testSelects() throws {
    let course = try course()
    for name in ["7", "07", "Chapter07Sums", "chapter07", "sums"] {
      XCTAssertEqual(try course.select(name), .chapter(course.chapters[0]), name)
    }
    XCTAssertEqual(try course.select("7.2"), .exercise(course.chapters[0], course.chapters[0].exercises[1]))
    XCTAssertEqual(try course.select(chapter: nil, exercise: nil), [.chapter(course.chapters[0])])
  }

  func testGuessesWhatWasMeant() throws {
    let course = try course()
    for (name, guess) in [
      ("7.3", "7.1"), ("7,2", "7.2"), ("72", "7"), ("7.22", "7.2"), ("Chapter07Sum", "Chapter07Sums"),
    ] {
      XCTAssertThrowsError(try course.select(name), name) { error in
        XCTAssertEqual("\(error)", "There is no \(name). Did you mean \(guess)?")
        XCTAssertEqual((error as? CourseError)?.kind, .unknownName)
      }
    }
    XCTAssertThrowsError(try course.select("quantum")) { error in
      XCTAssert("\(error)".contains("The chapters are: 7 (Chapter07Sums)"), "\(error)")
    }
  }

  func testSelectsOnlyWhatFits() throws {
    let course = try course()
    XCTAssertThrowsError(try course.selectExercise("7"))
    XCTAssertThrowsError(try course.selectChapter("7.1"))
  }

  private func course() throws -> Course {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return try Course(root: folder.url)
  }

  private func assertBroken(
    _ change: (TemporaryFolder) throws -> Void, _ message: String, file: StaticString = #filePath, line: UInt = #line
  ) throws {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    try change(folder)
    XCTAssertThrowsError(try Course(root: folder.url), file: file, line: line) { error in
      XCTAssertEqual((error as? CourseError)?.kind, .brokenCourse, file: file, line: line)
      XCTAssertEqual("\(error)", message, file: file, line: line)
    }
  }
}
