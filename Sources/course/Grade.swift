import ArgumentParser
import CourseKit
import Foundation

struct Grade: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grade your files, or a submission: points for every rung.",
    discussion: """
      Only the files that the manifest lists as exercises are taken, from Chapters or from the submission; SOLUTIONS is \
      ignored, and all other chapters are built from the solutions. Each exercise is run in a process of its own with \
      limits of time and memory, so that it answers for itself alone. Exit code 1 unless everything is right.

      Examples:
        course grade
        course grade --exercise 5.2
        course grade --submission ~/handed-in/ada --policy policy.yml --submitted 2026-12-01T22:10:00Z
        course grade --chapter 5 --format gradescope --output results.json
      """)

  @Option(help: "Only this chapter.") var chapter: String?
  @Option(help: "Only this exercise.") var exercise: String?
  @Option(help: "A folder that was handed in, to be graded instead of Chapters.", completion: .directory)
  var submission: String?
  @Option(help: "What counts, and what lateness costs: a YAML file (Guides/Grading.md).", completion: .file())
  var policy: String?
  @Option(help: "When it was handed in, e.g. 2026-12-01T22:10:00Z; without it nothing is late.") var submitted: String?
  @Option(help: "How to write the report.") var format = ReportFormat.text
  @Option(name: .customLong("output"), help: "A file for the report, instead of standard output.") var file: String?
  @Option(help: "Also write the report to a file: FORMAT=FILE, e.g. junit=grade.xml. May be repeated.")
  var also: [Copy] = []
  @Option(help: "Seed of the random inputs, instead of the one that students see.") var seed: UInt64?
  @OptionGroup var output: Output

  /// `junit=grade.xml`: the same report in another format, in a file.
  struct Copy: ExpressibleByArgument {
    let format: ReportFormat
    let file: String

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let format = ReportFormat(rawValue: String(parts[0])) else { return nil }
      self.format = format
      file = String(parts[1])
    }
  }

  func validate() throws {
    if chapter != nil, exercise != nil { throw ValidationError("Give --chapter or --exercise, not both.") }
    if let submitted, GradingPolicy.time(submitted) == nil {
      throw ValidationError("--submitted must be a time with its zone, like 2026-12-01T22:10:00Z, not \(submitted).")
    }
    if submitted != nil, policy == nil {
      throw ValidationError("--submitted is of use only with a --policy that says when it was due.")
    }
  }

  func run() async throws {
    let course = try Course()
    let selections = try course.select(chapter: chapter, exercise: exercise)
    let policy = try policy.map { try course.policy(at: $0) }
    let progress = output.progress
    progress.begin("Building …")
    let folder = submission.map { URL(filePath: $0, directoryHint: .isDirectory) }
    let grader = try Grader(build: PackageBuild(course, showing: progress), seed: seed, submission: folder)
    var report = try await grader.grade(selections) { progress.update("Testing \($0.id) \($0.title) …") }
    progress.clear()
    if let policy { report = report.applying(policy, submittedAt: submitted.flatMap(GradingPolicy.time)) }
    let text = try report.written(as: format, style: file == nil ? output.style : .plain)
    if let file {
      try write(text, to: file)
    } else {
      print(text, terminator: "")
    }
    for copy in also { try write(try report.written(as: copy.format), to: copy.file) }
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

extension ReportFormat: ExpressibleByArgument {}
