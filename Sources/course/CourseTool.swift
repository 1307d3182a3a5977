import ArgumentParser
import CourseKit
import Foundation

@main
struct CourseTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "course",
    abstract: "Work through the course: read, write, test, run, look.",
    discussion: """
      A student's loop:
        course next                 what to do now
        course test 5.2             is it right?
        course hint 5.2             a nudge; again for a stronger one
        course run 5                train chapter 5's model and draw its pictures

      Exit codes: 0 fine; 1 something is wrong or still to do; 2 the command can't be understood; \
      3 something doesn't build; 4 the course or this machine is at fault; 130 interrupted.

      SOLUTIONS=all (or a list like 03,05) builds chapters from the reference solutions instead of your files.
      """,
    subcommands: [
      List.self, Status.self, Next.self, Test.self, Hint.self, Run.self, Compare.self, Grade.self, Author.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      exit(reporting: error)
    }
  }

  /// Prints what is wrong on standard error and ends with the documented code.
  private static func exit(reporting error: any Error) -> Never {
    switch error {
    case let error as CourseError: fail(error.description, code: error.exitCode)
    case let code as ExitCode: Foundation.exit(code.rawValue)
    default:
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        print(message)
        Foundation.exit(0)
      }
      fail(message, code: code == .validationFailure ? 2 : 4)
    }
  }

  private static func fail(_ message: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    Foundation.exit(code)
  }
}

extension CourseError {
  fileprivate var exitCode: Int32 {
    switch kind {
    case .failed: 1
    case .unknownName: 2
    case .buildFailed: 3
    case .brokenCourse, .environment: 4
    }
  }
}

extension ExitCode {
  /// Something is wrong or still to do.
  static let notRight = ExitCode(1)
}
