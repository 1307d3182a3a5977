/// Chapters and exercises at a glance.
public struct Listing {
  let style: Style

  public init(style: Style) { self.style = style }

  public func describe(_ chapters: [Chapter]) -> String {
    chapters.map(describe).joined(separator: "\n\n")
  }

  private func describe(_ chapter: Chapter) -> String {
    let manifest = chapter.manifest
    let extent = "\(manifest.hours.brief) hours, \(manifest.points) points"
    let head = style.bold("Chapter \(manifest.number): \(manifest.title)") + style.dim("  \(extent)")
    let exercises = manifest.exercises.map { exercise in
      "  \(exercise.id.description.padded(to: 5)) \(exercise.title.padded(to: 44)) "
        + "\(exercise.points)".aligned(to: 3) + style.dim("  \(exercise.file)")
    }
    return ([head] + manifest.summary.lines(width: 78).map { "  " + $0 } + exercises).joined(separator: "\n")
  }
}
