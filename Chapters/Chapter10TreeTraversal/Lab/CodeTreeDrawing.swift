import Chapter10TreeTraversal
import Figures

/// The tree of a prefix code for grays: 0 to the left, 1 to the right, and at each leaf its gray, its code, and how
/// often it came.
struct CodeTreeDrawing: Drawable {
  var codes: [[Bool]]
  var counts: [Int]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      "A Huffman code for the grays of blocks: what comes often hangs high",
      at: Point(rectangle.midX, rectangle.y + 20), size: 15, isBold: true, horizontal: .center)
    // Leaves from left to right in the order of their codes; an inner node stands midway over its outermost leaves.
    let symbols = codes.indices.filter { !codes[$0].isEmpty }.sorted {
      codes[$0].lexicographicallyPrecedes(codes[$1]) { !$0 && $1 }
    }
    let deepest = codes.map(\.count).max() ?? 1
    let area = rectangle.inset(left: 44, top: 64, right: 44, bottom: 84)
    let column = area.width / Double(max(1, symbols.count - 1))
    let total = counts.reduce(0, +)
    func y(_ level: Int) -> Double { area.y + area.height * Double(level) / Double(deepest) }
    /// The columns of the leaves whose codes begin so.
    func columns(_ prefix: ArraySlice<Bool>) -> [Int] {
      symbols.indices.filter { codes[symbols[$0]].starts(with: prefix) }
    }
    func place(_ prefix: ArraySlice<Bool>) -> Point {
      let own = columns(prefix)
      let middle = Double((own.first ?? 0) + (own.last ?? 0)) / 2
      return Point(area.x + column * middle, y(prefix.count))
    }
    var isDrawn = Set<[Bool]>()
    for symbol in symbols {
      let code = codes[symbol]
      for length in code.indices.reversed() where isDrawn.insert(Array(code[0...length])).inserted {
        let (above, below) = (place(code[0..<length]), place(code[0...length]))
        let share = Double(columns(code[0...length]).reduce(0) { $0 + counts[symbols[$1]] }) / Double(max(1, total))
        canvas.line(from: above, to: below, color: .frame, width: 1.2 + 9 * share.squareRoot())
        let middle = Point(
          (above.x + below.x) / 2 + (code[length] ? 9 : -9), (above.y + below.y) / 2 - (code[length] ? 4 : 7))
        canvas.text(code[length] ? "1" : "0", at: middle, color: .softInk, size: 12, horizontal: .center)
      }
    }
    for prefix in Set(isDrawn.map { Array($0.dropLast()) }) {
      canvas.disc(at: place(prefix[...]), radius: 4, color: .softInk)
    }
    for symbol in symbols {
      let center = place(codes[symbol][...])
      let size = 30.0
      let box = Rectangle(x: center.x - size / 2, y: center.y, width: size, height: size)
      let gray = UInt8(symbol * 255 / max(1, codes.count - 1))
      canvas.fill(box, color: Color(gray, gray, gray))
      canvas.stroke(box, color: .softInk, width: 1)
      canvas.text(
        codes[symbol].map { $0 ? "1" : "0" }.joined(), at: Point(center.x, box.maxY + 15), size: 12, isBold: true,
        horizontal: .center)
      canvas.text(
        percent(counts[symbol], of: total), at: Point(center.x, box.maxY + 31), color: .softInk, size: 11,
        horizontal: .center)
    }
  }

  private func percent(_ count: Int, of total: Int) -> String {
    let tenths = (1000 * count + total / 2) / max(1, total)
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
