import ArgumentParser
import CourseKit
import Foundation

/// What `course grade` and its subcommands have in common.
struct GradingOptions: ParsableArguments {
  @Option(help: "Only this chapter. May be repeated.") var chapter: [String] = []
  @Option(help: "Only this exercise.") var exercise: String?
  @Option(help: "Where a class's reports go; a run that was stopped goes on from there.", completion: .directory)
  var out: String?
  @Option(help: "How many exercises are tested at once.") var jobs: Int?
  @Option(help: "With a class: a CSV file with lines `submission,time`, for the policy.", completion: .file())
  var times: String?
  @Option(help: "What counts, and what lateness costs: a YAML file (Guides/Grading.md).", completion: .file())
  var policy: String?
  @Option(help: "Seed of the random inputs, instead of the one that students see: a number, or `random`.")
  var seed: GradingSeed?
  @Option(
    help: "A folder of tests that students don't have, with a hidden.yml (Guides/Grading.md).",
    completion: .directory) var hiddenTests: String?
  @OptionGroup var output: Output

  func validate() throws {
    if !chapter.isEmpty, exercise != nil { throw ValidationError("Give --chapter or --exercise, not both.") }
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
    if times != nil, policy == nil {
      throw ValidationError("--times is of use only with a --policy that says when it was due.")
    }
  }

  /// What to grade.
  func selections(of course: Course) throws -> [Selection] {
    guard !chapter.isEmpty else { return try course.select(chapter: nil, exercise: exercise) }
    let wanted = try chapter.map { try course.selectChapter($0).number }
    return course.chapters.filter { wanted.contains($0.number) }.map { .chapter($0) }
  }

  func hiddenTests(for selections: [Selection]) throws -> HiddenTests? {
    try hiddenTests.map { try HiddenTests(in: URL(filePath: $0, directoryHint: .isDirectory), for: selections) }
  }

  /// The grader of the class in a folder.
  func classGrader(
    of folder: String, _ course: Course, _ selections: [Selection], showing progress: ProgressLine
  ) throws -> ClassGrader {
    guard let out else { throw ValidationError("A class needs a folder for the reports: --out FOLDER.") }
    return try ClassGrader(
      course: course, build: PackageBuild(course, showing: progress),
      submissions: URL(filePath: folder, directoryHint: .isDirectory),
      out: URL(filePath: out, directoryHint: .isDirectory), seed: seed, hiddenTests: hiddenTests(for: selections),
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Writes the class's table and page.
  func write(_ graded: [GradedSubmission], of grader: ClassGrader, _ course: Course) throws {
    let times = try times.map { try SubmissionTimes.read($0) } ?? [:]
    _ = try grader.write(graded, policy: try policy.map { try course.policy(at: $0) }, times: times)
  }
}

extension GradingSeed: ExpressibleByArgument {}
