import Figures
import Foundation

/// Makes the pictures of a run the chapter's references.
public struct ReferenceFigures: Sendable {
  /// One picture that would become a reference.
  public struct Candidate: Equatable, Sendable {
    public let name: String
    /// Why it can't, e.g. because it was drawn with --quick.
    public let objection: String?
    let source: URL
    let target: URL
  }

  let chapter: Chapter
  let output: URL

  /// - Parameter output: the folder with the run's pictures; `nil` for the chapter's own.
  public init(_ chapter: Chapter, output: URL? = nil) {
    self.chapter = chapter
    self.output = output ?? chapter.url(chapter.outputPath)
  }

  /// Every figure of the manifest, with what speaks against it.
  public func candidates() -> [Candidate] {
    chapter.manifest.figures.map { figure in
      let source = output.appending(path: "\(figure.name).png")
      let target = chapter.url("\(chapter.referencesPath)/\(figure.name).png")
      return Candidate(name: figure.name, objection: objection(to: figure, at: source), source: source, target: target)
    }
  }

  /// Copies pictures to the references.
  public func adopt(_ candidates: [Candidate]) throws {
    for candidate in candidates where candidate.objection == nil {
      do {
        try FileManager.default.createDirectory(
          at: candidate.target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(contentsOf: candidate.source).write(to: candidate.target, options: .atomic)
      } catch {
        throw CourseError(.environment, "Can't write \(candidate.target.path): \(error.localizedDescription)")
      }
    }
  }

  private func objection(to figure: Manifest.Figure, at source: URL) -> String? {
    guard FileManager.default.fileExists(atPath: source.path) else { return "not drawn in \(output.path)" }
    guard let texts = try? PNG.read(source).text else { return "no readable PNG" }
    if texts["quick"] == "true" { return "drawn with --quick" }
    if texts["figure"] != figure.name { return "says that it is the figure \(texts["figure"] ?? "without a name")" }
    if texts["chapter"] != chapter.module { return "says that it is of \(texts["chapter"] ?? "no chapter")" }
    if texts["kind"] != figure.kind.rawValue {
      return "is of the kind \(texts["kind"] ?? "?"), not \(figure.kind.rawValue)"
    }
    if texts["data"] != nil { return "drawn from other data than the course's" }
    return nil
  }
}
