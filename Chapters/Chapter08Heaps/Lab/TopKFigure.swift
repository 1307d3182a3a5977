import Chapter08Heaps
import Figures
import Foundation
import LabKit
import Tensors

/// replacements: how often a stream's newcomers enter the best k (exercise 8.3).
struct TopKFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 8)

  private static let length = 2000
  private static let runs = 60

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let moments = (0...40).map { Int((Double(Self.length) * Double($0) / 40).rounded()) }
    var plot = Plot(
      "The largest k of a random stream", x: Axis("elements seen", range: 0...Double(Self.length)),
      y: Axis("replacements so far", range: 0...185))
    var metrics: [String: Double] = [:]
    var rows: [[String]] = []
    for (index, k) in [1, 10, 40].enumerated() {
      var rng = random.stream("stream \(k)")
      let color = Color.palette(index)
      var sums = [Double](repeating: 0, count: moments.count)
      var totals: [Double] = []
      for run in 0..<Self.runs {
        let order = rng.permutation(Self.length)
        var top = try TopK<Int>(k: k, by: <)
        var path = [0.0]
        for moment in 1..<moments.count {
          for element in order[moments[moment - 1]..<moments[moment]] { try top.offer(element) }
          path.append(Double(top.replacements))
        }
        for moment in moments.indices { sums[moment] += path[moment] }
        totals.append(Double(top.replacements))
        if run < 12 { plot.line(x: moments.map(Double.init), y: path, color: color.opacity(0.25), width: 1) }
      }
      plot.line(
        x: moments.map(Double.init), y: try moments.map { try expectedReplacements(count: $0, k: k) },
        label: "k = \(k): k(Hₙ − Hₖ)", color: color, width: 2.4)
      plot.scatter(
        x: moments.map(Double.init), y: sums.map { $0 / Double(Self.runs) }, color: color, radius: 2.8)
      let mean = totals.reduce(0, +) / Double(Self.runs)
      let variance = totals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(Self.runs - 1)
      let expected = try expectedReplacements(count: Self.length, k: k)
      let law = (k + 1...Self.length).reduce(0.0) { sum, i in
        let chance = Double(k) / Double(i)
        return sum + chance * (1 - chance)
      }
      metrics["mean of k = \(k)"] = mean
      rows.append(["\(k)", expected.short, mean.short, law.squareRoot().short, variance.squareRoot().short])
    }
    try writer.write(plot.image(width: 760, height: 420), as: "replacements", kind: .exact, metrics: metrics)
    return TextTable(
      ["k", "k(Hₙ − H_k)", "mean of \(Self.runs) streams", "standard deviation, law", "measured"], rows)
  }
}
