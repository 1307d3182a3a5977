import ArgumentParser
import CourseKit
import Foundation

struct Grade: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grade your files: points for every rung.",
    discussion: """
      Only the files that the manifest lists as exercises are taken from Chapters; SOLUTIONS is ignored. Each exercise is \
      run in a process of its own with limits of time and memory, so that it answers for itself alone. Exit code 1 unless \
      everything is right.

      Examples:
        course grade
        course grade --exercise 5.2
        course grade --chapter 5 --format json --output grade.json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json
  }

  @Option(help: "Only this chapter.") var chapter: String?
  @Option(help: "Only this exercise.") var exercise: String?
  @Option(help: "How to write the report.") var format = Format.text
  @Option(name: .customLong("output"), help: "A file for the report, instead of standard output.") var file: String?
  @Option(help: "Seed of the random inputs, instead of the one that students see.") var seed: UInt64?
  @OptionGroup var output: Output

  func validate() throws {
    if chapter != nil, exercise != nil { throw ValidationError("Give --chapter or --exercise, not both.") }
  }

  func run() async throws {
    let course = try Course()
    let selections = try course.select(chapter: chapter, exercise: exercise)
    let progress = output.progress
    progress.begin("Building …")
    let grader = Grader(build: PackageBuild(course, showing: progress), seed: seed)
    let report = try await grader.grade(selections) { progress.update("Testing \($0.id) \($0.title) …") }
    progress.clear()
    let text = try format == .json ? report.json() : report.text(style: file == nil ? output.style : .plain)
    if let file {
      try write(text, to: file)
    } else {
      print(text, terminator: "")
    }
    if !report.isAllRight { throw ExitCode.notRight }
  }

  /// Writes the report, whole or not at all; where that fails, the report isn't lost.
  private func write(_ text: String, to file: String) throws {
    do {
      try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
    } catch {
      print(text, terminator: "")
      throw CourseError(
        .environment, "Can't write \(file), so the report is above: make its folder, or choose another with --output")
    }
  }
}
