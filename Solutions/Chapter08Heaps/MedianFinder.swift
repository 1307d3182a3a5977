// Exercise 8.4: the median of a stream
//
// Cut the numbers seen so far in the middle: a max-heap for the lower half, a min-heap for the upper. The median stands at
// the two roots.

import Exercises

/// The mean of two integers, without overflow: (a + b)/2 as a Double.
///
/// a + b need not be an Int, and Double(a) + Double(b) has lost the last digits of large ones: the mean of Int.min and
/// Int.max is −1/2, not 0. The bits know better:
///
///     a + b = 2(a & b) + (a ^ b)        so    ⌊(a + b)/2⌋ = (a & b) + (a ^ b) >> 1
///
/// and a half is missing if a ^ b is odd.
public func midpoint(_ a: Int, _ b: Int) throws -> Double {
  // BEGIN SOLUTION
  let floor = (a & b) + (a ^ b) >> 1
  return Double(floor) + ((a ^ b) & 1 == 1 ? 0.5 : 0)
  // END SOLUTION
}

/// The mean of two floating-point numbers, without overflow and without underflow: (a + b)/2.
///
/// a + b may overflow where the mean does not, and a/2 + b/2 is 0 for the two smallest positive numbers, whose mean is not.
/// So take the first unless it overflows.
public func midpoint(_ a: Double, _ b: Double) throws -> Double {
  // BEGIN SOLUTION
  let sum = a + b
  return sum.isFinite ? sum / 2 : a / 2 + b / 2
  // END SOLUTION
}

/// The median of all numbers seen so far.
///
/// Between two calls of ``insert(_:)``
///
/// - no number in `lower` is greater than one in `upper`,
/// - `lower` has as many numbers as `upper`, or one more.
public struct MedianFinder<Number: Comparable> {
  /// The lower half: a heap by `>`, the greatest at the root.
  public internal(set) var lower: [Number] = []
  /// The upper half: a heap by `<`, the least at the root.
  public internal(set) var upper: [Number] = []

  public init() {}

  public var count: Int { lower.count + upper.count }

  /// Takes the next number of the stream.
  ///
  /// - Throws: `InvalidArgument` if the number is not equal to itself: NaN has no place in any order.
  /// - Complexity: at most 1 + 4⌊log₂ n⌋ comparisons, n being the new count.
  public mutating func insert(_ number: Number) throws {
    try InvalidArgument.require(number == number, "\(number) has no place in an order: leave it out of the stream")
    // BEGIN SOLUTION
    if lower.count == upper.count {
      // The lower half grows. A number that belongs above takes the place of the least one there, which moves over.
      var moved = number
      if let least = upper.first, least < number { moved = try heapReplace(in: &upper, with: number, by: <) }
      try heapPush(moved, onto: &lower, by: >)
    } else {
      var moved = number
      if let greatest = lower.first, number < greatest { moved = try heapReplace(in: &lower, with: number, by: >) }
      try heapPush(moved, onto: &upper, by: <)
    }
    // END SOLUTION
  }

  /// The middle of the sorted numbers: two of them if their count is even, the same one twice if it is odd. nil if there are
  /// no numbers.
  ///
  /// - Complexity: O(1), without any comparison.
  public func middle() throws -> (lower: Number, upper: Number)? {
    // BEGIN SOLUTION
    guard let greatest = lower.first else { return nil }
    guard lower.count == upper.count, let least = upper.first else { return (greatest, greatest) }
    return (greatest, least)
    // END SOLUTION
  }
}

extension MedianFinder<Int> {
  /// The median; the mean of the two middle numbers if their count is even. nil if there are no numbers.
  public func median() throws -> Double? { try middle().map { try midpoint($0.lower, $0.upper) } }
}

extension MedianFinder<Double> {
  /// The median; the mean of the two middle numbers if their count is even. nil if there are no numbers.
  public func median() throws -> Double? { try middle().map { try midpoint($0.lower, $0.upper) } }
}
