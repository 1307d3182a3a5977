import ArgumentParser
import CourseKit
import Foundation

/// The options that every subcommand has, and what follows from them.
struct Output: ParsableArguments {
  @Flag(help: "No colour. NO_COLOR=1 in the environment says the same.")
  var noColor = false

  var style: Style { Style(isTerminal: isatty(STDOUT_FILENO) == 1, noColor: noColor) }
  var progress: ProgressLine { ProgressLine(isTerminal: isatty(STDERR_FILENO) == 1) }
}

extension PackageBuild {
  /// A build that shows on `progress` what it is doing.
  init(_ course: Course, showing progress: ProgressLine) {
    self.init(root: course.root, onLine: { progress.update("  \($0)") })
  }
}
