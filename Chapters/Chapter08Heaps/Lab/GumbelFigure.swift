import Chapter08Heaps
import Figures
import Foundation
import LabKit
import Tensors

/// gumbel: pairs drawn without putting back, counted beside Plackett and Luce's law (exercise 8.9).
struct GumbelFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 8)

  private static let weights = [0.4, 0.25, 0.2, 0.1, 0.05]
  private static let names = ["a", "b", "c", "d", "e"]
  private static let draws = 6000

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let (weights, names) = (Self.weights, Self.names)
    let logits = weights.map { Foundation.log($0) }
    let orders = weights.indices.flatMap { first in weights.indices.filter { $0 != first }.map { [first, $0] } }
    var rng = random.stream("gumbel")
    var counts: [[Int]: Int] = [:]
    var included = [Double](repeating: 0, count: weights.count)
    for _ in 0..<Self.draws {
      let pair = try gumbelTopK(logits, k: 2, using: &rng)
      counts[pair, default: 0] += 1
      for item in pair where weights.indices.contains(item) { included[item] += 1 / Double(Self.draws) }
    }
    let law = try orders.map { try plackettLuce(weights, order: $0) }
    let measured = orders.map { Double(counts[$0, default: 0]) / Double(Self.draws) }
    let spread = law.map { 2 * ($0 * (1 - $0) / Double(Self.draws)).squareRoot() }
    let pairs = Plot.barChart(
      "Ordered pairs of five items", groups: orders.map { $0.map { names[$0] }.joined() },
      series: [("Plackett–Luce ± 2 standard errors", law, spread), ("drawn, of \(Self.draws)", measured, nil)],
      yLabel: "probability")
    let exact = try inclusionProbabilities(weights, k: 2)
    try requireCount(exact.count, weights.count, of: "inclusionProbabilities", exercise: "8.9")
    let twice = weights.map { 2 * $0 }
    let inclusion = Plot.barChart(
      "Among the two", groups: names,
      series: [("exact", exact, nil), ("drawn", included, nil), ("2 × weight", twice, nil)], yLabel: "probability")
    try writer.write(
      GumbelPage(pairs: pairs, inclusion: inclusion).image(width: 1400, height: 400, scale: 1.5), as: "gumbel",
      kind: .exact)
    let chiSquare = zip(law, measured).reduce(0.0) {
      $0 + Double(Self.draws) * ($1.0 - $1.1) * ($1.0 - $1.1) / $1.0
    }
    print("Gumbel top-2: χ² = \(chiSquare.short) with \(orders.count - 1) degrees of freedom")
    return TextTable(
      ["item", "weight", "among the two: exact", "drawn"],
      names.indices.map { [names[$0], weights[$0].short, exact[$0].short, included[$0].short] })
  }
}

/// The pairs need more room than the items.
private struct GumbelPage: Drawable {
  var pairs: Plot
  var inclusion: Plot

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let left = rectangle.width * 0.64
    pairs.draw(
      on: &canvas, in: Rectangle(x: rectangle.x, y: rectangle.y, width: left, height: rectangle.height))
    inclusion.draw(
      on: &canvas,
      in: Rectangle(
        x: rectangle.x + left + 12, y: rectangle.y, width: rectangle.width - left - 12, height: rectangle.height))
  }
}
