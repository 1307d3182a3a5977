import ArgumentParser
import CourseKit

struct Next: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what to do now.",
    discussion:
      "Builds nothing: goes by the stubs that are left and by what was last tested.\n\nExample:\n  course next")

  @OptionGroup var output: Output

  func run() throws {
    let next = Survey(course: try Course()).next()
    print(ProgressText(style: output.style).describeNext(next))
  }
}
