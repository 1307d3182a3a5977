import Figures
import Foundation

/// An array as the tree that a heap reads it as, drawn in rings: the first element in the middle, its two children
/// around it, and so on outwards; the darker, the smaller.
struct HeapDisc: Drawable {
  var title: String
  /// Elements 0 ..< n in any order.
  var values: [Int]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 16), isBold: true, horizontal: .center)
    let area = rectangle.inset(left: 4, top: 30, right: 4, bottom: 4)
    let center = Point(area.midX, area.midY)
    let levels = HeapTree.level(of: values.count - 1) + 1
    let ring = min(area.width, area.height) / 2 / Double(levels)
    // From the rim inwards, every ring a little too wide inside, so that no white shows between neighbours.
    for (index, value) in values.enumerated().reversed() {
      let color = ColorMap.viridis.color((Double(value) / Double(max(1, values.count - 1))).squareRoot())
      let level = HeapTree.level(of: index)
      guard level > 0 else {
        canvas.disc(at: center, radius: ring, color: color)
        continue
      }
      let count = Double(1 << level)
      let place = Double(index + 1 - (1 << level))
      let pieces = max(1, 128 >> level)
      let overlap = 0.04
      let angles = (0...pieces).map { piece in
        2 * Double.pi * (place + (1 + overlap) * Double(piece) / Double(pieces)) / count - Double.pi / 2
      }
      let (inner, outer) = (ring * Double(level) - 1, ring * Double(level + 1))
      let outline =
        angles.map { Point(center.x + outer * cos($0), center.y + outer * sin($0)) }
        + angles.reversed().map { Point(center.x + inner * cos($0), center.y + inner * sin($0)) }
      canvas.fill(outline, color: color)
    }
  }
}
