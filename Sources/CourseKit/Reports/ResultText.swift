/// How the result of an exercise is told to the person who is solving it.
public struct ResultText {
  let style: Style
  /// Whether every rung's messages are told, or only those of the lowest one that fails: who mends that often mends the
  /// others as well.
  let isWhole: Bool

  public init(style: Style, isWhole: Bool = true) {
    self.style = style
    self.isWhole = isWhole
  }

  /// One line for what is right or still to do; for what is wrong also each rung, with messages.
  public func describe(_ result: ExerciseResult) -> String {
    var lines = [headline(result)]
    switch result.status {
    case .right:
      if let detail = result.detail { lines.append("      " + style.dim(detail)) }
    case .toDo:
      let places = result.rungs.flatMap { $0.status == .toDo ? $0.messages : [] }.map(\.text)
      if let first = places.first { lines.append("      " + style.dim(first)) }
      if result.points > 0 { lines += describe(result.rungs) }
    case .didNotCompile:
      lines += result.errors.map { "      \($0)" }
    case .wrong, .crashed, .hung, .endedEarly:
      if let detail = result.detail { lines.append("      " + style.red(detail)) }
      lines += describe(result.rungs)
    }
    lines += (result.flags ?? []).map { "      " + style.yellow("look at this file: \($0)") }
    return lines.joined(separator: "\n")
  }

  func mark(_ status: ExerciseResult.Status) -> String {
    switch status {
    case .right: style.green("✓")
    case .toDo: style.dim("○")
    default: style.red("✗")
    }
  }

  private func headline(_ result: ExerciseResult) -> String {
    let points = "\(result.points.brief)/\(result.maxPoints.brief)"
    let word = result.status == .right ? "" : "  " + self.word(result.status)
    return
      "  \(mark(result.status)) \(result.id.padded(to: 5)) \(result.title.padded(to: 44)) \(points.aligned(to: 7))\(word)"
  }

  func word(_ status: ExerciseResult.Status) -> String {
    switch status {
    case .right: style.green("right")
    case .wrong: style.red("wrong")
    case .toDo: style.dim("to do")
    case .crashed: style.red("crashed")
    case .hung: style.red("hung")
    case .endedEarly: style.red("ended early")
    case .didNotCompile: style.red("did not compile")
    }
  }

  private func describe(_ rungs: [RungResult]) -> [String] {
    let lowest = rungs.firstIndex { ![.right, .toDo, .notRun].contains($0.status) }
    return rungs.indices.flatMap { describe(rungs[$0], withMessages: isWhole || $0 == lowest) }
  }

  private func describe(_ rung: RungResult, withMessages: Bool) -> [String] {
    let mark: String
    var note = ""
    switch rung.status {
    case .right: mark = style.green("✓")
    case .wrong: mark = style.red("✗")
    case .toDo: (mark, note) = (style.dim("○"), "to do")
    case .crashed: (mark, note) = (style.red("✗"), "crashed here")
    case .hung: (mark, note) = (style.red("✗"), "hung here")
    case .endedEarly: (mark, note) = (style.red("✗"), "the process ended here")
    case .notRun: (mark, note) = (style.dim("·"), "not reached")
    case .unproven: (mark, note) = (style.red("✗"), "asserted nothing")
    }
    let title = "      \(mark) \(rung.name)  \(rung.title)" + (note.isEmpty ? "" : "  (\(note))")
    guard withMessages, rung.status != .toDo else { return [title] }
    return [title]
      + rung.messages.flatMap { message in
        let place = message.file.map { [style.dim("          \($0):\(message.line ?? 0)")] } ?? []
        return place + message.text.lines(width: 100).map { "          " + $0 }
      }
  }

  /// `right 3 · wrong 1 · to do 7          34 of 110 points`
  public func summary(_ results: [ExerciseResult]) -> String {
    let right = results.count { $0.isRight }
    let toDo = results.count { $0.status == .toDo }
    let wrong = results.count - right - toDo
    let points = results.reduce(0) { $0 + $1.points }
    let most = results.reduce(0) { $0 + $1.maxPoints }
    return "  right \(right) · wrong \(wrong) · to do \(toDo)    \(points.brief) of \(most.brief) points"
  }
}
