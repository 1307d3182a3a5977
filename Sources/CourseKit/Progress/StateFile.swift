import Foundation

/// A small JSON file below `.build/course` in which the tool remembers something. It is no harm if it is lost: a file that
/// can't be read counts as empty.
struct StateFile<Value: Codable>: Sendable {
  let url: URL

  init(root: URL, name: String) {
    url = root.appending(path: ".build/course/\(name).json")
  }

  var value: Value? {
    (try? Data(contentsOf: url)).flatMap { try? JSONDecoder().decode(Value.self, from: $0) }
  }

  func save(_ value: Value) throws {
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      try encoder.encode(value).write(to: url, options: .atomic)
    } catch {
      throw CourseError(.environment, "Can't write \(url.path): make the folder .build/course writable")
    }
  }
}
