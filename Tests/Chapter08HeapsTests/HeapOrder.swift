/// The first place of an element that comes before its parent; nil if the array is in heap order.
func firstOutOfHeapOrder<Element>(_ elements: [Element], by isBefore: (Element, Element) -> Bool) -> Int? {
  elements.indices.dropFirst().first { isBefore(elements[$0], elements[($0 - 1) / 2]) }
}

/// ⌊log₂ n⌋, and 0 for n < 1.
func floorOfLog2(_ n: Int) -> Int { n < 1 ? 0 : Int.bitWidth - 1 - n.leadingZeroBitCount }
