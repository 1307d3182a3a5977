import Exercises
import Foundation

public func morrisInOrder(
  _ links: inout ThreadableTree, visit: (_ node: Int, _ tree: BinaryTree) throws -> Bool
) throws {
  try strike()
}

private func strike() throws -> Never {
  fatalError("no way")
}
