/// The seed of the tests' random inputs, as a grader asks for it.
public enum GradingSeed: Equatable, Sendable {
  case number(UInt64)
  /// One that nobody knows before: drawn when grading begins, and told in the report.
  case random

  /// Reads `20261123` or `random`.
  public init?(argument: String) {
    if argument == "random" {
      self = .random
    } else if let number = UInt64(argument) {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// The number; another one each time it is asked for if it is random.
  ///
  /// It has 32 bits then: every reader of JSON keeps it to the last digit, and nobody tries them all.
  public var value: UInt64 {
    switch self {
    case .number(let number): number
    case .random: UInt64.random(in: 0...UInt64(UInt32.max))
    }
  }
}
