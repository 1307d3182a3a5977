import Chapter04DDPM
import Datasets
import Figures
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// digit-FID against the number of steps, for the noises of DDIM's Table 1.
struct QualityFigure {
  let writer: FigureWriter
  let judge: DigitJudge
  let perClass: Int

  /// The score of digits drawn without guidance, from one starting noise for all samplers.
  func score(_ network: DigitNetwork, noise: DDIMNoise, count: Int, seed: UInt64) throws -> DigitScore {
    let labels = network.model.sheetLabels(perClass: perClass)
    var rng = RandomStream(seed: seed).stream("quality")
    let start = network.model.noise(labels?.count ?? 10 * perClass, using: &rng)
    let x = try ddimSample(
      predictor: network.predictor(labels: labels), initial: start,
      times: subsequence(count: count, of: network.chain.count), noise: noise, chain: network.chain, using: &rng)
    return judge.score(network.model.pictures(x), labels: labels)
  }

  /// As many held-out digits.
  func real(seed: UInt64) throws -> DigitScore {
    let digits = try DigitSheet.load().heldOut
    var rng = RandomStream(seed: seed).stream("real")
    let chosen = (0..<10).flatMap { label in
      let indices = digits.indices(ofClass: label)
      let order = rng.permutation(indices.count)
      return (0..<perClass).map { indices[order[$0 % order.count]] }
    }
    return judge.score(digits.images(chosen))
  }

  /// Draws the figure of the first seed, and returns the table of all.
  func draw(_ network: DigitNetwork, counts: [Int], seeds: [UInt64]) throws -> String {
    var plot = Plot(
      "Quality against steps, \(10 * perClass) digits each", x: Axis("steps", scale: .log),
      y: Axis("digit-FID (lower is better)", scale: .log))
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
    var bar = ProgressBar("quality against steps", total: seeds.count * counts.count * ExactFigures.noises.count)
    var done = 0
    for (name, noise) in ExactFigures.noises {
      var points: [Double] = []
      var cells: [String] = [name]
      for count in counts {
        let scores = try seeds.map { seed in
          let score = try score(network, noise: noise, count: count, seed: seed)
          done += 1
          bar.update(done)
          return score.digitFID
        }
        points.append(scores[0])
        metrics["\(name), \(count)"] = scores[0]
        cells.append(seeds.count == 1 ? scores[0].short : Spread(scores).description)
      }
      plot.line(x: counts.map(Double.init), y: points, label: name, marker: .disc)
      rows.append(cells)
    }
    bar.finish(done)
    let real = try seeds.map { try self.real(seed: $0).digitFID }
    plot.horizontalLine(real[0], label: "as many real digits")
    metrics["real"] = real[0]
    rows.append(["real digits", seeds.count == 1 ? real[0].short : Spread(real).description])
    try writer.write(plot.image(), as: "fid-vs-steps", kind: .exact, metrics: metrics)
    return TextTable(["noise"] + counts.map { "\($0) steps" }, rows).description
  }
}
