// Given: the functions of exercises 8.1 and 8.2 with an array and an order kept together.

import Exercises

/// A priority queue: whatever goes in, what comes first in the order comes out first.
///
///     var smallest = Heap<Int>(by: <)        // a min-heap
///     var largest = Heap<Int>(by: >)         // a max-heap: the same code, another order
///
/// The order is a closure that is kept, and so called through a pointer. Where that matters call ``heapPush(_:onto:by:)``
/// and ``heapPop(from:by:)`` on an array of your own: there the compiler sees the order and puts it in place.
public struct Heap<Element> {
  /// The heap as an array: the children of i are 2i + 1 and 2i + 2.
  public private(set) var elements: [Element] = []
  /// Whether the first of two elements must come out before the second: a strict weak order such as `<`.
  public let areInIncreasingOrder: (Element, Element) -> Bool

  /// An empty heap.
  public init(by areInIncreasingOrder: @escaping (Element, Element) -> Bool) {
    self.areInIncreasingOrder = areInIncreasingOrder
  }

  /// A heap of these elements, in O(n): exercise 8.2.
  public init(_ elements: [Element], by areInIncreasingOrder: @escaping (Element, Element) -> Bool) throws {
    self.elements = elements
    self.areInIncreasingOrder = areInIncreasingOrder
    try heapify(&self.elements, by: areInIncreasingOrder)
  }

  public var count: Int { elements.count }
  public var isEmpty: Bool { elements.isEmpty }

  /// The element that comes out next; nil if there is none.
  public var first: Element? { elements.first }

  /// Puts an element in: O(log n).
  public mutating func insert(_ element: Element) throws {
    try heapPush(element, onto: &elements, by: areInIncreasingOrder)
  }

  /// Takes the first element out: O(log n).
  public mutating func popFirst() throws -> Element? {
    try heapPop(from: &elements, by: areInIncreasingOrder)
  }

  /// Takes the first element out and puts another in, in one go: O(log n).
  @discardableResult
  public mutating func replaceFirst(with element: Element) throws -> Element {
    try heapReplace(in: &elements, with: element, by: areInIncreasingOrder)
  }
}
