/// How far one has come, for the eye.
public struct ProgressText {
  let style: Style

  public init(style: Style) { self.style = style }

  /// A chapter: a bar, and a mark for each exercise.
  public func describe(_ chapter: Chapter, _ entries: [Survey.Entry]) -> String {
    let right = entries.count { $0.standing == .right }
    let title = style.bold("Chapter \(chapter.number): \(chapter.manifest.title)")
    let bar = "  \(self.bar(right, of: entries.count))  \(right) of \(entries.count) right"
    return ([title, bar] + entries.map(describe)).joined(separator: "\n")
  }

  /// What to do now.
  public func describeNext(_ next: (chapter: Chapter, entry: Survey.Entry)?) -> String {
    guard let (chapter, entry) = next else { return "Everything is right. Well done." }
    let exercise = entry.exercise
    let file = chapter.file(of: exercise)
    let place =
      switch entry.standing {
      case .toDo(let line): "Write it in \(file):\(line)"
      case .wrong: "Mend it in \(file)"
      case .untested, .right: "Test it: it has changed since the last test"
      }
    return """
      Next: \(style.bold("\(exercise.id) \(exercise.title)"))  (\(exercise.points) points)
        \(place)
        swift run course test \(exercise.id)    is it right?
        swift run course hint \(exercise.id)    a nudge
        \(chapter.lessonPath) tells what it is about
      """
  }

  func bar(_ part: Int, of whole: Int, width: Int = 30) -> String {
    let filled = whole == 0 ? 0 : part * width / whole
    return "[" + style.green(String(repeating: "█", count: filled))
      + style.dim(String(repeating: "·", count: width - filled)) + "]"
  }

  private func describe(_ entry: Survey.Entry) -> String {
    let text = ResultText(style: style)
    let (mark, word) =
      switch entry.standing {
      case .right: (text.mark(.right), text.word(.right))
      case .wrong(let status): (text.mark(status), text.word(status))
      case .toDo(let line): (text.mark(.toDo), style.dim("to do  \(entry.exercise.file):\(line)"))
      case .untested: (style.yellow("?"), style.yellow("changed since the last test"))
      }
    return "  \(mark) \(entry.exercise.id.description.padded(to: 5)) \(entry.exercise.title.padded(to: 44)) \(word)"
  }
}
