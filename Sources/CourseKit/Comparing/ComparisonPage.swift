import Figures
import Foundation

/// The comparison of a chapter as one page of HTML that needs no other file: the pictures are in it.
struct ComparisonPage {
  let comparison: ChapterComparison

  init(_ comparison: ChapterComparison) { self.comparison = comparison }

  func html() throws -> String {
    let chapter = comparison.chapter.manifest
    let title = "Chapter \(chapter.number): \(chapter.title)".escapedForHTML
    let rows = comparison.figures.map(row).joined(separator: "\n")
    let sections = try comparison.figures.map(section).joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width">
      <title>\(title)</title>
      <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
      table { border-collapse: collapse; width: 100%; }
      th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
      img { max-width: 100%; border: 1px solid #ddd; }
      small { color: #666; }
      .good { color: #17722b; } .bad { color: #b3261e; } .neutral { color: #666; }
      </style>
      <h1>\(title)</h1>
      <table>
      <tr><th>Figure</th><th>Kind</th><th>Measure</th><th>Value</th><th>Limit</th><th>Verdict</th></tr>
      \(rows)
      </table>
      \(sections)
      </html>

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
      let data = Data(try PNG.encode(image)).base64EncodedString()
      return "<img alt=\"\(name): yours, reference, difference\" src=\"data:image/png;base64,\(data)\">"
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
