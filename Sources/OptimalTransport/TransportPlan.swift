/// A way to carry the masses p of n places to the masses q of m places, and the prices that show how good it is.
public struct TransportPlan: Sendable {
  /// n and m.
  public let rows: Int
  public let columns: Int
  /// γ: how much goes from place i to place j, row by row.
  public let masses: [Double]
  /// f and g: the dual variables of the two sets of equations, γ's row sums and its column sums.
  public let rowPotentials: [Double]
  public let columnPotentials: [Double]
  /// ⟨C, γ⟩ = Σ Cᵢⱼγᵢⱼ.
  public let cost: Double

  /// γᵢⱼ.
  public subscript(row: Int, column: Int) -> Double { masses[row * columns + column] }
}

/// Why there is nothing to transport; the message says what was given and what to do.
public struct TransportError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  /// Throws unless the condition holds.
  static func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw TransportError(message()) }
  }
}
