import Chapter07DiscreteDiffusion
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The figures that trained networks write.
struct TextFigures {
  let writer: FigureWriter

  init(_ writer: FigureWriter) { self.writer = writer }

  private var random: RandomStream { RandomStream(seed: writer.seed) }

  // MARK: - Sheets of samples (exercises 7.7, 7.9 and 7.10)

  /// A sheet of samples with what is said of them; returns the same in words.
  func sheet(_ model: TextModel, source: TextSource, as figure: String) throws -> String {
    let (steps, count) = (2 * model.blockLength, writer.isQuick ? 60 : 400)
    let isWhole = model.blockLength == model.length
    var rng = random.stream(figure)
    let samples =
      try isWhole ? model.firstHitting(count, using: &rng) : model.sample(count, steps: steps, using: &rng)
    let shares = source.shares(samples)
    var summary = "\(count) texts, "
    summary += isWhole ? "one character a step" : "\(steps) steps for each block of \(model.blockLength)"
    var metrics = ["different": shares.distinct]
    if source.isJudged {
      summary +=
        source.name == "words" ? ": \(percent(shares.valid)) are words" : ": \(percent(shares.valid)) are valid"
      metrics["valid"] = shares.valid
      if source.name == "words" {
        summary += ", \(percent(shares.new)) words never trained on"
      }
    }
    summary += ", \(percent(shares.distinct)) different"
    let lines = samples.prefix(model.length > 20 ? 24 : 60).map { (label: "", cells: source.cells($0)) }
    let columns = max(1, Int(900 / (Double(model.length) * 17 + 22)))
    let grid = TextGrid(title: summary, lines: Array(lines), columns: columns)
    try writer.write(Page([[grid]]).image(), as: figure, kind: .samples, metrics: metrics)
    return summary
  }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

  // MARK: - With the committed networks

  /// All figures of the networks that come with the course; returns what is to be printed of them.
  func drawCommitted() throws -> [String] {
    let brackets = try TextModel(committed: "brackets")
    let words = try TextModel(committed: "words")
    let blocks = try [1, 2, 4, 8].map { try TextModel(committed: "blocks-\($0)") }
    var report = [
      "Committed, brackets: \(try sheet(brackets, source: .brackets(length: brackets.length), as: "brackets"))",
      "Committed, words: \(try sheet(words, source: .words(length: words.length), as: "words"))",
    ]
    try unmasking(brackets, words, blocks[2])
    try infilling(brackets, words)
    report.append(try validityBySteps(brackets, blocks))
    report.append(try bitsByBlock(blocks))
    return report
  }

  // MARK: - unmasking (exercises 7.7 and 7.9)

  /// Texts at every step of their making.
  private func unmasking(_ brackets: TextModel, _ words: TextModel, _ blocks: TextModel) throws {
    var masksLeft = 0.0
    /// The states of some texts, side by side, with what is new in each.
    func strip(
      _ title: String, _ model: TextModel, source: TextSource, steps: Int, texts: Int
    ) throws -> TextGrid {
      var states: [(time: Double, x: [[Int]])] = []
      var rng = random.stream("unmasking " + title)
      _ = try model.sample(texts, steps: steps, using: &rng) { _, x, time in states.append((time, x)) }
      masksLeft += Double(states.last?.x.joined().count { $0 == model.mask } ?? 0)
      let lines = states.indices.map { index -> (label: String, cells: [TextGrid.Cell]) in
        let cells = states[index].x.indices.map { text -> [TextGrid.Cell] in
          let (now, before) = (states[index].x[text], states[max(0, index - 1)].x[text])
          var cells =
            index == states.count - 1
            ? source.cells(now)
            : now.map { token in
              source.characters.indices.contains(token)
                ? TextGrid.Cell(character: source.characters[token])
                : TextGrid.Cell(character: TextModel.maskCharacter, style: .masked)
            }
          for place in now.indices where now[place] != before[place] && cells[place].style == .plain {
            cells[place].style = .fresh
          }
          return cells
        }
        let time = (states[index].time * 100).rounded() / 100
        return ("t = \(time)", Array(cells.joined(separator: [TextGrid.Cell(character: " ")])))
      }
      return TextGrid(title: title, lines: lines, labelWidth: 66)
    }
    let isQuick = writer.isQuick
    let left = try strip(
      "Masked diffusion, brackets", brackets, source: .brackets(length: brackets.length), steps: isQuick ? 4 : 16,
      texts: 1)
    let middle = try strip(
      "Masked diffusion, words", words, source: .words(length: words.length), steps: isQuick ? 4 : 16, texts: 2)
    let right = try strip(
      "Blocks of \(blocks.blockLength)", blocks, source: .brackets(length: blocks.length), steps: isQuick ? 2 : 8,
      texts: 1)
    try writer.write(
      Page([[left, middle, right]]).image(), as: "unmasking", kind: .samples, metrics: ["masks left": masksLeft])
  }

  // MARK: - infilling (exercise 7.11)

  private func infilling(_ brackets: TextModel, _ words: TextModel) throws {
    let count = writer.isQuick ? 40 : 200
    var metrics: [String: Double] = [:]
    func grids(
      _ prompts: [String], _ model: TextModel, source: TextSource, what: String
    ) throws -> [TextGrid] {
      try prompts.map { prompt in
        let tokens = try model.tokens(ofPrompt: prompt)
        let given = tokens.map { $0 == model.mask ? nil : $0 }
        var rng = random.stream("infilling " + prompt)
        let texts = try model.infilled(given, count: count, steps: 2 * model.length, using: &rng)
        let shares = source.shares(texts)
        // Of single prompts the share is too much a matter of chance to be compared.
        metrics[source.name, default: 0] += shares.valid / Double(prompts.count)
        func marked(_ cells: [TextGrid.Cell]) -> [TextGrid.Cell] {
          zip(cells, given).map { cell, token in
            token == nil || cell.character == " " ? cell : TextGrid.Cell(character: cell.character, style: .given)
          }
        }
        let lines = [tokens] + texts.prefix(9)
        return TextGrid(
          title: "\(percent(shares.valid)) \(what)",
          lines: lines.map { (label: "", cells: marked(source.cells($0))) })
      }
    }
    let upper = try grids(
      ["___ing", "un", "p___t ", "_ight ", "s__s"], words, source: .words(length: words.length), what: "are words")
    let lower = try grids(
      ["[______________]", "((((____________", "(_[_(__________)"], brackets,
      source: .brackets(length: brackets.length), what: "are valid")
    try writer.write(Page([upper, lower]).image(), as: "infilling", kind: .samples, metrics: metrics)
  }

  // MARK: - validity-by-steps (exercises 7.7 and 7.9)

  private func validityBySteps(_ brackets: TextModel, _ blocks: [TextModel]) throws -> String {
    let count = writer.isQuick ? 40 : 400
    var metrics: [String: Double] = [:]
    var rows: [[String]] = []
    let source = TextSource.brackets(length: brackets.length)
    let counts = writer.isQuick ? [1, 4] : [1, 2, 4, 8, 16, 32, 64]

    var left = Plot(
      "Brackets, L = \(brackets.length), masked diffusion",
      x: Axis("steps", scale: .log, ticks: counts.map { Axis.Tick(Double($0), "\($0)") }),
      y: Axis("share of valid strings", range: 0...1.03))
    for (index, entry) in [("ancestral", 1.0), ("nucleus 0.9", 0.9)].enumerated() {
      let shares = try counts.map { steps in
        var rng = random.stream("validity \(steps)")
        return source.shares(try brackets.sample(count, steps: steps, nucleus: entry.1, using: &rng)).valid
      }
      // Too few are valid after less steps for a comparison.
      for (steps, share) in zip(counts, shares) where steps >= 4 { metrics["\(entry.0), \(steps)"] = share }
      left.line(
        x: counts.map(Double.init), y: shares, label: entry.0, color: .palette(index), width: 2, marker: .disc)
      rows.append([entry.0] + shares.map(percent))
    }
    var rng = random.stream("validity")
    let hitting = source.shares(try brackets.firstHitting(count, using: &rng)).valid
    metrics["first hitting"] = hitting
    left.scatter(
      x: [Double(brackets.length)], y: [hitting], label: "first hitting", color: .palette(3), radius: 6,
      marker: .diamond)
    left.legend = .topLeft

    var right = Plot(
      "Brackets, L = \(blocks[0].length), blocks of L′",
      x: Axis("questions to the network", scale: .log, ticks: counts.map { Axis.Tick(Double($0), "\($0)") }),
      y: Axis("share of valid strings", range: 0...1.03))
    let short = TextSource.brackets(length: blocks[0].length)
    for (index, model) in blocks.enumerated() {
      let perBlock = (writer.isQuick ? [1, 4] : [1, 2, 4, 8, 16]).filter { $0 == 1 || model.blockLength > 1 }
      let number = model.length / model.blockLength
      let shares = try perBlock.map { steps in
        var rng = random.stream("validity of blocks \(steps)")
        return short.shares(try model.sample(count, steps: steps, using: &rng)).valid
      }
      for (steps, share) in zip(perBlock, shares) where steps * number >= 4 {
        metrics["L′ = \(model.blockLength), \(steps * number)"] = share
      }
      right.line(
        x: perBlock.map { Double($0 * number) }, y: shares, label: "L′ = \(model.blockLength)", color: .palette(index),
        width: 2, marker: .disc)
    }
    right.legend = .bottomRight
    try writer.write(
      FigureGrid([[left, right]]).image(width: 1040, height: 420, scale: 1.5), as: "validity-by-steps", kind: .samples,
      metrics: metrics)
    return "Valid strings of \(count), L = \(brackets.length); first hitting \(percent(hitting))\n"
      + TextTable(["steps"] + counts.map(\.description), rows).description
  }

  // MARK: - bits-by-block (exercises 7.8 and 7.9)

  private func bitsByBlock(_ blocks: [TextModel]) throws -> String {
    let length = blocks[0].length
    let grammar = BracketGrammar(kinds: 2, length: length)
    let strings = grammar.strings()
    let texts = writer.isQuick ? Array(strings.prefix(6)) : strings
    let steps = [1, 2, 4, 8, 16, 32, 64]
    var metrics: [String: Double] = [:]
    var rows: [[String]] = []
    var plot = Plot(
      "Bits per character by all masks, brackets, L = \(length)",
      x: Axis("steps a block, T", scale: .log, ticks: steps.map { Axis.Tick(Double($0), "\($0)") }),
      y: Axis("bits per character"))
    for (index, model) in blocks.enumerated() {
      let weights = try steps.map { try model.maskWeights(steps: $0) } + [model.maskWeights(steps: nil)]
      let bits = try model.bounds(of: texts, weights: weights).map { $0 / log(2) / Double(length) }
      let name = "L′ = \(model.blockLength)"
      plot.line(
        x: steps.map(Double.init), y: Array(bits.dropLast()),
        label: "\(name): \((bits.last! * 1e4).rounded() / 1e4) for T → ∞", color: .palette(index), width: 2,
        marker: .disc)
      metrics[name] = bits.last!
      metrics["\(name), T = 1"] = bits[0]
      rows.append([name] + bits.map { ((($0 * 1e4).rounded()) / 1e4).description })
    }
    plot.horizontalLine(grammar.bitsPerCharacter, label: "entropy: \((grammar.bitsPerCharacter * 1e4).rounded() / 1e4)")
    plot.legend = .topRight
    try writer.write(plot.image(width: 720, height: 460), as: "bits-by-block", kind: .samples, metrics: metrics)
    return "Bits per character of \(texts.count) strings of \(length) brackets\n"
      + TextTable(["steps a block"] + steps.map(\.description) + ["∞"], rows).description
  }
}
