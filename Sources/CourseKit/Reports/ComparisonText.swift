/// A chapter's comparison as a table for the terminal.
public struct ComparisonText {
  let style: Style

  public init(style: Style) { self.style = style }

  public func table(_ comparison: ChapterComparison) -> String {
    let head = ["figure", "kind", "measure", "value", "limit", "verdict"]
    let rows = comparison.figures.map { figure in
      [
        figure.figure.name, figure.figure.kind.rawValue, figure.measure, figure.value?.short ?? "",
        figure.value == nil ? "" : figure.limit.short, figure.verdict.sentence,
      ]
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String], _ paint: (String) -> String = { $0 }) -> String {
      var padded = zip(cells, widths).map { $0.padded(to: $1) }
      padded[padded.count - 1] = paint(cells[cells.count - 1])
      return "  " + padded.joined(separator: "  ")
    }
    let body = zip(rows, comparison.figures).map { row, figure in
      line(row) { figure.verdict == .same ? style.green($0) : figure.isAcceptable ? style.dim($0) : style.red($0) }
    }
    return ([style.bold(line(head))] + body).joined(separator: "\n")
  }
}
