/// What became of one exercise.
public struct ExerciseResult: Codable, Equatable, Sendable {
  public enum Status: String, Codable, CaseIterable, Sendable {
    case right
    case wrong
    case toDo = "to-do"
    case crashed
    case hung
    case endedEarly = "ended-early"
    case didNotCompile = "did-not-compile"
  }

  /// `5.2`.
  public var id: String
  public var title: String
  public var status: Status
  /// Each rung that is right earns the same share.
  public var points: Double
  public var maxPoints: Double
  /// What happened, in one sentence, where the rungs don't say it.
  public var detail: String?
  public var rungs: [RungResult]
  /// The compiler's errors in the exercise's file.
  public var errors: [Diagnostic]
  /// What an instructor should look at in the exercise's file: it costs nothing. `nil` if there is nothing.
  public var flags: [String]?

  public var isRight: Bool { status == .right }
}
