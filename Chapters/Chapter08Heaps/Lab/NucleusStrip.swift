import Figures
import Foundation

/// The most probable tokens of a law in falling order: a bar and a picture each, coloured by the smallest of some p
/// whose nucleus holds it.
struct NucleusStrip: Drawable {
  var title: String
  /// What the law was made from, drawn large on the left.
  var source: Image
  var sourceLabel: String
  /// In falling order: probability, the mass up to and including it, and its picture.
  var tokens: [(probability: Double, mass: Double, picture: Image)]
  /// How many tokens each p keeps, p rising.
  var kept: [(p: Double, count: Int)]

  static let colors = [Color.palette(2), Color.palette(0), Color.palette(4)]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.x + 150, rectangle.y + 16), isBold: true)
    let picture = Rectangle(x: rectangle.x + 8, y: rectangle.y + 46, width: 112, height: 112)
    canvas.draw(source, in: picture)
    canvas.text(
      sourceLabel, at: Point(picture.midX, picture.maxY + 18), color: .softInk, size: 12, horizontal: .center)
    let area = rectangle.inset(left: 150, top: 28, right: 8, bottom: 0)
    let cell = area.width / Double(max(1, tokens.count))
    let barHeight = area.height - cell - 90
    let top = tokens.map(\.probability).max() ?? 1
    for (rank, token) in tokens.enumerated() {
      let nucleus = kept.firstIndex { rank < $0.count }
      let color = nucleus.map { Self.colors[$0] } ?? .frame
      let x = area.x + cell * Double(rank)
      let height = max(1, barHeight * token.probability / top)
      let base = area.y + 52 + barHeight
      canvas.fill(
        Rectangle(x: x + cell * 0.14, y: base - height, width: cell * 0.72, height: height), color: color)
      let tile = Rectangle(x: x + 2.5, y: base + 5, width: cell - 5, height: cell - 5)
      canvas.draw(token.picture, in: tile)
      if nucleus == nil {
        canvas.fill(tile, color: Color.white.opacity(0.6))
      }
      canvas.stroke(tile, color: color, width: 2.5)
      canvas.text(
        NumberText.fixed(token.mass, digits: 2), at: Point(tile.midX, tile.maxY + 13),
        color: color == .frame ? .softInk : color,
        size: 11, horizontal: .center, vertical: .middle)
      // The token with which the mass reaches p: without it, the nucleus would hold less than it promises.
      if let nucleus, rank == kept[nucleus].count - 1 {
        // A row for each p, so that the labels of a peaked law do not lie upon each other.
        let row = area.y + 10 + 15 * Double(nucleus)
        canvas.line(
          from: Point(x + cell, row - 5), to: Point(x + cell, tile.maxY + 22), color: color, width: 1.6,
          dash: [4, 4])
        canvas.text(
          "p = " + kept.filter { $0.count == rank + 1 }.map { NumberText.short($0.p) }.joined(separator: ", "),
          at: Point(x + cell + 5, row), color: color, size: 12, vertical: .middle)
      }
    }
  }
}
