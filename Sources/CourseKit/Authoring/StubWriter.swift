import Foundation

/// Writes a chapter's stubs from its solutions, and never over anybody's work.
///
/// A file may be replaced if it is missing, or if it is the stub of the solution as it is or ever was in git's history.
/// Anything else was edited by somebody, and is refused unless forced; even then a copy is kept.
public struct StubWriter: Sendable {
  public let chapter: Chapter

  public init(chapter: Chapter) { self.chapter = chapter }

  public enum State: Equatable, Sendable {
    /// The file is the stub.
    case inStep
    /// There is no file yet, or it is an older stub: it can be written.
    case stale
    /// Somebody has edited the file.
    case edited
    /// The file has no solution: perhaps that one was renamed.
    case orphan
  }

  public struct Stub: Equatable, Sendable {
    /// From the package's root.
    public let path: String
    public let state: State
    let text: String
  }

  /// Every stub of the chapter, and every other Swift file in its folder.
  public func stubs() async throws -> [Stub] {
    var stubs: [Stub] = []
    let solutions = try chapter.solutionFiles()
    for solution in solutions {
      let path = "\(chapter.exercisesPath)/\(solution.name)"
      stubs.append(Stub(path: path, state: await state(of: path, solution: solution), text: solution.stub))
    }
    let present = (try? FileManager.default.contentsOfDirectory(atPath: chapter.url(chapter.exercisesPath).path)) ?? []
    for name in present.sorted() where name.hasSuffix(".swift") && !solutions.contains(where: { $0.name == name }) {
      stubs.append(Stub(path: "\(chapter.exercisesPath)/\(name)", state: .orphan, text: ""))
    }
    return stubs
  }

  /// Writes one stub.
  ///
  /// - Returns: where the replaced file was kept, if it held anybody's work.
  public func write(_ stub: Stub) throws -> String? {
    let target = chapter.url(stub.path)
    var kept: String?
    if stub.state == .edited {
      let path =
        ".build/course/replaced/\(chapter.module)/\(Int(Date().timeIntervalSince1970))-\(target.lastPathComponent)"
      try FileManager.default.createDirectory(
        at: chapter.url(path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: target, to: chapter.url(path))
      kept = path
    }
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(stub.text.utf8).write(to: target, options: .atomic)
    return kept
  }

  private func state(of path: String, solution: SolutionFile) async -> State {
    guard let data = FileManager.default.contents(atPath: chapter.url(path).path) else { return .stale }
    let text = String(decoding: data, as: UTF8.self)
    if text == solution.stub { return .inStep }
    return await isOldStub(text, of: solution) ? .stale : .edited
  }

  /// Whether the text is the stub of some committed version of the solution.
  private func isOldStub(_ text: String, of solution: SolutionFile) async -> Bool {
    let path = "\(chapter.solutionsPath)/\(solution.name)"
    guard let log = await git("log", "--format=%H", "-n", "100", "--", path) else { return false }
    for commit in log.split(separator: "\n") {
      guard let old = await git("show", "\(commit):\(path)") else { continue }
      let exercises = chapter.exercises(inFile: solution.name)
      if let file = try? SolutionFile(name: solution.name, path: path, text: old, exercises: exercises),
        file.stub == text
      {
        return true
      }
    }
    return false
  }

  private func git(_ arguments: String...) async -> String? {
    let command = Command("git", arguments, in: chapter.root)
    guard let outcome = try? await command.run(), outcome.ending == .exited(0) else { return nil }
    return outcome.output
  }
}
