import XCTest

@testable import CourseKit

final class HiddenTestsTests: XCTestCase {
  private let list = """
    - exercise: "7.1"
      test: Exercise7_1_Sum_Hidden
      points: 4
      rungs:
        - test4_Negative: "negative numbers"
        - test5_Many: "a million numbers"

    """

  func testReadsTheList() throws {
    let (course, folder) = try self.course(list)
    let hidden = try HiddenTests(in: folder.url, for: course.chapters.map { .chapter($0) })
    let test = try XCTUnwrap(hidden.all.first?.test)
    XCTAssertEqual(hidden.all.count, 1)
    XCTAssertEqual(test.test, "Exercise7_1_Sum_Hidden")
    XCTAssertEqual(test.points, 4)
    XCTAssertEqual(test.timeLimit, course.chapters[0].exercises[0].timeLimit, "without another, the exercise's own")
    XCTAssertEqual(test.rungs.map(\.title), ["negative numbers", "a million numbers"])
    XCTAssert(try HiddenTests(in: folder.url, for: []).all.isEmpty, "what isn't graded needs no hidden tests")
  }

  func testSaysWhatIsWrong() throws {
    func complaint(_ yaml: String) throws -> String {
      let (course, folder) = try self.course(yaml)
      do {
        _ = try HiddenTests(in: folder.url, for: course.chapters.map { .chapter($0) })
        return "none"
      } catch let error as CourseError { return error.description }
    }
    XCTAssertEqual(try complaint(list), "none")
    for (from, to, said) in [
      ("\"7.1\"", "\"7.9\"", "no exercise 7.9"), ("\"7.1\"", "seven", "must be an exercise's id"),
      ("_Hidden", "_Lost", "there is no "), ("points: 4", "points: -1", "0 or more"),
      ("points: 4", "pionts: 4", "did you mean `points`?"), ("test4_Negative", "test1_Small", "has a rung test1_Small"),
      ("test4_Negative", "negative", "must begin with `test`"),
    ] {
      let text = try complaint(list.replacing(from, with: to))
      XCTAssert(text.contains(said), "\(to): \(text)")
    }
    XCTAssert(try complaint(list + list).contains("occurs twice"))
    XCTAssert(try complaint("exercise: 7").contains("must be a list"))
  }

  func testTheTestsArePutTogether() throws {
    let (course, folder) = try self.course(list)
    let hidden = try HiddenTests(in: folder.url, for: course.chapters.map { .chapter($0) })
    let path = try XCTUnwrap(try hidden.fill()["07"])
    let together = course.root.appending(path: path).path
    XCTAssertEqual(
      try FileManager.default.contentsOfDirectory(atPath: together).sorted(),
      ["Exercise7_1_Sum.swift", "Exercise7_1_Sum_Hidden.swift", "Exercise7_2_Mean.swift"])
    try folder.remove("Chapter07SumsTests/Exercise7_1_Sum_Hidden.swift")
    _ = try hidden.fill()
    XCTAssertFalse(
      FileManager.default.fileExists(atPath: together + "/Exercise7_1_Sum_Hidden.swift"), "what is gone goes")
    try folder.write("", to: "Chapter07SumsTests/Exercise7_2_Mean.swift")
    XCTAssertThrowsError(try hidden.fill(), "no hidden file takes the place of one that students know")
  }

  func testNothingOfThemIsTold() throws {
    let (course, folder) = try self.course(list)
    let hidden = try HiddenTests(in: folder.url, for: course.chapters.map { .chapter($0) })
    func redacted(_ file: String) -> Diagnostic {
      hidden.redacted(Diagnostic(file: file, line: 9, column: 3, severity: .error, message: "no 'secret' in scope"))
    }
    let own = redacted(".build/course/hidden/Tests/Chapter07SumsTests/Exercise7_1_Sum_Hidden.swift")
    XCTAssertEqual(own.file, "Chapters/Chapter07Sums/Exercises/Sum.swift", "it costs its exercise")
    let helper = redacted(".build/course/hidden/Tests/Chapter07SumsTests/Helper.swift")
    for error in [own, helper] {
      XCTAssertFalse("\(error)".contains("secret") || "\(error)".contains("Helper"), "\(error)")
      XCTAssertEqual(error.line, 1)
    }
    let known = redacted(".build/course/hidden/Tests/Chapter07SumsTests/Exercise7_2_Mean.swift")
    XCTAssertEqual(known.file, "Tests/Chapter07SumsTests/Exercise7_2_Mean.swift", "its own tests are no secret")
    XCTAssert(known.message.contains("secret"))

    let test = try XCTUnwrap(hidden.all.first?.test)
    var wrong = try result(.wrong, test, [.right, .wrong])
    wrong.rungs[1].messages = [RungResult.Message(text: "got 3, want a secret")]
    wrong.detail = "a secret"
    let sum = try result(.right, course.chapters[0].exercises[0], [.right, .right, .right]).adding(test, wrong)
    XCTAssertFalse("\(sum)".contains("secret"), "\(sum)")
    XCTAssertEqual(sum.status, .wrong)
    XCTAssertEqual(sum.points, 12, "10 and half of 4")
    XCTAssertEqual(sum.maxPoints, 14)
    XCTAssertEqual(sum.rungs.map(\.hidden), [nil, nil, nil, true, true])
    XCTAssertEqual(sum.rungs.map(\.status), [.right, .right, .right, .right, .wrong])
    XCTAssertEqual(sum.detail, "of the hidden rungs 1 of 2 are right")
  }

  func testWhatCouldNotRunHasTheSameMost() throws {
    let (course, folder) = try self.course(list)
    let hidden = try HiddenTests(in: folder.url, for: course.chapters.map { .chapter($0) })
    let test = try XCTUnwrap(hidden.all.first?.test)
    let sum = try result(.didNotCompile, course.chapters[0].exercises[0], []).adding(test, nil)
    XCTAssertEqual(sum.status, .didNotCompile)
    XCTAssertEqual(sum.points, 0)
    XCTAssertEqual(sum.maxPoints, 14)
    XCTAssertEqual(sum.rungs.map(\.status), [.notRun, .notRun])
  }

  private func course(_ yaml: String) throws -> (Course, TemporaryFolder) {
    let course = try TemporaryFolder(of: self)
    try Samples.write(to: course)
    let folder = try TemporaryFolder(of: self)
    try folder.write(yaml, to: "hidden.yml")
    try folder.write("final class Exercise7_1_Sum_Hidden {}", to: "Chapter07SumsTests/Exercise7_1_Sum_Hidden.swift")
    return (try Course(root: course.url), folder)
  }

  private func result(
    _ status: ExerciseResult.Status, _ exercise: Manifest.Exercise, _ rungs: [RungResult.Status]
  ) throws -> ExerciseResult {
    let right = Double(exercise.points * rungs.count { $0 == .right }) / Double(max(rungs.count, 1))
    return ExerciseResult(
      id: exercise.id.description, title: exercise.title, status: status, points: right,
      maxPoints: Double(exercise.points), detail: nil,
      rungs: zip(exercise.rungs, rungs).map {
        RungResult(name: $0.name, title: $0.title, status: $1, messages: [])
      }, errors: [])
  }
}
