import Figures
import Foundation

/// The comparison of a chapter as one page of HTML that needs no other file: the pictures are in it.
struct ComparisonPage {
  let comparison: ChapterComparison

  init(_ comparison: ChapterComparison) { self.comparison = comparison }

  func html() throws -> String {
    let chapter = comparison.chapter.manifest
    return HTMLPage(title: "Chapter \(chapter.number): \(chapter.title)", body: try body()).text
  }

  /// The table and the pictures.
  func body() throws -> String {
    let rows = comparison.figures.map(row).joined(separator: "\n")
    let sections = try comparison.figures.map(section).joined(separator: "\n")
    return """
      <table>
      <tr><th>Figure</th><th>Kind</th><th>Measure</th><th>Value</th><th>Limit</th><th>Verdict</th></tr>
      \(rows)
      </table>
      \(sections)
      """
  }

  private func row(_ figure: FigureComparison) -> String {
    let name = figure.figure.name.escapedForHTML
    let tone = figure.verdict == .same ? "good" : figure.isAcceptable ? "neutral" : "bad"
    let cells = [
      "<a href=\"#\(name)\">\(name)</a>", figure.figure.kind.rawValue,
      figure.measure.escapedForHTML + (figure.note.isEmpty ? "" : "<br><small>\(figure.note.escapedForHTML)</small>"),
      figure.value?.short ?? "", figure.limit.short,
      "<span class=\"\(tone)\">\(figure.verdict.sentence.escapedForHTML)</span>",
    ]
    return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
  }

  private func section(_ figure: FigureComparison) throws -> String {
    let name = figure.figure.name.escapedForHTML
    let picture = try figure.triptych.map { image in
      try HTMLPage.picture(image, "\(figure.figure.name): yours, reference, difference")
    }
    let origin = figure.provenance.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: " · ")
    return """
      <h2 id="\(name)">\(name)</h2>
      <p>\(figure.figure.caption.escapedForHTML)</p>
      \(picture ?? "<p class=\"neutral\">\(figure.verdict.sentence.escapedForHTML)</p>")
      <p><small>\(origin.escapedForHTML)</small></p>
      """
  }
}

extension FigureComparison.Verdict {
  /// The verdict in a few words.
  public var sentence: String {
    switch self {
    case .same: "like the reference"
    case .differs: "differs"
    case .missing: "not drawn yet"
    case .noReference: "no reference yet"
    case .quick: "a quick run: not judged"
    case .unusable(let why): why
    }
  }
}
