import Chapter02WGAN
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// The ink of one digit carried to the places of another one's (exercise 2.3): displacement interpolation.
///
/// Each pixel is a heap of ink. The exact plan for the squared distance says how much goes from which pixel to which. At
/// the time t every portion lies at (1 − t)x + ty, on its straight way.
struct DigitTransport {
  let writer: FigureWriter

  /// Pixels of a frame for each of the digit's.
  private static let zoom = 3
  /// Width of the drop that a portion is drawn as, in pixels of the digit: wide enough that the drops run together.
  private static let dropWidth = 0.62
  /// Pixels of a digit that take part: those with the most ink.
  private static let pixelLimit = 128

  func draw() throws {
    let digits = try DigitSheet.load().train
    let pairs = [(3, 8), (1, 7), (0, 6), (4, 9)]
    let frames = 9
    var tiles: [Image] = []
    var labels: [String] = []
    var costs: [String: Double] = [:]
    for (number, (first, second)) in pairs.enumerated() {
      let from = ink(of: digits, digits.indices(ofClass: first)[11 + number])
      let to = ink(of: digits, digits.indices(ofClass: second)[3 + number])
      let cost = from.places.map { x in to.places.map { y in square(x.0 - y.0) + square(x.1 - y.1) } }
      let solution = try exactTransport(p: from.masses, q: to.masses, cost: cost)
      costs["\(first) to \(second)"] = solution.value.squareRoot()
      for frame in 0..<frames {
        tiles.append(
          moved(solution.plan, from: from, to: to, time: Double(frame) / Double(frames - 1), size: digits.width))
      }
      labels.append("carried")
      guard number == 0 else { continue }
      // For comparison: the one fades while the other appears.
      for frame in 0..<frames {
        let t = Double(frame) / Double(frames - 1)
        tiles.append(faded(from: from, to: to, time: t, size: digits.width))
      }
      labels.append("faded")
    }
    let times = (0..<frames).map { "t = " + NumberText.short(Double($0) / Double(frames - 1)) }
    let sheet = ContactSheet(tiles, columns: frames, rowLabels: labels, columnLabels: times, zoom: 1)
    try writer.write(sheet, as: "digit-transport", kind: .exact, metrics: costs)
  }

  // MARK: - Ink

  /// Where the ink of a digit lies and how much, adding up to 1; `total` is how much it was.
  private struct Ink {
    var places: [(Double, Double)]
    var masses: [Double]
    var total: Double
  }

  private func ink(of digits: ImageDataset, _ index: Int) -> Ink {
    let width = digits.width
    let values = digits.pixels([index]).map { (Double($0) + 1) / 2 }
    let chosen = values.indices.filter { values[$0] > 0.08 }
      .sorted { (values[$0], $1) > (values[$1], $0) }.prefix(Self.pixelLimit).sorted()
    let amounts = chosen.map { values[$0] }
    return Ink(
      places: chosen.map { (Double($0 % width), Double($0 / width)) }, masses: normalized(amounts),
      total: amounts.reduce(0, +))
  }

  // MARK: - Frames

  private func moved(_ plan: [[Double]], from: Ink, to: Ink, time t: Double, size: Int) -> Image {
    let total = (1 - t) * from.total + t * to.total
    var drops: [(x: Double, y: Double, amount: Double)] = []
    for (i, row) in plan.enumerated() {
      for (j, mass) in row.enumerated() where mass > 0 {
        let (x, y) = (from.places[i], to.places[j])
        drops.append(((1 - t) * x.0 + t * y.0, (1 - t) * x.1 + t * y.1, mass * total))
      }
    }
    return image(of: drops, size: size)
  }

  private func faded(from: Ink, to: Ink, time t: Double, size: Int) -> Image {
    func drops(_ ink: Ink, _ share: Double) -> [(x: Double, y: Double, amount: Double)] {
      zip(ink.places, ink.masses).map { ($0.0, $0.1, $1 * ink.total * share) }
    }
    return image(of: drops(from, 1 - t) + drops(to, t), size: size)
  }

  /// White drops on black. One whole pixel of ink covers one pixel's area with brightness 1, spread as a bell.
  private func image(of drops: [(x: Double, y: Double, amount: Double)], size: Int) -> Image {
    let zoom = Double(Self.zoom)
    let side = size * Self.zoom
    var light = Array(repeating: 0.0, count: side * side)
    let width = Self.dropWidth * zoom
    let reach = Int((3 * width).rounded(.up))
    for drop in drops {
      // The middle of pixel k of the digit lies at k + ½ of its side.
      let (cx, cy) = ((drop.x + 0.5) * zoom - 0.5, (drop.y + 0.5) * zoom - 0.5)
      let columns = max(0, Int(cx) - reach)..<max(0, min(side, Int(cx) + reach + 2))
      let rows = max(0, Int(cy) - reach)..<max(0, min(side, Int(cy) + reach + 2))
      let across = columns.map { Foundation.exp(-0.5 * square((Double($0) - cx) / width)) }
      let height = drop.amount * zoom * zoom / (2 * Double.pi * width * width)
      for row in rows {
        let factor = height * Foundation.exp(-0.5 * square((Double(row) - cy) / width))
        for (offset, column) in columns.enumerated() { light[row * side + column] += factor * across[offset] }
      }
    }
    // A little brighter than life, so that thin strokes stay white.
    return Image(gray: light.map { Float(min(1, 1.25 * $0)) }, width: side, height: side, low: 0, high: 1)
  }

  private func square(_ x: Double) -> Double { x * x }
}
