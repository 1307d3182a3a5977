import ArgumentParser
import CourseKit

struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove that chapters are whole.",
    discussion: """
      The manifest's promises are kept; the stubs are the solutions' stubs, compile without a warning, and stop every rung \
      at its own exercise; the solutions pass every rung. Exit code 1 if not.

      Examples:
        course author check
        course author check --chapter 5
      """)

  @Option(help: "Only this chapter.") var chapter: String?
  @OptionGroup var output: Output

  func run() async throws {
    let course = try Course()
    let style = output.style
    let progress = output.progress
    var isFine = true
    for selection in try course.select(chapter: chapter, exercise: nil) {
      print(style.bold("Chapter \(selection.chapter.number): \(selection.chapter.manifest.title)"))
      progress.begin("Checking \(selection.chapter.module) …")
      let check = ChapterCheck(chapter: selection.chapter, build: PackageBuild(course, showing: progress))
      let findings = try await check.run { finding in
        progress.clear()
        print("  \(finding.isFine ? style.green("✓") : style.red("✗")) \(finding.title)")
        for problem in finding.problems { print("      \(problem)") }
      }
      isFine = isFine && findings.allSatisfy(\.isFine)
    }
    if !isFine { throw ExitCode.notRight }
  }
}
