import Chapter08Heaps
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// nucleus: what nucleus sampling keeps of a law over 4,000 pictures (exercise 8.8).
///
/// The law is the one inside chapter 5's ideal denoiser: a digit was made noisy, and each digit of the training set is
/// as probable as it is near, ∝ exp(−‖x − y‖²/2σ²). At low noise that is peaked, at high noise flat, and both are laws over one
/// "vocabulary" whose tokens can be looked at.
struct NucleusFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 8)

  private static let shown = 22
  private static let masses = [0.5, 0.8, 0.95]

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let digits = try DigitSheet.load()
    let train = digits.train.images.reshaped([digits.train.count, digits.train.pictureSize])
    let index = digits.heldOut.indices(ofClass: 4)[2]
    let clean = digits.heldOut.images([index]).reshaped([1, digits.heldOut.pictureSize])
    var rng = random.stream("nucleus")
    let noise = Tensor.normal([1, digits.heldOut.pictureSize], using: &rng)

    var strips: [any Drawable] = []
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
    var sizes = Plot(
      "How many of 4,000 are kept", x: Axis("p", range: 0...1), y: Axis("tokens kept", scale: .log, range: 0.8...5000))
    for sigma in [1.5, 2.5, 4] {
      let x = clean + noise * Float(sigma)
      let logits = square(train - x).sum(axis: 1).scalars.map { -Double($0) / (2 * sigma * sigma) }
      let law = try softmax(logits)
      let order = try nucleus(law, p: 1)
      try requireCount(law.count, train.dim(0), of: "softmax", exercise: "8.8")
      try requireCount(order.count { law.indices.contains($0) }, order.count, of: "nucleus", exercise: "8.8")
      let kept = try Self.masses.map { (p: $0, count: try nucleus(law, p: $0).count) }
      var mass = 0.0
      let tokens = order.prefix(Self.shown).map { token in
        mass += law[token]
        return (probability: law[token], mass: mass, picture: digits.train.picture(token))
      }
      let counts = kept.map { "\($0.count) for p = \(NumberText.short($0.p))" }.joined(separator: ", ")
      strips.append(
        NucleusStrip(
          title: "The nucleus holds \(counts)",
          source: Image(
            gray: clamp(x * Float(1 / (1 + sigma * sigma).squareRoot()), -1, 1).scalars, width: digits.train.width,
            height: digits.train.height), sourceLabel: "noise σ = \(NumberText.short(sigma))", tokens: tokens,
          kept: kept))
      rows.append([NumberText.short(sigma)] + kept.map { "\($0.count)" } + [law.max().map(\.short) ?? "–"])
      for one in kept { metrics["σ = \(sigma), p = \(one.p)"] = Double(one.count) }
      let ps = (1...49).map { Double($0) / 50 } + [0.99, 0.999]
      sizes.line(
        x: ps, y: try ps.map { Double(try nucleus(law, p: $0).count) }, label: "σ = \(NumberText.short(sigma))",
        width: 2.2)
    }
    sizes.horizontalLine(40, label: "top-40", color: .softInk)
    sizes.legend = .topLeft
    try writer.write(
      NucleusPage(strips: strips, sizes: sizes).image(width: 1500, height: 780, scale: 1.5), as: "nucleus",
      kind: .exact,
      metrics: metrics)
    return TextTable(["σ"] + Self.masses.map { "kept, p = \(NumberText.short($0))" } + ["largest probability"], rows)
  }
}

/// The strips below each other, the plot beside them.
private struct NucleusPage: Drawable {
  var strips: [any Drawable]
  var sizes: Plot

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let plotWidth = rectangle.width * 0.28
    let height = rectangle.height / Double(strips.count)
    for (index, strip) in strips.enumerated() {
      strip.draw(
        on: &canvas,
        in: Rectangle(
          x: rectangle.x, y: rectangle.y + height * Double(index), width: rectangle.width - plotWidth - 16,
          height: height))
    }
    sizes.draw(
      on: &canvas,
      in: Rectangle(
        x: rectangle.maxX - plotWidth, y: rectangle.y + 60, width: plotWidth, height: rectangle.height - 120))
  }
}
