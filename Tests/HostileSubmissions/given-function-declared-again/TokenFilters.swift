func heapPop<Element>(
  from heap: inout [Element], by areInIncreasingOrder: (Element, Element) throws -> Bool
) rethrows -> Element? { nil }
