import ArgumentParser
import CourseKit
import Foundation

struct MakeClass: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "class",
    abstract: "Make up a class whose every score is known, and check what the grader made of it.",
    discussion: """
      Each submission is a mix of solutions, stubs, known mistakes, files that don't compile, and files that are missing. \
      The mistakes are tried first, so that what each is worth is known. Exit code 1 if --verify finds a difference.

      Examples:
        course author class --count 100 --out /tmp/class --chapter 8 --chapter 10
        course grade --class /tmp/class/submissions --out /tmp/grades
        course author class --out /tmp/class --verify /tmp/grades
      """)

  @Option(help: "How many submissions.") var count = 100
  @Option(help: "The folder to write to, or with --verify the one that was written.", completion: .directory)
  var out: String
  @Option(help: "Another seed makes another class.") var seed: UInt64 = 1
  @Option(help: "Only this chapter. May be repeated.") var chapter: [String] = []
  @Option(help: "Where the class was graded: compare its class.csv with what was expected.", completion: .directory)
  var verify: String?
  @Option(help: "How many mistakes to try at once.") var jobs = ProcessInfo.processInfo.activeProcessorCount
  @OptionGroup var output: Output

  func validate() throws {
    if count < 1 || jobs < 1 { throw ValidationError("--count and --jobs must be at least 1.") }
  }

  func run() async throws {
    let folder = URL(filePath: out, directoryHint: .isDirectory)
    if let verify {
      let differences = try SampleClass.differences(
        between: folder, and: URL(filePath: verify, directoryHint: .isDirectory))
      for difference in differences { print(difference) }
      print(differences.isEmpty ? "every score is as expected" : "\(differences.count) differences")
      if !differences.isEmpty { throw ExitCode.notRight }
      return
    }
    let course = try Course()
    let chapters = try chapter.isEmpty ? course.chapters : chapter.map { try course.selectChapter($0) }
    let progress = output.progress
    var verdicts: [MistakeVerdict] = []
    for chapter in chapters {
      progress.begin("Building \(chapter.module) with its mistakes …")
      let gallery = MistakeGallery(chapter: chapter, build: PackageBuild(course, showing: progress))
      verdicts += try await gallery.tryAll(of: chapter.exercises, jobs: jobs) { verdict in
        progress.update("Tried \(verdict.exercise)/\(verdict.name)")
      }
    }
    progress.clear()
    try SampleClass(chapters: chapters, verdicts: verdicts).write(count: count, seed: seed, to: folder)
    print("\(count) submissions: \(out)/submissions; what they are worth: \(out)/expected.csv")
  }
}
