import Chapter09SpanningTrees
import Figures

/// A hierarchy of merges as a tree that stands on its leaves: two clusters are joined at the height of their merge.
struct Dendrogram: Drawable {
  let title: String
  let merges: [Merge]
  /// The colour of each point; a cluster has the colour of its points if they agree, and is gray otherwise.
  let colors: [Color]
  /// A dashed line at this height.
  var cut: Double?
  /// A strip of the points' colours below the leaves.
  var hasStrip = true

  private static let gray = Color(hex: 0x8b95a1)

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      title, at: Point(rectangle.midX, rectangle.y + 4), size: 14, isBold: true, horizontal: .center, vertical: .top)
    let frame = rectangle.inset(left: 44, top: 30, right: 6, bottom: hasStrip ? 22 : 8)
    let count = merges.count + 1
    let highest = 1.05 * (merges.last?.height ?? 1)
    func y(_ height: Double) -> Double { frame.maxY - frame.height * height / highest }
    drawAxis(on: &canvas, frame: frame, highest: highest, y: y)
    var xs = [Double](repeating: 0, count: count + merges.count)
    for (rank, leaf) in Self.leaves(merges).enumerated() {
      xs[leaf] = frame.x + frame.width * (Double(rank) + 0.5) / Double(count)
    }
    var tops = [Double](repeating: 0, count: count + merges.count)
    var inks = colors + merges.map { _ in Self.gray }
    let thickness = max(0.8, min(1.6, 220 / Double(count)))
    for (index, merge) in merges.enumerated() {
      let cluster = count + index
      let (a, b) = (merge.first, merge.second)
      xs[cluster] = (xs[a] + xs[b]) / 2
      tops[cluster] = merge.height
      inks[cluster] = inks[a] == inks[b] ? inks[a] : Self.gray
      for child in [a, b] {
        canvas.line(
          from: Point(xs[child], y(tops[child])), to: Point(xs[child], y(merge.height)), color: inks[child],
          width: thickness)
      }
      canvas.line(
        from: Point(xs[a], y(merge.height)), to: Point(xs[b], y(merge.height)), color: inks[cluster], width: thickness)
    }
    if hasStrip {
      let width = frame.width / Double(count)
      for leaf in 0..<count {
        canvas.fill(
          Rectangle(x: xs[leaf] - width / 2, y: frame.maxY + 5, width: width, height: 12), color: colors[leaf])
      }
    }
    if let cut {
      canvas.line(
        from: Point(frame.x, y(cut)), to: Point(frame.maxX, y(cut)), color: .ink, width: 1.4, dash: [6, 4])
    }
  }

  private func drawAxis(on canvas: inout Canvas, frame: Rectangle, highest: Double, y: (Double) -> Double) {
    var step = 1.0
    while highest / step < 3 { step /= 10 }
    while highest / step > 30 { step *= 10 }
    if highest / step > 12 { step *= 5 } else if highest / step > 6 { step *= 2 }
    for tick in stride(from: 0, through: highest, by: step) {
      canvas.line(from: Point(frame.x, y(tick)), to: Point(frame.maxX, y(tick)), color: .grid, width: 1)
      canvas.text(
        NumberText.short(tick), at: Point(frame.x - 7, y(tick)), color: .softInk, size: 11, horizontal: .right,
        vertical: .middle)
    }
  }

  /// The points in an order in which no two branches cross.
  private static func leaves(_ merges: [Merge]) -> [Int] {
    let count = merges.count + 1
    var stack = [count + merges.count - 1]
    var leaves: [Int] = []
    while let cluster = stack.popLast() {
      if cluster < count {
        leaves.append(cluster)
      } else {
        stack += [merges[cluster - count].second, merges[cluster - count].first]
      }
    }
    return leaves
  }
}
