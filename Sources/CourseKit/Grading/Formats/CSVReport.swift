/// A report as comma-separated values (RFC 4180): a line an exercise, with its points and how many rungs are right.
struct CSVReport {
  static let header = [
    "chapter", "exercise", "title", "status", "points", "max_points", "counts", "rungs_right", "rungs",
  ]

  let report: GradeReport

  init(_ report: GradeReport) { self.report = report }

  func text() -> String {
    let rows = report.chapters.flatMap { chapter in
      chapter.exercises.map { exercise in
        [
          "\(chapter.number)", exercise.id, exercise.title, exercise.status.rawValue, exercise.points.brief,
          exercise.maxPoints.brief, chapter.dropped.contains(exercise.id) ? "no" : "yes",
          "\(exercise.rungs.count { $0.status == .right })", "\(exercise.rungs.count)",
        ]
      }
    }
    return ([CSVReport.header] + rows).map(CSV.line).joined()
  }
}

/// Comma-separated values as RFC 4180 has them.
enum CSV {
  /// A line of these fields, with its end. Fields with commas, quotes or line breaks are quoted. One that a spreadsheet
  /// would take for a formula gets an apostrophe in front, because what is in it may come from a submission.
  static func line(_ fields: [String]) -> String {
    fields.map { field in
      let isFormula = "=+-@\t\r".contains(field.first ?? " ") && Double(field) == nil
      let text = isFormula ? "'" + field : field
      guard text.contains(where: { ",\"".contains($0) || $0.isNewline }) else { return text }
      return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: ",") + "\r\n"
  }
}
