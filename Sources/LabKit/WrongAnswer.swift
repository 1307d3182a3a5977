/// Throws unless an exercise gave as many values as a picture needs: a wrong answer shall say so, not crash.
///
/// - Throws: ``LabError`` with the command that runs the exercise's tests.
public func requireCount(_ count: Int, _ wanted: Int, of what: String, exercise: String) throws {
  guard count == wanted else {
    throw LabError.wrongAnswer("\(what) gave \(count) values where \(wanted) are due", exercise: exercise)
  }
}

extension LabError {
  /// An exercise's answer that no picture can be drawn with, and the command that runs its tests.
  public static func wrongAnswer(_ problem: String, exercise: String) -> LabError {
    LabError(
      "\(problem). Start with its tests: swift test --filter Exercise\(exercise.replacing(".", with: "_"))_")
  }
}
