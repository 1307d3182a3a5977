import ArgumentParser
import CourseKit

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how far you have come.",
    discussion: """
      Tests what has changed since it was last tested, and remembers the rest.

      Examples:
        course status
        course status 5
        course status --no-test       what is known, without building anything
      """)

  @Argument(help: "A chapter, e.g. 5.") var chapter: String?
  @Flag(inversion: .prefixedNo, help: "Test what has changed.") var test = true
  @OptionGroup var output: Output

  func run() async throws {
    let course = try Course()
    let survey = Survey(course: course)
    let chapters = try chapter.map { [try course.selectChapter($0)] } ?? course.chapters
    let isStale = { (chapter: Chapter) in survey.entries(of: chapter).contains { $0.standing == .untested } }
    if test { try await self.test(chapters.filter(isStale), in: course, survey) }
    let text = ProgressText(style: output.style)
    print(chapters.map { text.describe($0, survey.entries(of: $0)) }.joined(separator: "\n\n"))
    print("\n" + text.describeNext(survey.next()))
  }

  private func test(_ chapters: [Chapter], in course: Course, _ survey: Survey) async throws {
    guard !chapters.isEmpty else { return }
    let progress = output.progress
    progress.begin("Testing what has changed …")
    let grader = try Grader(build: PackageBuild(course, showing: progress), secondChances: false)
    let report = try await grader.grade(chapters.map { .chapter($0) }) { progress.update("Testing \($0.id) …") }
    for (chapter, graded) in zip(chapters, report.chapters) {
      try survey.remember(graded.exercises, of: chapter)
    }
    progress.clear()
  }
}
