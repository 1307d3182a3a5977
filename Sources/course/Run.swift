import ArgumentParser
import CourseKit
import Foundation

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a chapter's lab: train its model, draw its pictures, compare them with the references.",
    discussion: """
      Runs with your exercises, or with the reference solutions if SOLUTIONS says so. Ctrl-C stops the training and saves \
      it; --resume goes on from there.

      Examples:
        course run 5
        SOLUTIONS=all course run 5
        course run 5 --quick
        course run 5 --data ~/Data/MNIST --seed 7 --output /tmp/run
        course run 5 -- --help        the lab's own options
      """)

  @Argument(help: "A chapter, e.g. 5.") var chapter: String
  @Flag(help: "A run of seconds, to see that everything works; its pictures are rough.") var quick = false
  @Option(help: "Your own data instead of the course's.") var data: String?
  @Option(help: "Where all randomness of the run starts.") var seed: UInt64?
  @Option(name: .customLong("output"), help: "A folder for the pictures instead of Output/<chapter>.") var folder:
    String?
  @Flag(help: "Go on with the run that was stopped.") var resume = false
  @Argument(parsing: .postTerminator, help: "More options for the lab, after --.") var more: [String] = []
  @OptionGroup var output: Output

  func run() async throws {
    let course = try Course()
    let chapter = try course.selectChapter(chapter)
    let style = output.style
    let progress = output.progress
    print(style.bold("Chapter \(chapter.number): \(chapter.manifest.title)"))
    print(Whose(chapter).sentence)
    fflush(nil)
    let lab = Lab(chapter: chapter, build: PackageBuild(course, showing: progress))
    progress.begin("Building \(chapter.module) …")
    try await lab.prepare()
    progress.clear()
    let start = Date()
    let ending = try await lab.run(arguments: arguments)
    if ending == .interrupted { throw ExitCode(130) }
    // What was drawn before a failure is worth looking at, too.
    try report(chapter, since: start, style: style)
    if let complaint = complaint(about: ending, of: chapter) { throw CourseError(.failed, complaint) }
  }

  private func complaint(about ending: Lab.Ending, of chapter: Chapter) -> String? {
    switch ending {
    case .finished, .interrupted: return nil
    case .crashed(let why): return "The lab crashed (\(why))."
    case .failed(let code):
      let stop = "The lab stopped with code \(code)."
      if Whose(chapter).isSolved { return stop }
      return stop
        + " `SOLUTIONS=\(chapter.number) swift run course run \(chapter.number)` runs it with the reference solutions."
    }
  }

  private var arguments: [String] {
    var arguments: [String] = []
    if quick { arguments.append("--quick") }
    if let data { arguments += ["--data", data] }
    if let seed { arguments += ["--seed", "\(seed)"] }
    if let folder { arguments += ["--output", folder] }
    if resume { arguments.append("--resume") }
    return arguments + more
  }

  /// Says which pictures were drawn, what they should show, and how they compare.
  private func report(_ chapter: Chapter, since start: Date, style: Style) throws {
    let comparison = ChapterComparison(chapter, output: folder.map { URL(filePath: $0) })
    let drawn = comparison.drawn(since: start)
    guard !drawn.isEmpty else { return }
    print("\n" + style.bold("Pictures"))
    for figure in drawn {
      print("  " + style.cyan(comparison.path(of: figure)))
      for line in figure.caption.lines(width: 90) { print("    " + line) }
    }
    print()
    try Compare.show(comparison, style: style)
  }
}
