/// A report as Markdown for a GitHub job's summary: a table a chapter, and below it what went wrong.
struct MarkdownReport {
  let report: GradeReport

  init(_ report: GradeReport) { self.report = report }

  func text() -> String {
    let late = report.penalty > 0 ? " (handed in late: \((report.penalty * 100).short) % off)" : ""
    let total = "# \(report.points.brief) of \(report.maxPoints.brief) points\(late)\n"
    return ([total] + report.chapters.map(chapter)).joined(separator: "\n")
  }

  private func chapter(_ chapter: GradeReport.Chapter) -> String {
    let heading =
      "## Chapter \(chapter.number): \(chapter.title.escapedForMarkdown) "
      + "(\(chapter.points.brief)/\(chapter.maxPoints.brief))"
    let rows = chapter.exercises.map { exercise in
      let cells = [
        exercise.isRight ? "✓" : exercise.status == .toDo ? "○" : "✗", exercise.id, exercise.title.escapedForMarkdown,
        exercise.status.rawValue + (chapter.dropped.contains(exercise.id) ? ", does not count" : ""),
        "\(exercise.points.brief)/\(exercise.maxPoints.brief)",
      ]
      return "| " + cells.joined(separator: " | ") + " |"
    }
    let plain = ResultText(style: .plain)
    let details = chapter.exercises.filter { !$0.isRight && $0.status != .toDo }.map { exercise in
      "<details><summary>\(exercise.id) \(exercise.title.escapedForHTML)</summary>\n\n"
        + "<pre>\n\(plain.describe(exercise).escapedForHTML)\n</pre>\n</details>\n"
    }
    let table = ["| | | Exercise | Status | Points |", "| --- | --- | --- | --- | ---: |"] + rows
    return heading + "\n\n" + table.joined(separator: "\n") + "\n\n" + details.joined(separator: "\n")
  }
}
