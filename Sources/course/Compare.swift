import ArgumentParser
import CourseKit
import Foundation

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare a chapter's pictures with the references.",
    discussion: """
      Writes compare.html beside the pictures: yours, the reference and the difference, all in one page. Drawings are \
      compared by pixel, samples by the distance between the sets of tiles. Exit code 1 if a figure is missing or differs.

      Examples:
        course compare 5
        course compare 5 --output /tmp/run
      """)

  @Argument(help: "A chapter, e.g. 5.") var chapter: String
  @Option(name: .customLong("output"), help: "The folder with the pictures, if not Output/<chapter>.") var folder:
    String?
  @OptionGroup var output: Output

  func run() throws {
    let chapter = try Course().selectChapter(chapter)
    let comparison = ChapterComparison(chapter, output: folder.map { URL(filePath: $0) })
    try Compare.show(comparison, style: output.style)
    if !comparison.isAcceptable { throw ExitCode.notRight }
  }

  /// Prints the table and writes the page.
  static func show(_ comparison: ChapterComparison, style: Style) throws {
    guard !comparison.hasNothing else {
      throw CourseError(
        .unknownName,
        "There are no pictures in \(comparison.output.path): `swift run course run \(comparison.chapter.number)` draws them"
      )
    }
    print(ComparisonText(style: style).table(comparison))
    print("\n  Side by side: \(try comparison.writePage().path)")
  }
}
