// Exercise 8.7: heap sort and merging
//
// Two ways to sort with a heap. In place: the greatest element goes to the end of the array, again and again. Of lists that
// are sorted already (files too large for memory, the shards of an index): a heap of the lists' heads.

import Exercises

/// Sorts an array in place, with no memory but the array's own (Williams 1964, Floyd 1964).
///
/// A heap by the *opposite* order has the last element of the result at its root. It changes places with the last of the heap,
/// which becomes one shorter, and sifting down brings the next one to the root. The sort is not stable: equal elements may
/// change places.
///
/// - Complexity: at most 2n + 2n⌊log₂ n⌋ comparisons, whatever the order of the input.
public func heapSort<Element>(
  _ elements: inout [Element], by areInIncreasingOrder: (Element, Element) -> Bool
) throws {
  throw unsolved("8.7")
}

/// Merges k sorted lists into one.
///
/// The heads of the lists are kept in a heap: the first of them is the next of the result, and the next of its list takes its
/// place. The merge is stable: of equal elements those of the list with the lower number come first. That takes no second
/// comparison: the head of list i comes out before that of list j > i unless it is the greater one, and before that of list
/// j < i only if it is the lesser one.
///
/// - Throws: `InvalidArgument` if a list is not in order, which is found out when it is read.
/// - Complexity: for n elements in all at most 2k + n(1 + 2⌊log₂ k⌋) comparisons, one of them to see that a list is in
///   order.
public func kWayMerge<Element>(
  _ lists: [[Element]], by areInIncreasingOrder: (Element, Element) -> Bool
) throws -> [Element] {
  throw unsolved("8.7")
}
