import ArgumentParser
import CourseKit
import Foundation

struct Test: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Test a chapter or one exercise.",
    discussion: """
      Examples:
        course test 5
        course test 5.2
        course test 5.2 --verbose       the messages of all rungs, not only of the lowest that fails
        SOLUTIONS=05 course test 5      the reference solutions, to see what right looks like
      """)

  @Argument(help: "A chapter or an exercise: 5 or 5.2.") var name: String
  @Flag(help: "Show the messages of all rungs that fail, not only of the lowest.") var verbose = false
  @OptionGroup var output: Output

  func run() async throws {
    let course = try Course()
    let selection = try course.select(name)
    let chapter = selection.chapter
    let text = ResultText(style: output.style, isWhole: verbose)
    let progress = output.progress
    print(output.style.bold("Chapter \(chapter.number): \(chapter.manifest.title)"))
    let whose = Whose(chapter)
    print(whose.sentence)
    print()
    progress.begin("Building \(chapter.module) …")
    let results = try await TestRun(build: PackageBuild(course, showing: progress)).run(
      selection.exercises, of: chapter, onStart: { progress.update("Testing \($0.id) \($0.title) …") },
      onResult: {
        progress.clear()
        print(text.describe($0))
      })
    if !whose.isSolved { try Survey(course: course).remember(results, of: chapter) }
    print("\n" + text.summary(results))
    if let advice = Advice(results: results, chapter: chapter).sentence { print("\n" + advice) }
    if !results.allSatisfy(\.isRight) { throw ExitCode.notRight }
  }
}
