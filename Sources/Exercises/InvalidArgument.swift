import Foundation

/// The arguments make no sense together; the message says which, what was given, and what is expected.
///
/// What an exercise throws when it is called wrongly.
public struct InvalidArgument: Error, CustomStringConvertible, LocalizedError, Equatable {
  public let description: String
  public var errorDescription: String? { description }

  public init(_ description: String) { self.description = description }

  /// Throws unless the condition holds. A comparison at the place of the call, when optimised: a check must not cost what
  /// it guards.
  @inlinable
  public static func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    guard condition else { throw InvalidArgument(message()) }
  }

  /// Throws unless the number is positive and finite.
  public static func requirePositive(_ value: Double, _ name: String) throws {
    try require(value > 0 && value.isFinite, "\(name) must be positive and finite, but is \(value)")
  }
}
