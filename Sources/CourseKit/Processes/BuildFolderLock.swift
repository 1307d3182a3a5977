import Foundation
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Keeps two processes from putting chapters together in one build folder at once: each would test what the other has
/// built, and grade one submission by another's answers.
enum BuildFolderLock {
  /// The locks that this process holds, to its end.
  private static let held = Mutex<Set<String>>([])

  /// Takes the lock of the course in `root`; does nothing if this process has it already.
  ///
  /// - Throws: ``CourseError`` if another process has it.
  static func take(in root: URL) throws {
    let folder = root.appending(path: ".build/course")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: "grading.lock").path
    try held.withLock { held in
      guard !held.contains(path) else { return }
      // The programs that this one starts don't inherit it: they may outlive it.
      let file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
      guard file >= 0 else {
        throw CourseError(.environment, "Can't write \(path): make the folder writable")
      }
      guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
        close(file)
        throw CourseError(
          .environment,
          "Another `course grade` is running in \(root.path): wait for it, or grade in another copy of the course")
      }
      held.insert(path)
    }
  }
}
