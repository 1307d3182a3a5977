import ArgumentParser
import CourseKit
import Foundation

struct WriteSyllabus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "syllabus",
    abstract: "Write syllabus.md from the manifests.",
    discussion: "Examples:\n  course author syllabus\n  course author syllabus --check")

  @Flag(help: "Write nothing; exit with code 1 if the page is out of date.") var check = false
  @OptionGroup var output: Output

  func run() throws {
    let course = try Course()
    let page = Syllabus(course: course).markdown
    let file = course.root.appending(path: Syllabus.path)
    let isCurrent = FileManager.default.contents(atPath: file.path) == Data(page.utf8)
    if check, !isCurrent {
      print("\(Syllabus.path) is out of date: `swift run course author syllabus` writes it anew")
      throw ExitCode.notRight
    }
    if !check, !isCurrent {
      try Data(page.utf8).write(to: file, options: .atomic)
      print("wrote \(Syllabus.path)")
    }
  }
}
