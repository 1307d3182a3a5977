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
        course grade slurm ~/handed-in --out ~/grades --tasks 8
      """,
    subcommands: [GradeSlurm.self])

  @Option(help: "A folder that was handed in, to be graded instead of Chapters.", completion: .directory)
  var submission: String?
  @Option(
    name: .customLong("class"), help: "A folder that holds a folder a submission: grade them all.",
    completion: .directory) var classFolder: String?
  @Option(help: "With --class: only the second of eight parts, say: 2/8. Table and page are left to a run without.")
  var slice: Slice?
  @Option(help: "When it was handed in, e.g. 2026-12-01T22:10:00Z; without it nothing is late.") var submitted: String?
  @Option(help: "How to write the report.") var format = ReportFormat.text
  @Option(name: .customLong("output"), help: "A file for the report, instead of standard output.") var file: String?
  @Option(help: "Also write the report to a file: FORMAT=FILE, e.g. junit=grade.xml. May be repeated.")
  var also: [Copy] = []
  @OptionGroup var options: GradingOptions

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

  /// Demands that the options go together. Not in `validate`, which a subcommand's options would have to please too.
  private func checkOptions() throws {
    if let submitted, GradingPolicy.time(submitted) == nil {
      throw ValidationError("--submitted must be a time with its zone, like 2026-12-01T22:10:00Z, not \(submitted).")
    }
    if classFolder != nil, submission != nil || submitted != nil || file != nil || !also.isEmpty || format != .text {
      throw ValidationError(
        "--class goes with --out, --slice, --jobs, --policy, --times, --seed, --hidden-tests, --chapter and "
          + "--exercise only.")
    }
    if classFolder == nil, options.out != nil || options.times != nil || slice != nil {
      throw ValidationError("--out, --slice and --times go with --class.")
    }
    if submitted != nil, options.policy == nil {
      throw ValidationError("--submitted is of use only with a --policy that says when it was due.")
    }
  }

  func run() async throws {
    try checkOptions()
    let course = try Course()
    let selections = try options.selections(of: course)
    let policy = try options.policy.map { try course.policy(at: $0) }
    let progress = options.output.progress
    if let classFolder { return try await gradeClass(classFolder, course, selections) }
    progress.begin("Building …")
    let folder = submission.map { URL(filePath: $0, directoryHint: .isDirectory) }
    let grader = try Grader(
      build: PackageBuild(course, showing: progress), seed: options.seed?.value, submission: folder,
      hiddenTests: options.hiddenTests(for: selections), jobs: options.jobs ?? 1)
    try await grader.checkHiddenTests()
    var report = try await grader.grade(selections) { progress.update("Testing \($0.id) \($0.title) …") }
    progress.clear()
    if let policy { report = report.applying(policy, submittedAt: submitted.flatMap(GradingPolicy.time)) }
    let pictures = folder.map { ($0, selections.map(\.chapter)) }
    let text = try report.written(as: format, style: file == nil ? options.output.style : .plain, picturesIn: pictures)
    if let file {
      try write(text, to: file)
    } else {
      print(text, terminator: "")
    }
    for copy in also { try write(try report.written(as: copy.format, picturesIn: pictures), to: copy.file) }
    if !report.isAllRight { throw ExitCode.notRight }
  }

  /// Grades a class or a part of it, and says how it went.
  private func gradeClass(_ folder: String, _ course: Course, _ selections: [Selection]) async throws {
    let progress = options.output.progress
    let grader = try options.classGrader(of: folder, course, selections, showing: progress)
    let names = try grader.names()
    let outcome = try await grader.grade(slice?.names(of: names) ?? names, selections) { state in
      let rest = state.remaining.map { ", \(Int(($0 / 60).rounded(.up))) min left" } ?? ""
      progress.begin("\(state.done) of \(state.total)\(rest): \(state.name) …")
    }
    progress.clear()
    let rate = outcome.perHour.map { ", \(Int($0)) in an hour" } ?? ""
    let count = "\(outcome.graded.count) graded, \(outcome.new.count) of them now\(rate): "
    if let slice {
      print("slice \(slice): \(count)reports/")
    } else {
      try options.write(outcome.graded, of: grader, course)
      print("\(count)\(options.out ?? "")/class.html, class.csv, reports/")
    }
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
extension Slice: ExpressibleByArgument {}
