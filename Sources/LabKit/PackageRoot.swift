import Figures
import Foundation

/// Where the course lies on this machine.
public enum PackageRoot {
  /// The nearest folder, from the current one upwards, that holds Package.swift and Chapters; or else, the same from
  /// where this source file was compiled.
  ///
  /// - Throws: `FileError` if there is none: the program was moved away from its course.
  public static func find(
    from folder: String = FileManager.default.currentDirectoryPath, sourceFile: String = #filePath
  ) throws -> URL {
    for start in [URL(fileURLWithPath: folder), URL(fileURLWithPath: sourceFile).deletingLastPathComponent()] {
      var here = start.standardizedFileURL
      while true {
        let holds = ["Package.swift", "Chapters"].allSatisfy {
          FileManager.default.fileExists(atPath: here.appendingPathComponent($0).path)
        }
        if holds { return here }
        let above = here.deletingLastPathComponent().standardizedFileURL
        if above.path == here.path { break }
        here = above
      }
    }
    throw FileError(
      path: folder, problem: "this is not inside the course's folder (no Package.swift beside Chapters, here or above)",
      advice: "go to the folder that you cloned and run it there, or say --output")
  }
}
