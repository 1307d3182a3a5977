public func heapPop<Element>(
  from heap: inout [Element], by areInIncreasingOrder: (Element, Element) -> Bool
) throws -> Element? { nil }
