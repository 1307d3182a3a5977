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
        course grade --class ~/handed-in --out ~/grades
      """)

  @Option(help: "Only this chapter.") var chapter: String?
  @Option(help: "Only this exercise.") var exercise: String?
  @Option(help: "A folder that was handed in, to be graded instead of Chapters.", completion: .directory)
  var submission: String?
  @Option(
    name: .customLong("class"), help: "A folder that holds a folder a submission: grade them all.",
    completion: .directory) var classFolder: String?
  @Option(help: "Where the class's reports go; a run that was stopped goes on from there.", completion: .directory)
  var out: String?
  @Option(help: "How many exercises are tested at once.") var jobs: Int?
  @Option(help: "With --class: a CSV file with lines `submission,time`, for the policy.", completion: .file())
  var times: String?
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
    if classFolder != nil, submission != nil || submitted != nil || file != nil || !also.isEmpty || format != .text {
      throw ValidationError(
        "--class goes with --out, --jobs, --policy, --times, --seed, --chapter and --exercise only.")
    }
    if classFolder != nil, out == nil { throw ValidationError("--class needs a folder for the reports: --out FOLDER.") }
    if classFolder == nil, out != nil || times != nil { throw ValidationError("--out and --times go with --class.") }
    if times != nil, policy == nil {
      throw ValidationError("--times is of use only with a --policy that says when it was due.")
    }
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
    if submitted != nil, policy == nil {
      throw ValidationError("--submitted is of use only with a --policy that says when it was due.")
    }
  }

  func run() async throws {
    let course = try Course()
    let selections = try course.select(chapter: chapter, exercise: exercise)
    let policy = try policy.map { try course.policy(at: $0) }
    let progress = output.progress
    if let classFolder, let out { return try await grade(classFolder, into: out, course, selections, policy) }
    progress.begin("Building …")
    let folder = submission.map { URL(filePath: $0, directoryHint: .isDirectory) }
    let grader = try Grader(
      build: PackageBuild(course, showing: progress), seed: seed, submission: folder, jobs: jobs ?? 1)
    var report = try await grader.grade(selections) { progress.update("Testing \($0.id) \($0.title) …") }
    progress.clear()
    if let policy { report = report.applying(policy, submittedAt: submitted.flatMap(GradingPolicy.time)) }
    let pictures = folder.map { ($0, selections.map(\.chapter)) }
    let text = try report.written(as: format, style: file == nil ? output.style : .plain, picturesIn: pictures)
    if let file {
      try write(text, to: file)
    } else {
      print(text, terminator: "")
    }
    for copy in also { try write(try report.written(as: copy.format, picturesIn: pictures), to: copy.file) }
    if !report.isAllRight { throw ExitCode.notRight }
  }

  /// Grades a class, and says how it went.
  private func grade(
    _ folder: String, into out: String, _ course: Course, _ selections: [Selection], _ policy: GradingPolicy?
  ) async throws {
    let progress = output.progress
    let grader = ClassGrader(
      course: course, build: PackageBuild(course, showing: progress),
      submissions: URL(filePath: folder, directoryHint: .isDirectory),
      out: URL(filePath: out, directoryHint: .isDirectory), seed: seed,
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    let times = try times.map { try SubmissionTimes.read($0) } ?? [:]
    let outcome = try await grader.grade(try grader.names(), selections) { state in
      let rest = state.remaining.map { ", \(Int(($0 / 60).rounded(.up))) min left" } ?? ""
      progress.begin("\(state.done) of \(state.total)\(rest): \(state.name) …")
    }
    progress.clear()
    _ = try grader.write(outcome.graded, policy: policy, times: times)
    let rate = outcome.perHour.map { ", \(Int($0)) in an hour" } ?? ""
    print(
      "\(outcome.graded.count) graded, \(outcome.new.count) of them now\(rate): \(out)/class.html, class.csv, reports/")
    for (name, error) in outcome.failed { print("not graded: \(name): \(error)") }
    if !outcome.failed.isEmpty { throw ExitCode.notRight }
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
