import Exercises

extension InvalidArgument {
  /// Throws unless ε is a finite, positive number, and not so small that the rounding of C/ε alone would decide the plan.
  ///
  /// A Double has 16 digits. With C/ε below 10¹² at least four of them are behind the point, which is where the logarithms
  /// of the weights are.
  static func requireRegularization(_ epsilon: Double, _ cost: [[Double]]) throws {
    try require(
      epsilon > 0 && epsilon.isFinite,
      "epsilon is \(epsilon), but must be positive and finite; for ε = 0, the exact plan, call exactTransport")
    let largest = cost.joined().reduce(0) { max($0, abs($1)) }
    try require(
      largest / epsilon <= 1e12,
      "epsilon is \(epsilon), but costs go up to \(largest), and a Double can't hold C/ε exactly enough: use at least "
        + "\(largest * 1e-12), or call exactTransport")
  }
}
