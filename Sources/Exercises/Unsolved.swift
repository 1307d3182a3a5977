/// What a stub throws until somebody writes it.
///
/// A lab that meets one stops and prints its description; a test that meets one is skipped (see ``unsolved(_:file:line:)``).
public struct Unsolved: Error, Hashable, Sendable, CustomStringConvertible {
  /// The exercise's id, as in the chapter's manifest: `"5.2"`.
  public let exercise: String
  /// The file that holds the stub, from the package's root where that can be told.
  public let file: String
  /// The line of the stub's `throw`.
  public let line: UInt

  init(exercise: String, file: String, line: UInt) {
    self.exercise = exercise
    self.file = Unsolved.pathInPackage(file)
    self.line = line
  }

  public var description: String { "Exercise \(exercise) is to do: \(file):\(line)" }

  /// Cuts everything before the `Chapters` or `Solutions` folder off an absolute path.
  private static func pathInPackage(_ path: String) -> String {
    let parts = path.split(separator: "/")
    guard let start = parts.lastIndex(where: { $0 == "Chapters" || $0 == "Solutions" }) else { return path }
    return parts[start...].joined(separator: "/")
  }
}

/// The error of an exercise that nobody has written yet: `throw unsolved("5.2")`.
///
/// Under test it is whatever ``UnsolvedErrors/make`` makes of it: a skip rather than a failure, so that a chapter
/// has three states: to do, wrong and right.
public func unsolved(_ exercise: String, file: String = #filePath, line: UInt = #line) -> any Error {
  UnsolvedErrors.make(Unsolved(exercise: exercise, file: file, line: line))
}
