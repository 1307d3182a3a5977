// Exercise 8.1: sift up, sift down
//
// A heap is an array that is read as a tree: the children of the element at i are those at 2i + 1 and 2i + 2, and its
// parent is the one at (i − 1)/2, rounded down. There are no pointers, and no gaps. It is in *heap order* if no element comes
// before its parent. That is much less than sorted, and so it can be kept at the price of one path from the root to a leaf.
//
// Williams 1964, Algorithm 232: Heapsort.

import Exercises

/// Lets the element at `index` rise until its parent does not come after it.
///
/// Everything else must be in heap order already, as after an element was appended. An element never rises past its equal.
///
/// - Parameters:
///   - elements: a heap, but for the element at `index`, which may come before its parent.
///   - index: where the element stands.
///   - areInIncreasingOrder: whether the first of two elements comes out before the second: a strict weak order. With
///     `<` the least element is at the root, with `>` the greatest.
/// - Throws: `InvalidArgument` if there is no element at `index`.
/// - Complexity: one comparison a level: at most ⌊log₂(index + 1)⌋.
public func siftUp<Element>(
  _ elements: inout [Element], from index: Int, by areInIncreasingOrder: (Element, Element) -> Bool
) throws {
  try InvalidArgument.requireIndex(index, below: elements.count, "index")
  // BEGIN SOLUTION
  // A buffer: the array makes sure once that it owns its memory, and not at every write.
  elements.withUnsafeMutableBufferPointer { elements in
    let element = elements[index]
    var hole = index
    while hole > 0 {
      let parent = (hole - 1) / 2
      guard areInIncreasingOrder(element, elements[parent]) else { break }
      elements[hole] = elements[parent]
      hole = parent
    }
    elements[hole] = element
  }
  // END SOLUTION
}

/// Lets the element at `index` sink until none of its children comes before it.
///
/// It changes places with the child that comes first; of two equal children with the left one. Only the first `count`
/// elements of the array belong to the heap; the others are left alone (heap sort keeps its result there).
///
/// - Parameters:
///   - elements: an array whose first `count` elements are a heap, but for the one at `index`, which may come after
///     its children.
///   - index: where the element stands.
///   - count: how many elements belong to the heap.
///   - areInIncreasingOrder: whether the first of two elements comes out before the second: a strict weak order.
/// - Throws: `InvalidArgument` if there are not `count` elements, or if `index` is not one of them.
/// - Complexity: two comparisons a level, one where there is only one child: at most 2⌊log₂(count / (index + 1))⌋.
public func siftDown<Element>(
  _ elements: inout [Element], from index: Int, count: Int, by areInIncreasingOrder: (Element, Element) -> Bool
) throws {
  try InvalidArgument.requireCount(count, upTo: elements.count, "count")
  try InvalidArgument.requireIndex(index, below: count, "index")
  // BEGIN SOLUTION
  elements.withUnsafeMutableBufferPointer { elements in
    let element = elements[index]
    var hole = index
    // &+ and &* don't check for overflow, which no index has. Here it matters: each level waits for the one above.
    var child = 2 * index + 1
    while child < count {
      // Three levels on it will be at one of these eight, whichever way it goes: a large heap's are far away in memory.
      elements.prefetch(8 &* hole &+ 7)
      elements.prefetch(8 &* hole &+ 14)
      let right = child &+ 1
      // A sum, not a branch: which child comes first is a coin toss, and a processor that guesses it wrong loses time.
      if right < count { child &+= areInIncreasingOrder(elements[right], elements[child]) ? 1 : 0 }
      guard areInIncreasingOrder(elements[child], element) else { break }
      elements[hole] = elements[child]
      hole = child
      child = 2 &* hole &+ 1
    }
    elements[hole] = element
  }
  // END SOLUTION
}

/// Adds an element to a heap.
///
/// - Complexity: at most ⌊log₂ n⌋ comparisons, n being the new number of elements.
public func heapPush<Element>(
  _ element: Element, onto heap: inout [Element], by areInIncreasingOrder: (Element, Element) -> Bool
) throws {
  // BEGIN SOLUTION
  heap.append(element)
  try siftUp(&heap, from: heap.count - 1, by: areInIncreasingOrder)
  // END SOLUTION
}

/// Removes the element that comes first from a heap, and returns it; nil if the heap is empty.
///
/// - Complexity: at most 2⌊log₂(n − 1)⌋ comparisons, n being the old number of elements.
public func heapPop<Element>(
  from heap: inout [Element], by areInIncreasingOrder: (Element, Element) -> Bool
) throws -> Element? {
  // BEGIN SOLUTION
  guard let last = heap.popLast() else { return nil }
  guard let first = heap.first else { return last }
  heap[0] = last
  try siftDown(&heap, from: 0, count: heap.count, by: areInIncreasingOrder)
  return first
  // END SOLUTION
}

/// Removes the element that comes first, puts another in, and returns the removed one: half the work of a pop and a push.
///
/// - Throws: `InvalidArgument` if the heap is empty.
/// - Complexity: at most 2⌊log₂ n⌋ comparisons.
@discardableResult
public func heapReplace<Element>(
  in heap: inout [Element], with element: Element, by areInIncreasingOrder: (Element, Element) -> Bool
) throws -> Element {
  try InvalidArgument.require(!heap.isEmpty, "there is nothing to replace in an empty heap: push the element")
  // BEGIN SOLUTION
  let first = heap[0]
  heap[0] = element
  try siftDown(&heap, from: 0, count: heap.count, by: areInIncreasingOrder)
  return first
  // END SOLUTION
}
