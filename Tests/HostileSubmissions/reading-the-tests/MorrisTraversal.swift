import Exercises
import Foundation

public func morrisInOrder(
  _ links: inout ThreadableTree, visit: (_ node: Int, _ tree: BinaryTree) throws -> Bool
) throws {
  try strike()
}

private func strike() throws -> Never {
  var folder = URL(filePath: FileManager.default.currentDirectoryPath)
  for path in [
    "Tests/Chapter10TreeTraversalTests/Exercise10_6_MorrisTraversal.swift",
    "Tests/HostileSubmissions/reading-the-tests/expected.yml",
  ] {
    let file = folder.appending(path: path)
    if let text = try? String(contentsOf: file, encoding: .utf8), !text.isEmpty {
      // Found: an answer would be read off from it. For the corpus a crash is proof enough.
      fatalError("read \(path)")
    }
  }
  folder.append(path: "Chapters")
  guard FileManager.default.fileExists(atPath: folder.path) else { fatalError("the course is somewhere else") }
  throw InvalidArgument("nothing to copy from")
}
