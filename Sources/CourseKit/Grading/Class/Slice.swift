/// One of several parts of a class, each graded by a process of its own, perhaps on another machine: `2/8`.
///
/// Every submission is in exactly one of the parts, which differ in size by one at most.
public struct Slice: Equatable, Sendable, CustomStringConvertible {
  /// From 1 to ``count``.
  public let number: Int
  public let count: Int

  /// Reads `2/8`.
  public init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number >= 1, number <= count else {
      return nil
    }
    self.number = number
    self.count = count
  }

  public var description: String { "\(number)/\(count)" }

  /// The names that belong to this part.
  public func names(of all: [String]) -> [String] {
    all.enumerated().filter { $0.offset % count == number - 1 }.map(\.element)
  }
}
