import ArgumentParser
import CourseKit
import Foundation

struct AdoptFigures: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figures",
    abstract: "Make the pictures of a run the chapter's references.",
    discussion: """
      Shows how the run's pictures compare with the references, and asks before it replaces those.

      Examples:
        SOLUTIONS=all course run 5 && course author figures 5
        course author figures 5 --from /tmp/run --yes
      """)

  @Argument(help: "A chapter, e.g. 5.") var chapter: String
  @Option(help: "The folder with the pictures, if not Output/<chapter>.") var from: String?
  @Flag(help: "Don't ask.") var yes = false
  @OptionGroup var output: Output

  func run() throws {
    let chapter = try Course().selectChapter(chapter)
    let folder = from.map { URL(filePath: $0) }
    let figures = ReferenceFigures(chapter, output: folder)
    let candidates = figures.candidates()
    try Compare.show(ChapterComparison(chapter, output: folder), style: output.style)
    for candidate in candidates {
      if let objection = candidate.objection { print("  \(candidate.name) is left out: \(objection)") }
    }
    let accepted = candidates.filter { $0.objection == nil }
    guard !accepted.isEmpty else { throw CourseError(.failed, "There is no picture to take over.") }
    guard yes || isConfirmed(accepted.count) else { throw CourseError(.failed, "Nothing was changed.") }
    try figures.adopt(accepted)
    print("took over \(accepted.map(\.name).joined(separator: ", "))")
  }

  private func isConfirmed(_ count: Int) -> Bool {
    print("Make \(count) of these the references? Look at them first. [y/N] ", terminator: "")
    fflush(nil)
    return readLine()?.lowercased().hasPrefix("y") == true
  }
}
