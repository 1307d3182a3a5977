/// A report as a page for the student: the points, what was wrong, and the pictures that were handed in beside the references.
struct HTMLReport {
  let report: GradeReport
  /// Of the chapters for which pictures were handed in.
  let pictures: [ChapterComparison]

  func html() throws -> String {
    let late = report.penalty > 0 ? ", handed in late: \((report.penalty * 100).short) % off" : ""
    let body = try report.chapters.map(chapter).joined(separator: "\n")
    return HTMLPage(title: "\(report.points.brief) of \(report.maxPoints.brief) points\(late)", body: body).text
  }

  private func chapter(_ chapter: GradeReport.Chapter) throws -> String {
    let rows = chapter.exercises.map { exercise in
      [
        exercise.id, exercise.title,
        exercise.status.rawValue + (chapter.dropped.contains(exercise.id) ? ", does not count" : ""),
        exercise.points.brief, exercise.maxPoints.brief,
      ]
    }
    let plain = ResultText(style: .plain)
    let details = chapter.exercises.filter { !$0.isRight && $0.status != .toDo }.map { exercise in
      """
      <details><summary>\(exercise.id) \(exercise.title.escapedForHTML)</summary>
      <pre>\(plain.describe(exercise).escapedForHTML)</pre>
      </details>
      """
    }
    let own = try pictures.first { $0.chapter.number == chapter.number }.map { comparison in
      "<h3>Pictures</h3>\n<p>Handed in, not drawn by the grader; they earn no points.</p>\n"
        + (try ComparisonPage(comparison).body())
    }
    return """
      <h2>Chapter \(chapter.number): \(chapter.title.escapedForHTML)</h2>
      \(HTMLPage.table(["Exercise", "", "Status", "Points", "of"], rows))
      \(details.joined(separator: "\n"))
      \(own ?? "")
      """
  }
}
