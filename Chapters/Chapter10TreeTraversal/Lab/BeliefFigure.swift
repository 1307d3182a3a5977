import Chapter10TreeTraversal
import Figures
import Foundation
import LabKit
import Tensors

/// beliefs: what is known of every symbol of a hierarchy when its leaves are masked or noisy (exercise 10.10).
struct BeliefFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 10)
  private static let symbolCount = 6

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws {
    var rng = random.stream("hierarchy")
    let model = try TreeModel.randomHierarchy(
      depth: 6, symbolCount: Self.symbolCount, rulesPerSymbol: 3, using: &rng)
    let symbols = try sample(model, using: &rng)
    guard symbols.count == model.nodeCount else {
      throw LabError.wrongAnswer(
        "sample returned \(symbols.count) symbols for \(model.nodeCount) nodes", exercise: "10.10")
    }
    // The same luck at every rate: a leaf that is masked at 0.3 is masked at 0.5.
    let luck = model.leaves.map { _ in rng.nextUniform() }
    let mistaken = model.leaves.map { (symbols[$0] + 1 + rng.integer(below: Self.symbolCount - 1)) % Self.symbolCount }

    let masked = try [0.3, 0.5, 0.7, 0.8, 0.9].map { rate in
      let observed = zip(model.leaves, luck).map { $1 < rate ? nil : symbols[$0] }
      return try disc(model, symbols, observed, noise: 0, title: "\(NumberText.short(100 * rate)) % masked")
    }
    let noisy = try [0.1, 0.2, 0.3, 0.4, 0.5].map { rate in
      let observed = zip(zip(model.leaves, mistaken), luck).map { pair, luck in
        luck < rate ? pair.1 : symbols[pair.0]
      }
      return try disc(model, symbols, observed, noise: rate, title: "\(NumberText.short(100 * rate)) % mistaken")
    }
    try writer.write(
      BeliefPage(rows: [masked, noisy], low: 1 / Double(Self.symbolCount)).image(width: 1640, height: 700, scale: 1.5),
      as: "beliefs", kind: .exact)
  }

  private func disc(
    _ model: TreeModel, _ symbols: [Int], _ observed: [Int?], noise: Double, title: String
  ) throws -> BeliefDisc {
    let evidence = try leafEvidence(observed, symbolCount: Self.symbolCount, noise: noise)
    let up = try upwardPass(model, evidence: evidence)
    let laws = try posteriors(model, messages: up.messages)
    guard laws.count == model.nodeCount, laws.allSatisfy({ $0.count == Self.symbolCount }) else {
      throw LabError.wrongAnswer("posteriors did not return a law for each node", exercise: "10.10")
    }
    var seen = [Bool?](repeating: nil, count: model.nodeCount)
    for (leaf, symbol) in zip(model.leaves, observed) { seen[leaf] = symbol.map { $0 == symbols[leaf] } }
    return BeliefDisc(
      title: title, probabilities: zip(laws, symbols).map { $0[$1] }, leafStates: model.leaves.map { seen[$0] },
      low: 1 / Double(Self.symbolCount))
  }
}

/// A complete binary tree as rings, the root in the middle, each node coloured by the probability of its true symbol;
/// around it, what was seen of the leaves.
struct BeliefDisc: Drawable {
  var title: String
  /// In level order.
  var probabilities: [Double]
  /// For each leaf: seen rightly, seen wrongly, or masked.
  var leafStates: [Bool?]
  /// The probability that gets the first colour: that of a guess.
  var low: Double

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 16), isBold: true, horizontal: .center)
    let area = rectangle.inset(left: 4, top: 28, right: 4, bottom: 4)
    let center = Point(area.midX, area.midY)
    let levels = Int.bitWidth - probabilities.count.leadingZeroBitCount
    let ring = min(area.width, area.height) / 2 / (Double(levels) + 0.75)
    for (index, probability) in probabilities.enumerated().reversed() {
      let level = Int.bitWidth - 1 - (index + 1).leadingZeroBitCount
      let color = ColorMap.viridis.color((probability - low) / (1 - low))
      guard level > 0 else {
        canvas.disc(at: center, radius: ring, color: color)
        continue
      }
      let place = index + 1 - 1 << level
      sector(
        place, of: 1 << level, from: ring * Double(level) - (level > 1 ? 1 : 0.5), to: ring * Double(level + 1), center,
        color, on: &canvas)
    }
    for (place, state) in leafStates.enumerated() {
      let color: Color =
        switch state {
        case true?: .softInk
        case false?: .palette(1)
        case nil: .grid
        }
      sector(
        place, of: leafStates.count, from: ring * (Double(levels) + 0.2), to: ring * (Double(levels) + 0.6), center,
        color, on: &canvas, gap: 0.16)
    }
    // Lines between the children of different parents, so that the tree shows in the rings.
    for level in 1..<levels {
      for place in 0..<1 << level {
        let angle = 2 * Double.pi * Double(place) / Double(1 << level) - Double.pi / 2
        let (inner, outer) = (ring * Double(level), ring * Double(level + 1))
        canvas.line(
          from: Point(center.x + inner * cos(angle), center.y + inner * sin(angle)),
          to: Point(center.x + outer * cos(angle), center.y + outer * sin(angle)), color: .white,
          width: place % 2 == 0 ? 1.6 : 0.6)
      }
    }
  }

  private func sector(
    _ place: Int, of count: Int, from inner: Double, to outer: Double, _ center: Point, _ color: Color,
    on canvas: inout Canvas, gap: Double = -0.04
  ) {
    let pieces = max(1, 128 / count)
    let angles = (0...pieces).map { piece in
      2 * Double.pi * (Double(place) + gap / 2 + (1 - gap) * Double(piece) / Double(pieces)) / Double(count)
        - Double.pi / 2
    }
    canvas.fill(
      angles.map { Point(center.x + outer * cos($0), center.y + outer * sin($0)) }
        + angles.reversed().map { Point(center.x + inner * cos($0), center.y + inner * sin($0)) }, color: color)
  }
}

/// Two rows of discs and the colours' meaning.
private struct BeliefPage: Drawable {
  var rows: [[BeliefDisc]]
  var low: Double

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let legend = 120.0
    FigureGrid(rows.map { $0.map { $0 as any Drawable } }, gap: 14).draw(
      on: &canvas, in: rectangle.inset(right: legend))
    let bar = Rectangle(x: rectangle.maxX - legend + 28, y: rectangle.y + 84, width: 16, height: 300)
    for step in 0..<300 {
      canvas.fill(
        Rectangle(x: bar.x, y: bar.maxY - Double(step + 1), width: bar.width, height: 1.5),
        color: ColorMap.viridis.color(Double(step) / 299))
    }
    canvas.text("true symbol's", at: Point(bar.x - 12, bar.y - 34), size: 12)
    canvas.text("probability", at: Point(bar.x - 12, bar.y - 18), size: 12)
    canvas.text("1", at: Point(bar.maxX + 8, bar.y), color: .softInk, size: 12, vertical: .middle)
    canvas.text(
      "1/\(Int((1 / low).rounded()))", at: Point(bar.maxX + 8, bar.maxY), color: .softInk, size: 12, vertical: .middle)
    for (index, (name, color)) in [
      ("seen", Color.softInk), ("mistaken", Color.palette(1)), ("masked", Color.grid),
    ].enumerated() {
      let y = bar.maxY + 44 + 24 * Double(index)
      canvas.fill(Rectangle(x: bar.x - 12, y: y - 6, width: 16, height: 12), color: color)
      canvas.text(name, at: Point(bar.x + 12, y), size: 12, vertical: .middle)
    }
  }
}
