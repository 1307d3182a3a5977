import Chapter07DiscreteDiffusion
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The figures that a trained network writes.
struct TextFigures {
  let writer: FigureWriter

  init(_ writer: FigureWriter) { self.writer = writer }

  // MARK: - Sheets

  /// A sheet of samples with what is said of them; returns the same in words.
  func sheet(_ model: TextModel, source: TextSource, as figure: String, seed: UInt64) throws -> String {
    let steps = writer.isQuick ? 4 : 2 * model.length
    var rng = RandomStream(seed: seed).stream(figure)
    let samples = try model.sample(writer.isQuick ? 60 : 400, steps: steps, using: &rng)
    let shares = source.shares(samples)
    let isJudged = source.judge(samples[0]) != .unjudged
    var summary = "\(samples.count) texts in \(steps) steps, \(percent(shares.distinct)) of them different"
    var metrics = ["different": shares.distinct]
    if isJudged {
      let what = source.name == "words" ? "in the dictionary" : "valid"
      summary += "; \(percent(shares.valid)) \(what)"
      metrics["valid"] = shares.valid
      if source.name == "words" {
        summary += ", \(percent(shares.new)) words never trained on"
        metrics["new"] = shares.new
      }
    }
    let lines = samples.prefix(figureCount(model)).map { (label: "", cells: source.cells($0)) }
    let columns = max(1, Int(760 / (Double(model.length) * 17 + 22)))
    let grid = TextGrid(title: summary, lines: Array(lines), columns: columns)
    try writer.write(Page(grid).image(), as: figure, kind: .samples, metrics: metrics)
    return summary
  }

  private func figureCount(_ model: TextModel) -> Int { model.length > 20 ? 24 : 60 }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

  // MARK: - With the committed networks

  func drawCommitted(seed: UInt64) throws -> [String] { [] }
}
