import Foundation

/// The grades of one tree. As JSON its form is fixed by `schema` and `version`: a change that would break a reader
/// raises the version.
public struct GradeReport: Codable, Equatable, Sendable {
  public struct Chapter: Codable, Equatable, Sendable {
    public var number: Int
    public var title: String
    /// Of the exercises that count.
    public var points: Double
    public var maxPoints: Double
    public var exercises: [ExerciseResult]
    /// The ids of the exercises that don't count, by the policy.
    public var dropped: [String] = []

    /// The exercises that count.
    var counted: [ExerciseResult] { exercises.filter { !dropped.contains($0.id) } }
  }

  public private(set) var schema = "course-grade"
  public private(set) var version = 2
  /// After the penalty.
  public var points: Double
  public var maxPoints: Double
  /// The share of the points that lateness cost.
  public var penalty = 0.0
  public var chapters: [Chapter]
  /// What kept a submission's code from the rest of the machine; `nil` for one's own files.
  public var isolation: Isolation?
  /// Of the tests' random inputs, if it isn't the one that students see.
  public var seed: UInt64?

  public enum Isolation: String, Codable, Sendable {
    case bubblewrap
    /// It had the rights of whoever graded it.
    case none
  }

  /// Adds up the points.
  public init(
    _ results: [(chapter: CourseKit.Chapter, results: [ExerciseResult])], isolation: Isolation? = nil,
    seed: UInt64? = nil
  ) {
    self.isolation = isolation
    self.seed = seed
    chapters = results.map { chapter, results in
      Chapter(
        number: chapter.number, title: chapter.manifest.title, points: results.sum(\.points),
        maxPoints: results.sum(\.maxPoints), exercises: results)
    }
    points = chapters.map(\.points).reduce(0, +)
    maxPoints = chapters.map(\.maxPoints).reduce(0, +)
  }

  /// The same by what an instructor lets count.
  ///
  /// - Parameter time: when it was handed in; `nil` if nobody knows, and then nothing is late.
  public func applying(_ policy: GradingPolicy, submittedAt time: Date? = nil) -> GradeReport {
    var report = self
    for index in report.chapters.indices { report.chapters[index].apply(policy) }
    report.penalty = policy.penalty(at: time)
    report.maxPoints = report.chapters.map(\.maxPoints).reduce(0, +)
    let earned = report.chapters.map(\.points).reduce(0, +)
    report.points = (earned * (1 - report.penalty) * 100).rounded() / 100
    return report
  }

  public var isAllRight: Bool { chapters.allSatisfy { $0.exercises.allSatisfy(\.isRight) } }

  /// Keys in alphabetical order, so that equal reports are equal texts.
  public func json() throws -> String { try canonicalJSON() }

  public func text(style: Style) -> String {
    let text = ResultText(style: style)
    let parts = chapters.map { chapter in
      let heading = style.bold("Chapter \(chapter.number): \(chapter.title)")
      let dropped = chapter.dropped.isEmpty ? [] : ["  does not count: \(chapter.dropped.joined(separator: ", "))"]
      return ([heading] + chapter.exercises.map(text.describe) + dropped).joined(separator: "\n")
    }
    let warning = isolation == GradeReport.Isolation.none ? [style.red(GradeReport.noSandbox)] : []
    let inputs = seed.map { ["  The random inputs were those of the seed \($0)."] } ?? []
    return (parts + [summary(text)] + inputs + warning).joined(separator: "\n\n") + "\n"
  }

  private static let noSandbox =
    "  There is no sandbox on this machine (bubblewrap, on Linux): the submission's code ran with your own rights."

  /// How many are right, and the points after everything.
  func summary(_ text: ResultText) -> String {
    let counted = chapters.flatMap(\.counted)
    guard penalty > 0 else { return text.summary(counted) }
    let cost = "handed in late: \((penalty * 100).short) % off"
    return text.summary(counted) + "\n  \(cost), which leaves \(points.brief) of \(maxPoints.brief) points"
  }
}

extension GradeReport.Chapter {
  /// Takes out what doesn't count: the exercises that are named, then those with the most points lost; of two with as
  /// many lost the later one.
  fileprivate mutating func apply(_ policy: GradingPolicy) {
    dropped = exercises.map(\.id).filter { id in policy.leaveOut.contains { $0.description == id } }
    let byLoss = counted.enumerated().sorted { one, other in
      let losses = (one.element.maxPoints - one.element.points, other.element.maxPoints - other.element.points)
      return losses.0 != losses.1 ? losses.0 > losses.1 : one.offset > other.offset
    }
    // What is right is not dropped: there is nothing to gain by it.
    let worst = byLoss.prefix(policy.dropLowest).filter { $0.element.points < $0.element.maxPoints }
    let ids = Set(dropped + worst.map(\.element.id))
    dropped = exercises.map(\.id).filter(ids.contains)
    points = counted.sum(\.points)
    maxPoints = counted.sum(\.maxPoints)
  }
}

extension Array<ExerciseResult> {
  fileprivate func sum(_ value: (ExerciseResult) -> Double) -> Double { reduce(0) { $0 + value($1) } }
}
