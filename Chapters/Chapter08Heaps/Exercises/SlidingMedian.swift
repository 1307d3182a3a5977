// Exercise 8.5: the median of a sliding window
//
// The oldest number must go, and a heap finds only its root. Lazy deletion leaves the outdated where they are until they
// come to a root, and counts only those that are still in the window. What never comes to a root would stay for ever: a
// rising stream buries its oldest numbers at the bottom of the lower half. So a heap that has grown beyond twice the
// window is cleared out and heapified, which costs O(1) for each number that came in meanwhile.

import Exercises

/// The median of the last w numbers of a stream.
///
/// Between two calls of ``insert(_:)``, of the numbers that are still in the window,
///
/// - none in `lower` is greater than one in `upper`,
/// - `lower` holds as many as `upper`, or one more;
///
/// neither root is outdated, and neither heap holds more than 2w entries.
public struct SlidingMedian<Number: Comparable> {
  /// A number, and when it came.
  public struct Entry {
    public let number: Number
    /// 0 for the first number of the stream.
    public let time: Int

    public init(number: Number, time: Int) {
      self.number = number
      self.time = time
    }
  }

  /// w: how many numbers the window holds.
  public let window: Int
  /// How many numbers have been seen.
  public internal(set) var seen = 0
  /// The lower half with what is outdated in it: a heap, the greatest number at the root.
  public internal(set) var lower: [Entry] = []
  /// The upper half with what is outdated in it: a heap, the least number at the root.
  public internal(set) var upper: [Entry] = []
  /// How many entries of `lower` are in the window.
  public internal(set) var lowerCount = 0
  /// How many entries of `upper` are in the window.
  public internal(set) var upperCount = 0
  /// Whether the number that came at time t is in the lower half, at t mod w.
  var isLow: [Bool]

  /// - Throws: `InvalidArgument` if the window is less than 1.
  public init(window: Int) throws {
    try InvalidArgument.require(window >= 1, "a window holds at least one number, but window is \(window)")
    self.window = window
    self.isLow = Array(repeating: false, count: window)
  }

  /// Takes the next number of the stream, and forgets the one that came w numbers ago.
  ///
  /// - Throws: `InvalidArgument` if the number is not equal to itself, as NaN is not.
  /// - Complexity: in the mean over any stream at most 5 + 6⌊log₂ 2w⌋ comparisons a number; memory O(w).
  public mutating func insert(_ number: Number) throws {
    try InvalidArgument.require(number == number, "\(number) has no place in an order: leave it out of the stream")
    throw unsolved("8.5")
  }

  /// The middle of the window's numbers in sorted order: two of them if their count is even, the same one twice if it is odd.
  /// nil if there are no numbers yet.
  ///
  /// As long as fewer than w numbers have been seen, all of them are in the window.
  public func middle() throws -> (lower: Number, upper: Number)? {
    throw unsolved("8.5")
  }
}

extension SlidingMedian {
  /// Puts an entry into one of the halves.
  mutating func add(_ entry: Entry, toLower: Bool) throws {
    throw unsolved("8.5")
  }

  /// Takes outdated entries off the roots: those that came before seen − w.
  mutating func dropOutdatedRoots() throws {
    throw unsolved("8.5")
  }

  /// Throws all outdated entries out of a heap that holds more than 2w.
  mutating func clearOut() throws {
    throw unsolved("8.5")
  }
}

/// The median of every full window of w numbers: n − w + 1 of them, and none if n < w.
///
/// - Throws: `InvalidArgument` if w is less than 1 or a number is NaN.
public func slidingMedian(_ numbers: [Double], window: Int) throws -> [Double] {
  throw unsolved("8.5")
}

/// What a filter sees beyond the ends of a signal.
public enum SignalBorder: String, CaseIterable, Sendable {
  /// The first and the last value go on for ever, as in `scipy.ndimage.median_filter(mode="nearest")`.
  case nearest
  /// Zeros, as in `scipy.signal.medfilt`.
  case zero
}

/// Replaces every value of a signal by the median of the w values around it.
///
/// A spike shorter than half the window is gone without a trace, an edge stays as sharp as it was; a running mean smears
/// both.
///
/// - Parameters:
///   - signal: n values.
///   - window: w, odd, so that it has a middle.
///   - border: what lies beyond the ends.
/// - Returns: n values.
/// - Throws: `InvalidArgument` if w is not odd and positive or a value is NaN.
public func medianFilter(_ signal: [Double], window: Int, border: SignalBorder = .nearest) throws -> [Double] {
  try InvalidArgument.require(
    window >= 1 && window % 2 == 1, "a window with a middle is 1, 3, 5, … values wide, but window is \(window)")
  throw unsolved("8.5")
}
