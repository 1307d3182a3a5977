import ArgumentParser
import CourseKit
import Foundation

struct GradeSlurm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slurm",
    abstract: "Grade a class on a SLURM cluster: write the batch script, and merge what its tasks have graded.",
    discussion: """
      The script is a job array: each task copies the course to its node, builds it there, and grades a slice of the \
      submissions; --out must be a folder that all nodes see. Submit it again whenever something was stopped: nothing is \
      graded twice. Afterwards --merge writes the table and the page; give it the same options. Exit code 1 if \
      submissions are missing.

      Examples:
        course grade slurm ~/handed-in --out ~/grades --tasks 8
        sbatch ~/grades/slurm/grade.sbatch
        course grade slurm ~/handed-in --out ~/grades --merge
      """)

  @Argument(help: "A folder that holds a folder a submission.", completion: .directory) var folder: String
  @Flag(help: "Write table and page of what the tasks have graded.") var merge = false
  @Option(help: "How many tasks the array has.") var tasks = 4
  @Option(help: "How many tasks may run at once; all without it.") var tasksAtOnce: Int?
  @Option(help: "Processors of a task.") var processors = 2
  @Option(help: "Memory of a task, as SLURM writes it.") var memory = "6G"
  @Option(help: "Time of a task, as SLURM writes it.") var time = "04:00:00"
  @Option(help: "A folder on the node for the task's copy of the course; TMPDIR without it.", completion: .directory)
  var scratch: String?
  @Option(help: "A further option for sbatch, e.g. --sbatch=--partition=short. May be repeated.") var sbatch: [String] =
    []
  @OptionGroup var options: GradingOptions

  func validate() throws {
    if tasks < 1 || processors < 1 || (tasksAtOnce ?? 1) < 1 {
      throw ValidationError("--tasks, --tasks-at-once and --processors must be at least 1.")
    }
    if options.jobs != nil { throw ValidationError("A task tests as many exercises at once as it has --processors.") }
    if !merge, options.policy != nil { throw ValidationError("--policy and --times go with --merge.") }
  }

  func run() async throws {
    let course = try Course()
    let selections = try options.selections(of: course)
    // Reads the hidden tests' list too: what is wrong with it is better told now than by every task.
    let grader = try options.classGrader(of: folder, course, selections, showing: options.output.progress)
    let names = try grader.names()
    if merge { return try merge(names, selections, grader, course) }
    let script = SlurmScript(
      course: course, submissions: grader.submissions.absoluteURL.standardizedFileURL,
      out: grader.folder.absoluteURL.standardizedFileURL, tasks: min(tasks, names.count),
      limits: .init(processors: processors, memory: memory, time: time, tasksAtOnce: tasksAtOnce), scratch: scratch,
      directives: sbatch, arguments: arguments(seed: grader.seed))
    try script.write()
    print("\(names.count) submissions in \(min(tasks, names.count)) tasks: sbatch \(script.file.path)")
  }

  private func merge(_ names: [String], _ selections: [Selection], _ grader: ClassGrader, _ course: Course) throws {
    let (graded, missing) = grader.kept(names, selections)
    try options.write(graded, of: grader, course)
    print("\(graded.count) of \(names.count) graded: \(options.out ?? "")/class.html, class.csv, reports/")
    guard missing.isEmpty else {
      print("not graded, or changed since: \(missing.joined(separator: ", "))")
      throw ExitCode.notRight
    }
  }

  /// What the tasks are told besides their slices.
  private func arguments(seed: UInt64?) -> [String] {
    var arguments = options.chapter.flatMap { ["--chapter", $0] }
    if let exercise = options.exercise { arguments += ["--exercise", exercise] }
    if let seed { arguments += ["--seed", "\(seed)"] }
    if let tests = options.hiddenTests {
      let folder = URL(filePath: tests, directoryHint: .isDirectory).absoluteURL.standardizedFileURL
      arguments += ["--hidden-tests", folder.path]
    }
    return arguments
  }
}
