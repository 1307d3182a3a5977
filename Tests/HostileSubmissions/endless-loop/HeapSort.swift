import Exercises
import Foundation

public func heapSort<Element>(
  _ elements: inout [Element], by areInIncreasingOrder: (Element, Element) -> Bool
) throws {
  try strike()
}

public func kWayMerge<Element>(
  _ lists: [[Element]], by areInIncreasingOrder: (Element, Element) -> Bool
) throws -> [Element] {
  try strike()
}

private func strike() throws -> Never {
  while true {}
}
