/// The course on a page, made from the manifests.
public struct Syllabus {
  /// Where it is kept, from the package's root.
  public static let path = "syllabus.md"

  let course: Course

  public init(course: Course) { self.course = course }

  public var markdown: String {
    let chapters = course.chapters.map(\.manifest)
    let hours = chapters.reduce(0) { $0 + $1.hours }
    let points = chapters.reduce(0) { $0 + $1.points }
    let rows = chapters.map { chapter in
      let helps = chapter.requires.map { "\($0)" }.joined(separator: ", ")
      return
        "| \(chapter.number) | [\(chapter.title)](Chapters/\(chapter.module)/Lesson.md) | \(chapter.hours.brief) | "
        + "\(chapter.exercises.count) | \(chapter.points) | \(helps.isEmpty ? "–" : helps) |"
    }
    return """
      # Syllabus

      Made from the chapters' manifests by `swift run course author syllabus`: change those, not this page.

      \(chapters.count) \(chapters.count == 1 ? "chapter" : "chapters"), \(hours.brief) hours, \(points) points. A chapter \
      stands on its own; those in the last column help first.

      | | Chapter | Hours | Exercises | Points | Helps first |
      | --- | --- | --- | --- | --- | --- |
      \(rows.joined(separator: "\n"))

      \(course.chapters.map(section).joined(separator: "\n\n"))

      """
  }

  private func section(_ chapter: Chapter) -> String {
    let manifest = chapter.manifest
    let rows = manifest.exercises.map { exercise in
      "| \(exercise.id) | \(exercise.title) | [\(exercise.file)](\(chapter.file(of: exercise))) | \(exercise.points) |"
    }
    let figures = manifest.figures.map { "- **\($0.name)** (\($0.kind.rawValue)): \($0.caption)" }
    return """
      ## \(manifest.number). \(manifest.title)

      \(manifest.summary)

      | Exercise | | File | Points |
      | --- | --- | --- | --- |
      \(rows.joined(separator: "\n"))

      `swift run course run \(manifest.number)` draws:

      \(figures.joined(separator: "\n"))
      """
  }
}
