import Foundation

/// A folder in which the tool puts a chapter together from other files than the student's, below `.build`.
struct Workspace: Sendable {
  let root: URL
  /// `.build/course/mistakes`.
  let prefix: String
  let chapter: Chapter

  /// From the package's root. It ends like the real folder, so that messages about a file name the real one once the
  /// prefix is cut off.
  var path: String { "\(prefix)/\(chapter.exercisesPath)" }

  /// Makes the folder hold exactly these files. A file that is right already isn't touched, so the compiler needn't run.
  func fill(with files: [String: String]) throws {
    let folder = root.appending(path: path)
    let manager = FileManager.default
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in try manager.contentsOfDirectory(atPath: folder.path) where files[name] == nil {
      try manager.removeItem(at: folder.appending(path: name))
    }
    for (name, text) in files {
      let file = folder.appending(path: name)
      let data = Data(text.utf8)
      if manager.contents(atPath: file.path) != data { try data.write(to: file, options: .atomic) }
    }
  }

  /// The names of the files that a crash of the compiler or a complaint of the linker is blamed on.
  func culprits(in output: String) -> Set<String> {
    CompilerCrash.files(in: output, below: "/\(path)/", module: chapter.module)
  }

  /// The diagnostic with the path that the student knows.
  func original(_ diagnostic: Diagnostic) -> Diagnostic {
    var diagnostic = diagnostic
    diagnostic.file = diagnostic.file.replacing(prefix + "/", with: "")
    return diagnostic
  }
}
