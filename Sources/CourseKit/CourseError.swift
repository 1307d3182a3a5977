import Foundation

/// Something that keeps the course tool from doing what was asked: what is wrong, and what to do about it.
public struct CourseError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
  /// Why the tool stops; each has an exit code of its own (`Guides/ExitCodes.md`).
  public enum Kind: Hashable, Sendable {
    /// What was to be tried didn't come right.
    case failed
    /// There is no such chapter, exercise or figure.
    case unknownName
    /// The package or one of its targets doesn't build.
    case buildFailed
    /// The course's own files are at fault: a manifest, a solution's marks, a missing test.
    case brokenCourse
    /// The machine is: a folder that can't be written, a program that isn't there.
    case environment
  }

  public let kind: Kind
  public let description: String

  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  public var errorDescription: String? { description }
}
