/// What the grader made of a hostile submission, beside what it must make of it.
public struct HostileVerdict: Equatable, Sendable {
  public let submission: HostileSubmission
  public let result: ExerciseResult?
  /// All that is not as it must be.
  public let problems: [String]

  public var isAsExpected: Bool { problems.isEmpty }

  /// - Parameter result: `nil` if it wasn't tried, because there is no sandbox here.
  init(_ submission: HostileSubmission, result: ExerciseResult?) {
    self.submission = submission
    self.result = result
    guard let result else {
      problems = []
      return
    }
    var problems: [String] = []
    if !submission.statuses.contains(result.status) {
      let expected = submission.statuses.map(\.rawValue).joined(separator: " or ")
      problems.append("it is \(result.status.rawValue), and must be \(expected)")
    }
    if result.points != submission.points {
      problems.append("it gets \(result.points.brief) points, and must get \(submission.points.brief)")
    }
    let said =
      [result.detail].compactMap(\.self) + result.errors.map(\.message)
      + result.rungs.flatMap { $0.messages.map(\.text) }
    if let says = submission.says, !said.contains(where: { $0.contains(says) }) {
      problems.append("nothing in its report says `\(says)`: \(said.first ?? "it says nothing")")
    }
    let flags = result.flags ?? []
    for flag in submission.flags where !flags.contains(where: { $0.contains(flag) }) {
      problems.append("`\(flag)` isn't flagged, but \(flags)")
    }
    if submission.flags.isEmpty, !flags.isEmpty { problems.append("it is flagged without need: \(flags)") }
    self.problems = problems
  }
}
