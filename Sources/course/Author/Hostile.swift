import ArgumentParser
import CourseKit
import Foundation

struct Hostile: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Grade the hostile submissions: none may gain a point, or cost another exercise one.",
    discussion: """
      They lie in Tests/HostileSubmissions, each with what the grader must make of it. Those of different exercises are \
      graded as one submission whose other files are the solutions'. Exit code 1 unless each result is the expected one, \
      all other exercises have their points, and the course's own files are untouched.

      Examples:
        course author hostile
        course author hostile endless-loop exit-at-load
      """)

  @Argument(help: "Only these.") var names: [String] = []
  @Option(help: "How many exercises are tested at once.") var jobs = ProcessInfo.processInfo.activeProcessorCount
  @OptionGroup var output: Output

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
  }

  func run() async throws {
    let progress = output.progress
    let course = try Course()
    let corpus = try HostileCorpus(course: course, build: PackageBuild(course, showing: progress), names: names)
    let text = HostileText(style: output.style)
    progress.begin("Building …")
    let rounds = try await corpus.run(jobs: jobs) { round in
      progress.clear()
      print(text.describe(round))
      fflush(nil)
      progress.begin("Building …")
    }
    progress.clear()
    print("\n" + text.summary(rounds))
    let isFine = rounds.allSatisfy { round in round.harm.isEmpty && round.verdicts.allSatisfy(\.isAsExpected) }
    if !isFine { throw ExitCode.notRight }
  }
}
