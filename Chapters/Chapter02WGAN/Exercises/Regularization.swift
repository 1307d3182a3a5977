import Exercises

extension InvalidArgument {
  /// Throws unless ε is a finite, positive number.
  static func requireRegularization(_ epsilon: Double) throws {
    try require(
      epsilon > 0 && epsilon.isFinite,
      "epsilon is \(epsilon), but must be positive and finite; for ε = 0, the exact plan, call exactTransport")
  }
}
