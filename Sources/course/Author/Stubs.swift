import ArgumentParser
import CourseKit

struct Stubs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the students' files from the solutions.",
    discussion: """
      Each region between `// BEGIN SOLUTION` and `// END SOLUTION` becomes `throw unsolved("5.2")`. A file that somebody \
      has edited is left alone, unless --force is given; then a copy is kept in .build/course/replaced.

      Examples:
        course author stubs
        course author stubs --chapter 5
      """)

  @Option(help: "Only this chapter.") var chapter: String?
  @Flag(help: "Also replace files that were edited.") var force = false
  @OptionGroup var output: Output

  func run() async throws {
    let course = try Course()
    let chapters = try chapter.map { [try course.selectChapter($0)] } ?? course.chapters
    var refused: [String] = []
    for chapter in chapters {
      let writer = StubWriter(chapter: chapter)
      for stub in try await writer.stubs() {
        switch stub.state {
        case .inStep: continue
        case .orphan: print("\(stub.path) has no solution: remove it, or add \(chapter.module)'s solution of that name")
        case .edited where !force: refused.append(stub.path)
        case .stale, .edited:
          let kept = try writer.write(stub)
          print("wrote \(stub.path)" + (kept.map { " (the edited file is kept at \($0))" } ?? ""))
        }
      }
    }
    guard refused.isEmpty else {
      throw CourseError(
        .brokenCourse,
        "These files hold edits that are in no solution, so they were left alone:\n  "
          + refused.joined(separator: "\n  ") + "\nMove the edits to the solution, or pass --force.")
    }
  }
}
