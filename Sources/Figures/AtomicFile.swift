import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The system's `write`, under a name that ``AtomicFile/write(_:to:)`` does not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Writes a file so that a reader sees either the old content or the new, never half of it: the bytes go to a new file
/// in the same folder, which then takes the name.
public enum AtomicFile {
  /// Writes `bytes` to `url`, making the folders above it.
  ///
  /// - Throws: `FileError`, which names the file, the system's reason, and what to do. The old file, if any, stays.
  public static func write(_ bytes: [UInt8], to url: URL) throws {
    let path = url.path
    let folder = url.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(
        path: folder.path, problem: "the folder cannot be made (\(reason(of: error)))",
        advice: "check that every folder above it exists, is a folder, and may be written, or choose another place")
    }
    let temporary = folder.path + "/.\(url.lastPathComponent).\(getpid()).\(UInt32.random(in: 0 ... .max)).partial"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw cannotWrite(path, errno) }
    var failure: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = systemWrite(descriptor, buffer.baseAddress! + written, buffer.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          failure = errno
          return
        }
        written += count
      }
    }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(temporary, path) != 0 { failure = errno }
    if failure != 0 {
      unlink(temporary)
      throw cannotWrite(path, failure)
    }
  }

  private static func cannotWrite(_ path: String, _ code: Int32) -> FileError {
    FileError(
      path: path, problem: "the file cannot be written (\(String(cString: strerror(code))))",
      advice: code == ENOSPC
        ? "free some space on the disk, or choose another folder"
        : "check that its folder may be written and that no folder has its name, or choose another place")
  }

  private static func reason(of error: any Error) -> String {
    if let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError,
      underlying.domain == NSPOSIXErrorDomain
    {
      return String(cString: strerror(Int32(underlying.code)))
    }
    return (error as NSError).localizedDescription
  }
}

/// A file that could not be read, written or understood: which, why, and what to do about it.
public struct FileError: Error, CustomStringConvertible, LocalizedError, Equatable, Sendable {
  public let path: String
  public let problem: String
  public let advice: String

  public init(path: String, problem: String, advice: String) {
    self.path = path
    self.problem = problem
    self.advice = advice
  }

  public var description: String { "\(path): \(problem). What to do: \(advice)." }
  public var errorDescription: String? { description }

  /// All bytes of a file.
  ///
  /// - Throws: `FileError` if there is no such file, it is a folder, may not be read, or is larger than `limit` bytes.
  public static func readingBytes(of url: URL, limit: Int = .max) throws -> [UInt8] {
    let path = url.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(path: path, problem: "there is no such file", advice: "check the path")
    }
    if isFolder.boolValue {
      throw FileError(path: path, problem: "this is a folder, not a file", advice: "give the path of one file")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    if let size = (attributes?[.size] as? NSNumber)?.intValue, size > limit {
      throw FileError(
        path: path, problem: "the file has \(size) bytes; the limit is \(limit)",
        advice: "give a smaller file, or raise the limit if you trust it")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError(
        path: path, problem: "the file cannot be opened (\(String(cString: strerror(errno))))",
        advice: "check that you may read it")
    }
    defer { try? handle.close() }
    do {
      return [UInt8](try handle.readToEnd() ?? Data())
    } catch {
      throw FileError(path: path, problem: "the file cannot be read (\(error))", advice: "check the disk and try again")
    }
  }
}
