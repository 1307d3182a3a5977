extension Record {
  /// The page: one table a group.
  var markdown: String {
    var text = """
      # The numeric core beside PyTorch, JAX and OpenBLAS, the algorithms beside C++

      \(machine), \(cores) cores; \(system). PyTorch \(versions["torch"] ?? "?"), JAX \(versions["jax"] ?? "?"), \
      OpenBLAS as NumPy \(versions["numpy"] ?? "?") brings it.

      Written by `Benchmarks/compare`. Everybody gets the same weights and inputs, and no time counts unless the results \
      agree. The contestants take turns of 40 ms on the same two cores, the others stopped meanwhile; a time is the \
      median over the rounds of the median of a turn. *Ratio* is how many times as fast as the fastest other ours is; \
      *of peak* is the share of what the cores do on registers alone, measured between the rounds. *Mark* says what the \
      row must reach, and against whom.

      \(summary)


      """
    var group = ""
    for result in results {
      if result.row.group != group {
        group = result.row.group
        text += "\n## \(group)\n\n"
        let titles = contestants(of: group).map(\.title)
        text += "| | " + titles.joined(separator: " | ") + " | of peak | ratio | mark | |\n"
        text += "|---|" + String(repeating: "---:|", count: titles.count + 2) + "---|---|\n"
      }
      text += "| " + result.cells(contestants(of: group)).joined(separator: " | ") + " |\n"
    }
    text += "\nThe way that was fastest, where there were several:\n\n"
    for result in results {
      let ways = Contestant.allCases.filter { [.torch, .compiled, .jax, .pot].contains($0) }
        .compactMap { who in result.variants[who.rawValue].map { "\(who.title) \($0)" } }
      if ["conv", "adam", "gan", "wgan-gp", "unet", "sample", "transformer"].contains(result.row.kind) {
        text += "- `\(result.row.name)`: \(ways.joined(separator: "; "))\n"
      }
    }
    return text
  }

  /// Who does any row of a group: its columns.
  private func contestants(of group: String) -> [Contestant] {
    let taking = Set(results.filter { $0.row.group == group }.flatMap(\.row.contestants))
    return Contestant.allCases.filter { taking.contains($0) }
  }

  /// How many rows are at their mark.
  var summary: String {
    let timed = results.filter { $0.isMet != nil }
    let met = timed.filter { $0.isMet == true }
    return "**\(met.count) of \(timed.count) rows are at their mark.**"
  }
}

extension Result {
  /// The row's cells, with a column for each of these.
  func cells(_ shown: [Contestant]) -> [String] {
    [row.title] + shown.map { cell($0) } + [
      peakShare.map { "\(number($0 * 100)) %" } ?? "", ratioToBest.map { number($0, digits: 2) } ?? "",
      row.mark.text, isMet.map { $0 ? "✓" : "**✗**" } ?? "",
    ]
  }

  private func cell(_ contestant: Contestant) -> String {
    guard let value = time(contestant) else { return "–" }
    let time =
      switch unit {
      case .bytes: "\(number(value / 1e6)) MB"
      case .nanoseconds: value < 1e6 ? "\(threeDigits(value / 1e3)) µs" : "\(threeDigits(value / 1e6)) ms"
      }
    return time + (speed(contestant).map { " (\(number($0 / 1e9)))" } ?? "")
  }

  /// One line for the terminal, as soon as the row is done.
  var line: String {
    func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
      let space = String(repeating: " ", count: max(0, width - text.count))
      return left ? text + space : space + text
    }
    let verdict = isMet.map { $0 ? "met" : "MISSED" } ?? "agrees"
    let times = row.contestants.map { "\($0.title) \(cell($0))" }.joined(separator: ", ")
    let share = peakShare.map { ", \(number($0 * 100)) % of peak" } ?? ""
    return pad(row.name, 34, left: true) + pad(ratioToBest.map { number($0, digits: 2) } ?? "", 6) + "  "
      + pad(verdict, 8, left: true) + times + share
  }
}
