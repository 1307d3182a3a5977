import LabKit

/// Throws unless an exercise gave as many values as a picture needs: a wrong answer shall say so, not crash.
func requireCount(_ count: Int, _ wanted: Int, of what: String, exercise: String) throws {
  guard count == wanted else {
    throw LabError(
      "\(what) gave \(count) values where \(wanted) are due. Start with its tests: "
        + "swift test --filter Exercise\(exercise.replacing(".", with: "_"))_")
  }
}
