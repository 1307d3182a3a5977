import Figures
import Foundation

/// A heap as the tree that it stands for, with the array that it is underneath.
struct HeapTree: Drawable {
  var title: String
  var values: [Int]
  /// Where the element stands that is on its way.
  var moving: Int?
  /// The places that it is compared with here.
  var compared: [Int] = []
  /// The lower place of the two that were exchanged last: the edge above it is drawn thick.
  var exchanged: Int?

  private static let movingColor = Color.palette(1)
  private static let comparedColor = Color.palette(3)

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(title, at: Point(rectangle.midX, rectangle.y + 16), isBold: true, horizontal: .center)
    let levels = Self.level(of: values.count - 1) + 1
    let strip = Rectangle(x: rectangle.x + 6, y: rectangle.maxY - 46, width: rectangle.width - 12, height: 24)
    let tree = Rectangle(
      x: rectangle.x, y: rectangle.y + 44, width: rectangle.width, height: strip.y - rectangle.y - 72)
    let places = values.indices.map { place($0, of: levels, in: tree) }
    for child in values.indices.dropFirst() {
      let isExchanged = child == exchanged
      canvas.line(
        from: places[(child - 1) / 2], to: places[child], color: isExchanged ? Self.movingColor : .frame,
        width: isExchanged ? 4 : 1.5)
    }
    let radius = 15.0
    for (index, center) in places.enumerated() {
      let isMoving = index == moving
      if compared.contains(index) { canvas.disc(at: center, radius: radius + 4, color: Self.comparedColor) }
      canvas.disc(at: center, radius: radius + 1, color: isMoving ? Self.movingColor : .frame)
      canvas.disc(at: center, radius: radius, color: fill(index))
      canvas.text(
        "\(values[index])", at: center, color: isMoving ? .white : .ink, horizontal: .center, vertical: .middle)
    }
    let cell = strip.width / Double(max(1, values.count))
    for (index, value) in values.enumerated() {
      let box = Rectangle(x: strip.x + cell * Double(index), y: strip.y, width: cell, height: strip.height)
      canvas.fill(box, color: fill(index))
      canvas.stroke(
        box.inset(left: 0.5, top: 0.5, right: 0.5, bottom: 0.5),
        color: compared.contains(index) ? Self.comparedColor : .frame, width: compared.contains(index) ? 2.5 : 1)
      canvas.text(
        "\(value)", at: Point(box.midX, box.midY), color: index == moving ? .white : .ink, size: 11,
        horizontal: .center, vertical: .middle)
      canvas.text(
        "\(index)", at: Point(box.midX, box.maxY + 11), color: .softInk, size: 9, horizontal: .center,
        vertical: .middle)
    }
  }

  private func fill(_ index: Int) -> Color {
    guard index != moving else { return Self.movingColor }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    return ColorMap.mist.color(0.08 + 0.5 * Double(values[index] - low) / Double(max(1, high - low)))
  }

  private func place(_ index: Int, of levels: Int, in area: Rectangle) -> Point {
    let level = Self.level(of: index)
    let first = (1 << level) - 1
    let x = area.x + area.width * (Double(index - first) + 0.5) / Double(1 << level)
    return Point(x, area.y + area.height * Double(level) / Double(max(1, levels - 1)))
  }

  /// The moments of one sift, read off from what it moved: after t exchanges the first t places of the way look as they
  /// will in the end, and the element on its way stands at the next.
  static func steps(from before: [Int], to after: [Int], start: Int, isRising: Bool) -> [HeapTree] {
    var way = before.indices.filter { before[$0] != after[$0] }
    if isRising { way.reverse() }
    if way.first != start { way.insert(start, at: 0) }
    var values = before
    var trees: [HeapTree] = []
    for (step, place) in way.enumerated() {
      if step > 0 {
        values[way[step - 1]] = after[way[step - 1]]
        values[place] = before[start]
      }
      let around = isRising ? [(place - 1) / 2] : [2 * place + 1, 2 * place + 2]
      trees.append(
        HeapTree(
          title: "", values: values, moving: place,
          compared: around.filter { $0 != place && values.indices.contains($0) },
          exchanged: step == 0 ? nil : isRising ? way[step - 1] : place))
    }
    return trees
  }

  /// ⌊log₂(i + 1)⌋: how deep the i-th element lies.
  static func level(of index: Int) -> Int {
    index < 0 ? 0 : Int.bitWidth - 1 - (index + 1).leadingZeroBitCount
  }
}
