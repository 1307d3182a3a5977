import Exercises
import Foundation

public func traverse(_ tree: BinaryTree, in order: TraversalOrder, stack: inout NodeStack) throws -> [Int] {
  try strike()
}

private func strike() throws -> Never {
  #if canImport(Darwin)
    let descriptor = socket(AF_INET, SOCK_STREAM, 0)
  #else
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  #endif
  throw InvalidArgument("socket \(descriptor)")
}
