import XCTest

@testable import CourseKit

final class ProgressTests: XCTestCase {
  func testHintsGoOneStepFurther() throws {
    let (_, course) = try course()
    let exercise = course.chapters[0].exercises[0]
    let texts = try (0..<4).map { _ in try Hints(course: course).next(for: exercise)?.text }
    XCTAssertEqual(texts, ["add", "in a loop", "reduce(0, +)", "reduce(0, +)"])
    XCTAssertEqual(try Hints(course: course).next(for: course.chapters[0].exercises[1])?.number, 1)
    try Hints(course: course).reset(exercise)
    XCTAssertEqual(try Hints(course: course).next(for: exercise)?.number, 1)
  }

  func testASpoiltStateFileCountsAsEmpty() throws {
    let (folder, course) = try course()
    try folder.write("{ torn", to: ".build/course/hints.json")
    XCTAssertEqual(try Hints(course: course).next(for: course.chapters[0].exercises[0])?.number, 1)
  }

  func testStandings() throws {
    let (folder, course) = try course()
    let chapter = course.chapters[0]
    try folder.write(Samples.sumStub, to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try folder.write("// mine", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    let survey = Survey(course: course)
    XCTAssertEqual(survey.entries(of: chapter).map(\.standing), [.toDo(line: 5), .untested])
    XCTAssertEqual(survey.next()?.entry.exercise.id.description, "7.1")

    try survey.remember([result("7.1", .toDo), result("7.2", .right)], of: chapter)
    XCTAssertEqual(survey.entries(of: chapter).map(\.standing), [.toDo(line: 5), .right])

    // Any change of the chapter's files makes earlier results worthless.
    try folder.write("// mine, changed", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    XCTAssertEqual(survey.entries(of: chapter).map(\.standing), [.toDo(line: 5), .untested])
    try folder.write("// solved", to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try survey.remember([result("7.1", .right), result("7.2", .crashed)], of: chapter)
    XCTAssertEqual(survey.entries(of: chapter).map(\.standing), [.right, .wrong(.crashed)])
    XCTAssertEqual(survey.next()?.entry.exercise.id.description, "7.2")
  }

  func testProgressText() throws {
    let (folder, course) = try course()
    try folder.write(Samples.sumStub, to: "Chapters/Chapter07Sums/Exercises/Sum.swift")
    try folder.write("// mine", to: "Chapters/Chapter07Sums/Exercises/Mean.swift")
    let chapter = course.chapters[0]
    let text = ProgressText(style: .plain)
    XCTAssertEqual(
      text.describe(chapter, Survey(course: course).entries(of: chapter)),
      """
      Chapter 7: Sums: a sample
        [······························]  0 of 2 right
        ○ 7.1   The sum                                      to do  Sum.swift:5
        ? 7.2   The mean                                     changed since the last test
      """)
    XCTAssertEqual(text.bar(1, of: 3, width: 6), "[██····]")
  }

  func testColourOnlyWhereItIsSeenAndWanted() {
    XCTAssertTrue(Style(isTerminal: true, noColor: false, environment: [:]).isColored)
    XCTAssertFalse(Style(isTerminal: false, noColor: false, environment: [:]).isColored)
    XCTAssertFalse(Style(isTerminal: true, noColor: true, environment: [:]).isColored)
    XCTAssertFalse(Style(isTerminal: true, noColor: false, environment: ["NO_COLOR": "1"]).isColored)
    XCTAssertTrue(Style(isTerminal: true, noColor: false, environment: ["NO_COLOR": ""]).isColored)
    XCTAssertEqual(Style.plain.red("x"), "x")
    XCTAssertEqual(Style(isColored: true).red("x"), "\u{1B}[31mx\u{1B}[0m")
  }

  func testSyllabusListsChaptersExercisesAndFigures() throws {
    let (_, course) = try course()
    let page = Syllabus(course: course).markdown
    for part in [
      "1 chapter, 1.5 hours, 15 points.",
      "| 7 | [Sums: a sample](Chapters/Chapter07Sums/Lesson.md) | 1.5 | 2 | 15 | 4, 5 |",
      "| 7.2 | The mean | [Mean.swift](Chapters/Chapter07Sums/Exercises/Mean.swift) | 5 |",
      "- **dots** (samples): Some dots.",
    ] {
      XCTAssert(page.contains(part), "\(part) is missing in:\n\(page)")
    }
  }

  private func course() throws -> (TemporaryFolder, Course) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return (folder, try Course(root: folder.url))
  }

  private func result(_ id: String, _ status: ExerciseResult.Status) -> ExerciseResult {
    ExerciseResult(id: id, title: "", status: status, points: 0, maxPoints: 1, detail: nil, rungs: [], errors: [])
  }
}
