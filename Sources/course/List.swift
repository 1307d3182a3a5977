import ArgumentParser
import CourseKit

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the chapters and their exercises.",
    discussion: "Examples:\n  course list\n  course list 5")

  @Argument(help: "A chapter, e.g. 5.") var chapter: String?
  @OptionGroup var output: Output

  func run() throws {
    let course = try Course()
    let chapters = try chapter.map { [try course.selectChapter($0)] } ?? course.chapters
    print(Listing(style: output.style).describe(chapters))
  }
}
