/// What the tests of an exercise made of a mistake.
public struct MistakeVerdict: Equatable, Sendable {
  public enum Outcome: Equatable, Sendable {
    /// A rung failed with the promised message.
    case caught(rung: String, message: String)
    /// Rungs failed, but no failure says what the manifest of mistakes promises.
    case caughtWithoutMessage(rung: String, messages: [String])
    /// No rung failed, but not all were run: the tests ended before their time, which says nothing about them.
    case notJudged(why: String)
    /// Nobody noticed.
    case survived
  }

  public let exercise: ExerciseID
  /// `forgets-rho`.
  public let name: String
  public let title: String
  /// What a failure was to say.
  public let promised: String
  public let outcome: Outcome
  /// What the tests made of it, all in all.
  public let result: ExerciseResult

  public var isCaught: Bool {
    if case .caught = outcome { true } else { false }
  }
}

extension MistakeVerdict.Outcome {
  /// Judges the result of the tests with the mistake in place.
  init(_ result: ExerciseResult, promised: String) {
    let failed = result.rungs.filter { ![.right, .toDo, .notRun].contains($0.status) }
    for rung in failed {
      if let message = rung.messages.first(where: { $0.text.contains(promised) }) {
        self = .caught(rung: rung.name, message: message.text)
        return
      }
    }
    if let rung = failed.first {
      let said = failed.flatMap { $0.messages.map(\.text) }
      self = .caughtWithoutMessage(rung: rung.name, messages: said.isEmpty ? [result.detail ?? ""] : said)
    } else if result.rungs.contains(where: { $0.status == .notRun }) {
      self = .notJudged(why: result.detail ?? "not all rungs were run")
    } else {
      self = .survived
    }
  }
}
