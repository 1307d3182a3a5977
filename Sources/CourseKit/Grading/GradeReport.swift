import Foundation

/// The grades of one tree. As JSON its form is fixed by `schema` and `version`: a change that would break a reader
/// raises the version.
public struct GradeReport: Codable, Equatable, Sendable {
  public struct Chapter: Codable, Equatable, Sendable {
    public var number: Int
    public var title: String
    public var points: Double
    public var maxPoints: Double
    public var exercises: [ExerciseResult]
  }

  public private(set) var schema = "course-grade"
  public private(set) var version = 1
  public var points: Double
  public var maxPoints: Double
  public var chapters: [Chapter]

  /// Adds up the points.
  public init(_ results: [(chapter: CourseKit.Chapter, results: [ExerciseResult])]) {
    chapters = results.map { chapter, results in
      Chapter(
        number: chapter.number, title: chapter.manifest.title, points: results.sum(\.points),
        maxPoints: results.sum(\.maxPoints), exercises: results)
    }
    points = chapters.map(\.points).reduce(0, +)
    maxPoints = chapters.map(\.maxPoints).reduce(0, +)
  }

  public var isAllRight: Bool { chapters.allSatisfy { $0.exercises.allSatisfy(\.isRight) } }

  /// Keys in alphabetical order, so that equal reports are equal texts.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  public func text(style: Style) -> String {
    let text = ResultText(style: style)
    let parts = chapters.map { chapter in
      ([style.bold("Chapter \(chapter.number): \(chapter.title)")] + chapter.exercises.map(text.describe))
        .joined(separator: "\n")
    }
    let total = text.summary(chapters.flatMap(\.exercises))
    return (parts + [total]).joined(separator: "\n\n") + "\n"
  }
}

extension Array<ExerciseResult> {
  fileprivate func sum(_ value: (ExerciseResult) -> Double) -> Double { reduce(0) { $0 + value($1) } }
}
