import ArgumentParser
import CourseKit
import Foundation

struct Mistakes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Try each exercise's known wrong answers: its tests must catch them all.",
    discussion: """
      All mistakes of a chapter are compiled in one build; then each runs in a short process of its own. A mistake is \
      caught if a rung fails with the message that the mistake's file promises. Exit code 1 if any isn't.

      Examples:
        course author mistakes
        course author mistakes --chapter 5
        course author mistakes --exercise 5.2
      """)

  @Option(help: "Only this chapter's.") var chapter: String?
  @Option(help: "Only this exercise's.") var exercise: String?
  @Option(help: "How many to try at once.") var jobs = ProcessInfo.processInfo.activeProcessorCount
  @OptionGroup var output: Output

  func validate() throws {
    if chapter != nil, exercise != nil { throw ValidationError("Give --chapter or --exercise, not both.") }
    if jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
  }

  func run() async throws {
    let course = try Course()
    let selections = try course.select(chapter: chapter, exercise: exercise)
    let text = MistakeText(style: output.style)
    let progress = output.progress
    var all: [MistakeVerdict] = []
    for selection in selections {
      progress.begin("Building \(selection.chapter.module) with its mistakes …")
      let gallery = MistakeGallery(
        chapter: selection.chapter, build: PackageBuild(course, showing: progress))
      let verdicts = try await gallery.tryAll(of: selection.exercises, jobs: jobs) { verdict in
        progress.update("Tried \(verdict.exercise)/\(verdict.name)")
      }
      progress.clear()
      for verdict in verdicts { print(text.describe(verdict)) }
      all += verdicts
    }
    print("\n" + text.summary(all))
    if !all.allSatisfy(\.isCaught) { throw ExitCode.notRight }
  }
}
