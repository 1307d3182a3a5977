/// How the verdict on a mistake is told to its author.
public struct MistakeText {
  let style: Style

  public init(style: Style) { self.style = style }

  public func describe(_ verdict: MistakeVerdict) -> String {
    let name = "\(verdict.exercise)/\(verdict.name)".padded(to: 42)
    switch verdict.outcome {
    case .caught(let rung, let message):
      return "  \(style.green("caught"))    \(name) by \(rung)\n" + style.dim("            \(message.prefix(160))")
    case .caughtWithoutMessage(let rung, let messages):
      let said = messages.prefix(4).map { "            \($0.prefix(200))" }.joined(separator: "\n")
      return """
          \(style.yellow("unclear"))   \(name) by \(rung), but no failure says `\(verdict.promised)`:
        \(said)
        """
    case .notJudged(let why):
      return "  \(style.yellow("unclear"))   \(name) the tests did not get to their end: \(why)"
    case .survived:
      return "  \(style.red("SURVIVED"))  \(name) \(verdict.title): no test notices"
    }
  }

  public func summary(_ verdicts: [MistakeVerdict]) -> String {
    let caught = verdicts.count { $0.isCaught }
    let survived = verdicts.count { $0.outcome == .survived }
    let unclear = verdicts.count - caught - survived
    return "  caught \(caught) · unclear \(unclear) · survived \(survived)"
  }
}
