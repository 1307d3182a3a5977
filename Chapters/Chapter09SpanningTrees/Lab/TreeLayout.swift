import Chapter09SpanningTrees
import Figures
import Foundation

/// Places in the unit square for the vertices of a tree, so that no edges cross or nearly none.
///
/// First every subtree gets a wedge in proportion to its leaves (Felsenstein's equal-angle layout of unrooted trees); then the
/// vertices push each other apart while the edges hold them together (Fruchterman and Reingold 1991), which fills the page.
struct TreeLayout {
  let places: [Point]

  /// - Parameter spacing: the least distance of two places to aim at.
  init(_ tree: [Edge], count: Int, spacing: Double, steps: Int = 220) {
    var neighbours = [[Int]](repeating: [], count: count)
    for edge in tree {
      neighbours[edge.u].append(edge.v)
      neighbours[edge.v].append(edge.u)
    }
    var (xs, ys) = TreeLayout.wedges(neighbours)
    TreeLayout.relax(&xs, &ys, tree: tree, steps: steps)
    TreeLayout.fit(&xs)
    TreeLayout.fit(&ys)
    TreeLayout.separate(&xs, &ys, tree: tree, spacing: spacing)
    TreeLayout.fit(&xs)
    TreeLayout.fit(&ys)
    places = zip(xs, ys).map { Point($0, $1) }
  }

  /// To the interval from 0 to 1.
  private static func fit(_ values: inout [Double]) {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    for index in values.indices { values[index] = (values[index] - low) / max(high - low, 1e-9) }
  }

  /// Moves apart whoever is nearer than `spacing`, and draws together edges that became long.
  private static func separate(_ xs: inout [Double], _ ys: inout [Double], tree: [Edge], spacing: Double) {
    for step in 0..<160 {
      for u in xs.indices {
        for v in u + 1..<max(xs.count, u + 1) {
          let (a, b) = (xs[u] - xs[v], ys[u] - ys[v])
          guard abs(a) < spacing, abs(b) < spacing else { continue }
          let distance = hypot(a, b)
          guard distance < spacing, distance > 1e-9 else { continue }
          let push = 0.25 * (spacing - distance) / distance
          xs[u] += a * push
          ys[u] += b * push
          xs[v] -= a * push
          ys[v] -= b * push
        }
      }
      if step > 120 { continue }
      for edge in tree {
        let (a, b) = (xs[edge.u] - xs[edge.v], ys[edge.u] - ys[edge.v])
        let distance = hypot(a, b)
        guard distance > 1.3 * spacing else { continue }
        let pull = 0.1 * (distance - 1.3 * spacing) / distance
        xs[edge.u] -= a * pull
        ys[edge.u] -= b * pull
        xs[edge.v] += a * pull
        ys[edge.v] += b * pull
      }
    }
  }

  private static func wedges(_ neighbours: [[Int]]) -> (xs: [Double], ys: [Double]) {
    let root = neighbours.indices.max { neighbours[$0].count < neighbours[$1].count } ?? 0
    var parents = [Int](repeating: -1, count: neighbours.count)
    var order = [root]
    var next = 0
    while next < order.count {
      let vertex = order[next]
      next += 1
      for neighbour in neighbours[vertex] where neighbour != parents[vertex] {
        parents[neighbour] = vertex
        order.append(neighbour)
      }
    }
    var leaves = [Double](repeating: 0, count: neighbours.count)
    for vertex in order.reversed() {
      leaves[vertex] = max(leaves[vertex], 1)
      if parents[vertex] >= 0 { leaves[parents[vertex]] += leaves[vertex] }
    }
    var (xs, ys) = (leaves.map { _ in 0.0 }, leaves.map { _ in 0.0 })
    var wedge = leaves.map { _ in (from: 0.0, to: 2 * Double.pi) }
    for vertex in order {
      var start = wedge[vertex].from
      let share = (wedge[vertex].to - wedge[vertex].from) / max(leaves[vertex], 1)
      for child in neighbours[vertex] where child != parents[vertex] {
        let end = start + share * leaves[child]
        wedge[child] = (from: start, to: end)
        xs[child] = xs[vertex] + cos((start + end) / 2)
        ys[child] = ys[vertex] + sin((start + end) / 2)
        start = end
      }
    }
    return (xs, ys)
  }

  private static func relax(_ xs: inout [Double], _ ys: inout [Double], tree: [Edge], steps: Int) {
    let count = xs.count
    for step in 0..<steps {
      var (dx, dy) = (xs.map { _ in 0.0 }, ys.map { _ in 0.0 })
      for u in 0..<count {
        let (x, y) = (xs[u], ys[u])
        var (sumX, sumY) = (0.0, 0.0)
        for v in u + 1..<max(count, u + 1) {
          let (a, b) = (x - xs[v], y - ys[v])
          let push = 1 / (a * a + b * b + 0.01)
          sumX += a * push
          sumY += b * push
          dx[v] -= a * push
          dy[v] -= b * push
        }
        dx[u] += sumX
        dy[u] += sumY
      }
      for edge in tree {
        let (a, b) = (xs[edge.u] - xs[edge.v], ys[edge.u] - ys[edge.v])
        let pull = (a * a + b * b).squareRoot()
        dx[edge.u] -= a * pull
        dy[edge.u] -= b * pull
        dx[edge.v] += a * pull
        dy[edge.v] += b * pull
      }
      let warmth = 0.25 * (1 - Double(step) / Double(steps)) + 0.01
      for vertex in 0..<count {
        let length = hypot(dx[vertex], dy[vertex])
        guard length > 0 else { continue }
        let reach = min(length, warmth) / length
        xs[vertex] += dx[vertex] * reach
        ys[vertex] += dy[vertex] * reach
      }
    }
  }
}

/// A tree of pictures: a tile at each vertex in the colour of its group, and edges between groups in another colour.
struct PictureTree: Drawable {
  let title: String
  let subtitle: String
  let tree: [Edge]
  let layout: TreeLayout
  /// Gray tiles, one a vertex.
  let tiles: [Image]
  /// The group of each vertex.
  let groups: [Int]
  let colors: [Color]
  /// The colour of edges between groups.
  var crossing = Color(hex: 0xffd166)
  var tileSize = 24.0

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      title, at: Point(rectangle.midX, rectangle.y + 6), size: 17, isBold: true, horizontal: .center, vertical: .top)
    canvas.text(
      subtitle, at: Point(rectangle.midX, rectangle.y + 30), color: .softInk, size: 14, horizontal: .center,
      vertical: .top)
    let frame = rectangle.inset(top: 54)
    canvas.fill(frame, color: ForestFrame.night)
    let inner = frame.inset(left: tileSize, top: tileSize, right: tileSize, bottom: tileSize)
    let places = layout.places.map { Point(inner.x + inner.width * $0.x, inner.y + inner.height * $0.y) }
    for edge in tree {
      let isCrossing = groups[edge.u] != groups[edge.v]
      canvas.line(
        from: places[edge.u], to: places[edge.v],
        color: isCrossing ? crossing : colors[groups[edge.u]].opacity(0.85), width: isCrossing ? 3 : 1.8)
    }
    for vertex in places.indices {
      let box = Rectangle(
        x: places[vertex].x - tileSize / 2, y: places[vertex].y - tileSize / 2, width: tileSize, height: tileSize)
      canvas.draw(Self.tinted(tiles[vertex], colors[groups[vertex]]), in: box)
      canvas.stroke(box, color: colors[groups[vertex]], width: 1.2)
    }
  }

  /// Ink in the colour, paper nearly black.
  private static func tinted(_ tile: Image, _ color: Color) -> Image {
    let night = ForestFrame.night
    func mix(_ ink: UInt8, _ paper: UInt8, _ level: UInt8) -> UInt8 {
      UInt8((Int(ink) * Int(level) + Int(paper) * (255 - Int(level))) / 255)
    }
    return Image(
      width: tile.width, height: tile.height, format: .rgb,
      pixels: tile.toGray().pixels.flatMap {
        [mix(color.red, night.red, $0), mix(color.green, night.green, $0), mix(color.blue, night.blue, $0)]
      })
  }
}
