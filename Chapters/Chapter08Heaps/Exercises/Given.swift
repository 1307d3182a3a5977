import CProcessor
import Exercises

extension InvalidArgument {
  /// Throws unless 0 ≤ index < count.
  @inline(__always)
  static func requireIndex(_ index: Int, below count: Int, _ name: StaticString) throws {
    guard index >= 0 && index < count else { throw wrongIndex(index, count, name) }
  }

  /// Throws unless 0 ≤ k ≤ limit.
  @inline(__always)
  static func requireCount(_ k: Int, upTo limit: Int, _ name: StaticString) throws {
    guard k >= 0 && k <= limit else { throw wrongCount(k, limit, name) }
  }

  // The messages are made apart, so that in optimised code a check is a comparison at the place of the call.
  @inline(never)
  private static func wrongIndex(_ index: Int, _ count: Int, _ name: StaticString) -> InvalidArgument {
    InvalidArgument(
      count == 0
        ? "\(name) is \(index), but there are no elements" : "\(name) must be from 0 to \(count - 1), but is \(index)")
  }

  @inline(never)
  private static func wrongCount(_ k: Int, _ limit: Int, _ name: StaticString) -> InvalidArgument {
    InvalidArgument("\(name) must be from 0 to \(limit), but is \(k)")
  }

  /// Throws unless there is at least one logit, none is NaN or +∞, and at least one is finite. −∞ is a token that never
  /// comes.
  static func requireLogits(_ logits: [Double]) throws {
    if let wrong = logits.firstIndex(where: { $0.isNaN || $0 == .infinity }) {
      throw InvalidArgument("a logit is a number or −∞, but logits[\(wrong)] is \(logits[wrong])")
    }
    try require(logits.contains { $0 > -.infinity }, "at least one logit must be finite, or there is nothing to choose")
  }
}

/// `<` for floating-point numbers with NaN in it: below everything else, and no NaN below another.
///
/// With NaN in the data the plain `<` is no order: NaN is neither less than 1 nor greater, so that it counts as equal to 1
/// and to 2, which are not equal to each other. A heap that is built on such an order may have anything at its root.
public func isLessWithNaNFirst(_ a: Double, _ b: Double) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && !b.isNaN }
  return a < b
}

extension RandomNumberGenerator {
  /// One number of the uniform law on the *open* interval (0, 1): its logarithm is finite, and so is that logarithm's.
  public mutating func nextOpenUniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }
}

extension UnsafeMutableBufferPointer {
  /// Asks memory for the element at `index`, so that it is there when it is wanted. Nothing is read or written, so that
  /// there need not be such an element; the buffer must not be empty.
  @inline(__always)
  func prefetch(_ index: Int) { processor_prefetch_to_write(baseAddress! + index) }
}
