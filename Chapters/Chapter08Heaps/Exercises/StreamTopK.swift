// Exercise 8.3: the k greatest of a stream
//
// A stream cannot be sorted: it has no end, or does not fit into memory. To know its k greatest elements so far it is enough
// to keep k of them, with the *least* of the kept at hand: who does not beat that one has no place. So top-k takes a
// min-heap, and bottom-k a max-heap.

import Exercises

/// The k greatest elements of a stream, as far as it has been seen.
public struct TopK<Element> {
  /// How many elements to keep.
  public let k: Int
  /// Whether the first of two elements is the lesser: a strict weak order.
  public let areInIncreasingOrder: (Element, Element) -> Bool
  /// The kept elements: a heap with the least of them at the root.
  public internal(set) var kept: [Element] = []
  /// How often a kept element had to go for a greater one.
  public internal(set) var replacements = 0

  /// - Throws: `InvalidArgument` if k is negative.
  public init(k: Int, by areInIncreasingOrder: @escaping (Element, Element) -> Bool) throws {
    try InvalidArgument.require(k >= 0, "k elements can be kept, but k is \(k)")
    self.k = k
    self.areInIncreasingOrder = areInIncreasingOrder
  }

  /// Shows the next element of the stream.
  ///
  /// The first k are kept. Later ones take the place of the least kept element if they are greater than that one; an equal
  /// one stays out. With k = 0 nothing is kept.
  ///
  /// - Returns: whether the element was kept.
  /// - Complexity: one comparison if it stays out, at most 1 + 2⌊log₂ k⌋ if it is kept.
  @discardableResult
  public mutating func offer(_ element: Element) throws -> Bool {
    throw unsolved("8.3")
  }

  /// The kept elements, the greatest first.
  public func sorted() throws -> [Element] {
    throw unsolved("8.3")
  }
}

/// The k greatest elements of a stream, the greatest first; all of them if there are fewer than k.
///
/// - Throws: `InvalidArgument` if k is negative.
public func streamTopK<Element>(
  _ stream: some Sequence<Element>, k: Int, by areInIncreasingOrder: @escaping (Element, Element) -> Bool
) throws -> [Element] {
  throw unsolved("8.3")
}

/// The k least elements of a stream, the least first; all of them if there are fewer than k.
///
/// The same as ``streamTopK(_:k:by:)`` with the order turned round, which every order can be.
///
/// - Throws: `InvalidArgument` if k is negative.
public func streamBottomK<Element>(
  _ stream: some Sequence<Element>, k: Int, by areInIncreasingOrder: @escaping (Element, Element) -> Bool
) throws -> [Element] {
  throw unsolved("8.3")
}

/// The k least of some integers, the least first, by the trick of those whose library has heaps of one kind only: negate on
/// the way in, take the k greatest, negate on the way out.
///
/// −Int.min is no Int: in Swift it stops the program, in C it is undefined, in Java and NumPy it is Int.min again and comes
/// out as the *greatest*. So Int.min is refused. (Numbers without a sign and words have no negative at all.)
///
/// - Throws: `InvalidArgument` if k is negative or Int.min is among the numbers.
public func bottomKByNegation(_ numbers: [Int], k: Int) throws -> [Int] {
  try InvalidArgument.require(
    !numbers.contains(.min), "Int.min has no negative: take streamBottomK, which turns the order round instead")
  throw unsolved("8.3")
}

/// The k least of some integers of any kind, the least first, by a trick that does not break: ~x has every bit of x
/// turned over. It is −1 − x for integers with a sign and max − x for those without, so that it turns the order round and
/// always exists.
///
/// - Throws: `InvalidArgument` if k is negative.
public func bottomKByComplement<Number: FixedWidthInteger>(_ numbers: [Number], k: Int) throws -> [Number] {
  throw unsolved("8.3")
}

/// How many replacements to expect when n different elements come in random order and the k greatest are kept:
///
///     E = Σ_{i = k+1…n} k/i = k (Hₙ − H_k)        Hₙ = 1 + 1/2 + … + 1/n
///
/// The i-th element is kept if it is one of the k greatest of the first i, which has the probability k/i. A million
/// elements thus cost some ten replacements for each place, and nearly all of the work is one comparison an element.
///
/// - Throws: `InvalidArgument` if n or k is negative.
public func expectedReplacements(count n: Int, k: Int) throws -> Double {
  try InvalidArgument.require(n >= 0 && k >= 0, "n and k are not negative, but are \(n) and \(k)")
  throw unsolved("8.3")
}
