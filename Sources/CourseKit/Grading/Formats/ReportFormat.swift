import Foundation

/// How a ``GradeReport`` is written. `Guides/Grading.md` says where each is read.
public enum ReportFormat: String, CaseIterable, Sendable {
  /// For people.
  case text
  /// The course's own, with everything in it.
  case json
  /// JUnit XML: a suite an exercise, a case a rung.
  case junit
  /// A page with everything, also with the pictures that were handed in.
  case html
  /// Gradescope's `results.json`.
  case gradescope
  /// The JSON that GitHub Classroom's reporter takes from a grading step.
  case classroom
  /// Markdown, for a GitHub job's summary.
  case summary
  /// PrairieLearn's `results.json` of an external grader.
  case prairielearn
  /// A line an exercise.
  case csv
}

extension GradeReport {
  /// The whole report in this format.
  ///
  /// - Parameters:
  ///   - style: colours, for ``ReportFormat/text`` alone.
  ///   - submission: where pictures are, if they were handed in, for the formats that can show them.
  public func written(
    as format: ReportFormat, style: Style = .plain,
    picturesIn submission: (folder: URL, chapters: [CourseKit.Chapter])? = nil
  ) throws -> String {
    func pictures() -> [ChapterComparison] {
      guard let submission else { return [] }
      return submission.chapters.compactMap { HandedInPictures.comparison($0, in: submission.folder) }
    }
    return switch format {
    case .text: text(style: style)
    case .json: try json()
    case .junit: JUnitReport(self).xml()
    case .html: try HTMLReport(report: self, pictures: pictures()).html()
    case .gradescope: try GradescopeReport(self).json()
    case .classroom: try ClassroomReport(self).json()
    case .summary: MarkdownReport(self).text()
    case .prairielearn: try PrairieLearnReport(self, pictures: pictures()).json()
    case .csv: CSVReport(self).text()
    }
  }
}
