import Foundation

/// The files of the course, as far as they can be told apart without being read: what was graded mustn't have touched them.
struct CourseFiles: Equatable {
  private struct Entry: Equatable {
    let size: Int
    let time: Date?
  }

  private var entries: [String: Entry] = [:]

  init(root: URL) {
    let keys: [URLResourceKey] = [.fileSizeKey, .contentModificationDateKey, .isRegularFileKey]
    for name in ["Package.swift", "Sources", "Chapters", "Solutions", "Tests", "Guides"] {
      let top = root.appending(path: name)
      let below = FileManager.default.enumerator(at: top, includingPropertiesForKeys: keys)?.allObjects as? [URL] ?? []
      for url in [top] + below {
        guard let values = try? url.resourceValues(forKeys: Set(keys)), values.isRegularFile == true else { continue }
        entries[url.path] = Entry(size: values.fileSize ?? 0, time: values.contentModificationDate)
      }
    }
  }

  /// What is new, gone or changed.
  func changes(since before: CourseFiles) -> [String] {
    Set(entries.keys).union(before.entries.keys).sorted().filter { entries[$0] != before.entries[$0] }
      .map { "\($0) was changed" }
  }
}
