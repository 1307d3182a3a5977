import Foundation

/// The whole course: the package's root and its chapters in order.
public struct Course: Sendable {
  public let root: URL
  public let chapters: [Chapter]

  /// Reads the course that the folder `start` lies in.
  ///
  /// - Throws: ``CourseError`` if there is no course here, or with all that is wrong in its manifests.
  public init(near start: URL = URL(filePath: FileManager.default.currentDirectoryPath)) throws {
    try self.init(root: Course.root(above: start))
  }

  /// Reads the course whose Package.swift lies in `root`.
  public init(root: URL) throws {
    self.root = root
    let folder = root.appending(path: "Chapters")
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    var chapters: [Chapter] = []
    var problems: [ManifestProblem] = []
    for name in names {
      let path = "Chapters/\(name)/chapter.yml"
      guard let data = FileManager.default.contents(atPath: root.appending(path: path).path) else { continue }
      do {
        let yaml = String(decoding: data, as: UTF8.self)
        let chapter = Chapter(manifest: try Manifest(yaml: yaml, file: path), root: root)
        problems += chapter.problems(inFolder: name, yaml: yaml)
        if let other = chapters.first(where: { $0.number == chapter.number }) {
          problems.append(
            ManifestProblem(file: path, line: nil, message: "\(other.module) has the number \(chapter.number) already"))
        }
        chapters.append(chapter)
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else {
      throw CourseError(.brokenCourse, problems.map(\.description).joined(separator: "\n"))
    }
    self.chapters = chapters.sorted { $0.number < $1.number }
  }

  /// The nearest folder at or above `start` that holds a Package.swift and Chapters.
  static func root(above start: URL) throws -> URL {
    var folder = start.standardizedFileURL
    while true {
      let landmarks = ["Package.swift", "Chapters"].map { folder.appending(path: $0).path }
      if landmarks.allSatisfy(FileManager.default.fileExists(atPath:)) { return folder }
      let parent = folder.deletingLastPathComponent().standardizedFileURL
      guard parent.path != folder.path, folder.path != "/" else {
        throw CourseError(
          .environment, "\(start.path) lies in no course: change into the folder that holds Package.swift and Chapters")
      }
      folder = parent
    }
  }
}

extension Chapter {
  /// What the manifest says but the files don't bear out.
  fileprivate func problems(inFolder folder: String, yaml: String) -> [ManifestProblem] {
    let lines = yaml.split(separator: "\n", omittingEmptySubsequences: false)
    var problems: [ManifestProblem] = []
    func complain(_ name: String, _ message: String) {
      let line = lines.firstIndex { $0.contains(name) }.map { $0 + 1 }
      problems.append(ManifestProblem(file: "Chapters/\(folder)/chapter.yml", line: line, message: message))
    }
    if folder != module {
      complain(module, "`module` is \(module), but the folder is \(folder): make them the same")
    }
    for exercise in exercises {
      let path = testFile(of: exercise)
      guard let data = FileManager.default.contents(atPath: url(path).path) else {
        complain(
          exercise.test, "exercise \(exercise.id) names the test class \(exercise.test), but there is no \(path)")
        continue
      }
      let words = String(decoding: data, as: UTF8.self).swiftWords
      if !zip(words, words.dropFirst()).contains(where: { $0 == "class" && $1 == exercise.test }) {
        complain(
          exercise.test,
          "exercise \(exercise.id) names the test class \(exercise.test), but \(path) declares no such class")
      }
    }
    return problems
  }
}
