/// How the grader's verdicts on hostile submissions are told.
public struct HostileText {
  let style: Style

  public init(style: Style) { self.style = style }

  public func describe(_ round: HostileCorpus.Round) -> String {
    let lines = round.verdicts.map(describe) + round.harm.map { "  \(style.red("HARM"))       \($0)" }
    return lines.joined(separator: "\n")
  }

  private func describe(_ verdict: HostileVerdict) -> String {
    let name = "\(verdict.submission.exercise) \(verdict.submission.name)".padded(to: 42)
    guard let result = verdict.result else { return "  \(style.yellow("not tried"))  \(name) there is no sandbox here" }
    let outcome = "\(result.points.brief)/\(result.maxPoints.brief)".aligned(to: 6) + "  \(result.status.rawValue)"
    let mark = verdict.isAsExpected ? style.green("withstood") : style.red("NOT SO   ")
    let problems = verdict.problems.map { "\n             \($0)" }.joined()
    return "  \(mark)  \(name)\(outcome)\(problems)"
  }

  public func summary(_ rounds: [HostileCorpus.Round]) -> String {
    let verdicts = rounds.flatMap(\.verdicts)
    let tried = verdicts.filter { $0.result != nil }
    let wrong = tried.count { !$0.isAsExpected }
    let harm = rounds.map(\.harm.count).reduce(0, +)
    let seconds = Int(rounds.map(\.seconds).reduce(0, +).rounded())
    return
      "  withstood \(tried.count - wrong) · not so \(wrong) · harm \(harm) · not tried \(verdicts.count - tried.count)"
      + "  in \(rounds.count) builds, \(seconds) s"
  }
}
