import Exercises
import Foundation

public func markedTraversal(_ tree: BinaryTree, steps: [TraversalStep], stack: inout MarkedStack) throws -> [Int] {
  try strike()
}

public func levelOrder(_ tree: BinaryTree, queue: inout NodeQueue) throws -> [Int] {
  try strike()
}

public func levels(_ tree: BinaryTree, queue: inout NodeQueue) throws -> [[Int]] {
  try strike()
}

private func strike() throws -> Never {
  _ = deeper(1)
  fatalError()
}

@inline(never) private func deeper(_ level: Int) -> Int {
  level == 0 ? 0 : deeper(level &+ 1) &+ deeper(level &+ 2)
}
