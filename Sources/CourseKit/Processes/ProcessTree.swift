import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// All processes that a process has started, and those that they have, and so on: counted from outside, so that they
/// can't be in the way.
struct ProcessTree: Equatable, Sendable {
  private(set) var count = 0
  /// What they have in memory, together. Pages that several share count for each.
  private(set) var residentBytes = 0

  /// Looks at the processes below `leader`, itself not counted; `nil` where the system has no `/proc`.
  init?(below leader: pid_t) {
    #if os(Linux)
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return nil }
      var children: [pid_t: [(id: pid_t, pages: Int)]] = [:]
      for name in names {
        guard let id = pid_t(name), let entry = ProcessTree.entry(id) else { continue }
        children[entry.parent, default: []].append((id, entry.pages))
      }
      var pending = [leader]
      while let parent = pending.popLast() {
        for child in children.removeValue(forKey: parent) ?? [] {
          count += 1
          residentBytes += child.pages * Int(getpagesize())
          pending.append(child.id)
        }
      }
    #else
      return nil
    #endif
  }

  #if os(Linux)
    /// The parent of a process, and the number of its pages in memory, from `/proc/ID/stat`.
    private static func entry(_ id: pid_t) -> (parent: pid_t, pages: Int)? {
      guard let data = FileManager.default.contents(atPath: "/proc/\(id)/stat") else { return nil }
      // The name stands in parentheses and may hold anything, also parentheses.
      let text = String(decoding: data, as: UTF8.self)
      guard let end = text.lastIndex(of: ")") else { return nil }
      let fields = text[text.index(after: end)...].split(separator: " ")
      guard fields.count > 21, let parent = pid_t(fields[1]), let pages = Int(fields[21]) else { return nil }
      return (parent, pages)
    }
  #endif
}
