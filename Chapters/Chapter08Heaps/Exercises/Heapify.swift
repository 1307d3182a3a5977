// Exercise 8.2: a heap in O(n)
//
// n pushes cost up to n log₂ n comparisons. Floyd's way is to sift *down*, from the last parent to the root: half of the
// elements are leaves and cost nothing, a quarter sinks by one level at most, an eighth by two, and the sum stays below 2n.

import Exercises

/// Brings an array into heap order (Floyd 1964, Algorithm 245: Treesort 3).
///
/// - Parameters:
///   - elements: in any order.
///   - areInIncreasingOrder: whether the first of two elements comes out before the second: a strict weak order.
/// - Complexity: at most ``heapifyWorstCase(count:)`` comparisons, which is less than 2n.
public func heapify<Element>(
  _ elements: inout [Element], by areInIncreasingOrder: (Element, Element) -> Bool
) throws {
  throw unsolved("8.2")
}

/// The greatest number of comparisons that ``heapify(_:by:)`` makes on n elements, exactly (Suchenek 2012):
///
///     W(n) = 2n − 2s₂(n) − e₂(n)        W(0) = 0
///
/// with s₂(n) the number of ones in n's binary digits and e₂(n) the number of zeros at their end.
///
/// - Throws: `InvalidArgument` if n is negative.
public func heapifyWorstCase(count n: Int) throws -> Int {
  try InvalidArgument.require(n >= 0, "a number of elements is not negative, but count is \(n)")
  throw unsolved("8.2")
}

/// The numbers 0 ..< n in an order that makes ``heapify(_:by:)`` with `<` do as many comparisons as it ever does.
///
/// Run the film backwards: begin with 0, 1, …, n − 1, which is a heap, and undo the sifting at the root, then at its
/// children, and so on to the last parent. To undo it at i, choose a path from i down to a leaf, take the element of that
/// leaf out, let every other element of the path step down by one, and put the leaf's element at i. Sifting down will go
/// the same path again. The path that always turns left is one of the costliest, because the leftmost leaf of a heap's
/// subtree is one of its deepest.
///
/// - Throws: `InvalidArgument` if n is negative.
public func worstCaseForHeapify(count n: Int) throws -> [Int] {
  try InvalidArgument.require(n >= 0, "a number of elements is not negative, but count is \(n)")
  throw unsolved("8.2")
}
