import Figures
import Foundation

/// All figures of a chapter beside their references.
public struct ChapterComparison: Sendable {
  public let chapter: Chapter
  /// The folder with the run's pictures.
  public let output: URL
  public let figures: [FigureComparison]

  /// - Parameters:
  ///   - output: the folder with the run's pictures; `nil` for the chapter's own.
  ///   - objection: why a file isn't to be opened; `nil` if it may be.
  public init(_ chapter: Chapter, output: URL? = nil, objection: (URL) -> String? = { _ in nil }) {
    let folder = output ?? chapter.url(chapter.outputPath)
    self.chapter = chapter
    self.output = folder
    figures = chapter.manifest.figures.map { figure in
      let yours = folder.appending(path: "\(figure.name).png")
      if let reason = objection(yours) { return FigureComparison(figure, unusable: reason) }
      return FigureComparison(
        figure, yours: yours, reference: chapter.url("\(chapter.referencesPath)/\(figure.name).png"))
    }
  }

  public var isAcceptable: Bool { figures.allSatisfy(\.isAcceptable) }
  public var hasNothing: Bool { figures.allSatisfy { $0.verdict == .missing } }

  /// Writes the triptychs and one self-contained page with all of them.
  ///
  /// - Returns: where the page is.
  /// - Throws: ``CourseError`` if the folder can't be written.
  public func writePage() throws -> URL {
    let page = output.appending(path: "compare.html")
    let folder = output.appending(path: "compare")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for comparison in figures {
        guard let triptych = comparison.triptych else { continue }
        try PNG.write(triptych, to: folder.appending(path: "\(comparison.figure.name).png"))
      }
      try Data(ComparisonPage(self).html().utf8).write(to: page, options: .atomic)
    } catch {
      throw CourseError(
        .environment, "Can't write the comparison in \(output.path): make the folder writable (\(error))")
    }
    return page
  }
}

extension ChapterComparison {
  /// The figures that were drawn since a point in time.
  public func drawn(since start: Date) -> [Manifest.Figure] {
    chapter.manifest.figures.filter { figure in
      let values = try? url(of: figure).resourceValues(forKeys: [.contentModificationDateKey])
      // File systems round times down, some to whole seconds.
      return values?.contentModificationDate.map { $0 > start.addingTimeInterval(-1.5) } ?? false
    }
  }

  /// Where a figure is, from the package's root if it lies in the package.
  public func path(of figure: Manifest.Figure) -> String {
    url(of: figure).path.replacing(chapter.root.path + "/", with: "")
  }

  private func url(of figure: Manifest.Figure) -> URL { output.appending(path: "\(figure.name).png") }
}
