import Chapter09SpanningTrees
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// linkage, digit-linkage: clusters by cutting the minimum spanning tree (exercise 9.7).
struct LinkageFigures {
  let writer: FigureWriter
  let random = RandomStream(seed: 9)

  private static let classColors = [
    0x5fa8ff, 0xef6f6c, 0x6fd08c, 0xffb347, 0xb58cff, 0x3ed6c5, 0xf49ac2, 0xc9a66b, 0xd7e26b, 0x9fb3c8,
  ].map { Color(hex: $0) }

  init(_ writer: FigureWriter) { self.writer = writer }

  // MARK: - Two moons and a blob

  private static let leastSize = 10

  func moons() throws -> TextTable {
    var rng = random.stream("moons")
    let moons = NoisyCurve.twoMoons(standardDeviation: 0.06)
    var points = (0..<220).map { _ in moons.sample(using: &rng) }
    points += (0..<60).map { _ in [2.45 + 0.14 * rng.nextNormal(), 0.85 + 0.14 * rng.nextNormal()] }
    let tree = try spanningTree(of: points)
    let merges = try singleLinkage(tree, count: points.count)
    try requireCount(merges.count, points.count - 1, of: "singleLinkage", exercise: "9.7")
    // The cut lies in the middle of the last interval of heights with three clusters.
    let heights = stride(from: 0.02, through: 0.6, by: 0.004).map { $0 }
    let modes = try heights.map { try modeCount(merges, cutAt: $0, minimumSize: Self.leastSize) }
    guard let last = modes.lastIndex(of: 3) else {
      throw LabError(
        "modeCount finds three clusters at no height. Start with its tests: swift test --filter Exercise9_7_")
    }
    let first = modes[..<last].lastIndex { $0 != 3 }.map { $0 + 1 } ?? 0
    let cut = (heights[first] + heights[last]) / 2
    let clusters = try clusters(merges, cutAt: cut)
    try requireCount(clusters.count, points.count, of: "clusters", exercise: "9.7")
    let colors = Self.colors(of: clusters)
    var counts = Plot(
      "Clusters of at least \(Self.leastSize) points", x: Axis("cut at height", range: 0...0.6), y: Axis("count"))
    // A staircase: the count holds until the next height.
    counts.line(
      x: heights.indices.flatMap { [heights[$0], heights[min($0 + 1, heights.count - 1)]] },
      y: modes.flatMap { [Double($0), Double($0)] }, color: .palette(0), width: 2.2)
    counts.verticalLine(cut, color: .ink, dash: [6, 4])
    try writer.write(
      Page(
        LinkagePage(
          tree: PointTree(
            title: "The minimum spanning tree, cut at \(cut.short)", points: points, tree: tree, colors: colors,
            cut: cut),
          dendrogram: Dendrogram(title: "Single linkage", merges: merges, colors: colors, cut: cut), counts: counts)
      ).image(width: 1500, height: 560, scale: 1.5), as: "linkage", kind: .exact,
      metrics: ["cut": cut])
    let sizes = Dictionary(clusters.map { ($0, 1) }, uniquingKeysWith: +).values.sorted(by: >)
    return TextTable(
      ["280 points: two moons and a blob", ""],
      [
        ["three clusters of ≥ \(Self.leastSize) for cuts", "from \(heights[first].short) to \(heights[last].short)"],
        ["cut in the middle of it", cut.short],
        ["sizes of the clusters there", sizes.map(String.init).joined(separator: ", ")],
      ])
  }

  /// The largest clusters get a colour each; those of few points are gray.
  private static func colors(of clusters: [Int]) -> [Color] {
    var sizes: [Int: Int] = [:]
    for cluster in clusters { sizes[cluster, default: 0] += 1 }
    var names: [Int: Color] = [:]
    for cluster in clusters where names[cluster] == nil {
      let large = names.values.filter { $0 != Color(hex: 0x8b95a1) }.count
      names[cluster] = sizes[cluster, default: 0] < leastSize ? Color(hex: 0x8b95a1) : classColors[large % 10]
    }
    return clusters.map { names[$0] ?? .black }
  }

  // MARK: - Digits

  func digits() throws -> TextTable {
    let digits = try DigitSheet.load().heldOut
    var rng = random.stream("digits")
    let perClass = 16
    let chosen = (0..<10).flatMap { label in
      rng.shuffled(digits.indices(ofClass: label)).prefix(perClass)
    }
    let labels = chosen.map { digits.labels[$0] }
    let images = digits.images(chosen)
    let all = Array(chosen.indices)
    let spaces = [
      ("features", DistanceTable(try DigitClassifier.trained().examine(images).features)),
      ("pixels", DistanceTable(images.reshaped([chosen.count, -1]))),
    ]
    var rows: [[String]] = []
    var dendrograms: [Dendrogram] = []
    var metrics: [String: Double] = [:]
    var map: PictureTree?
    for (name, table) in spaces {
      let tree = try table.spanningTree(of: all)
      let merges = try singleLinkage(tree, count: chosen.count)
      try requireCount(merges.count, chosen.count - 1, of: "singleLinkage", exercise: "9.7")
      let crossing = tree.count { labels[$0.u] != labels[$0.v] }
      let modes = try merges.map { try modeCount(merges, cutAt: $0.height, minimumSize: 5) }
      metrics["\(name): edges between classes"] = Double(crossing)
      let most = modes.max() ?? 0
      let best = try clusters(merges, cutAt: merges[modes.firstIndex(of: most) ?? 0].height)
      try requireCount(best.count, chosen.count, of: "clusters", exercise: "9.7")
      rows.append([
        name, "\(crossing) of \(tree.count)", "\(most)", Self.purity(best, labels, leastSize: 5),
      ])
      dendrograms.append(
        Dendrogram(
          title: "Single linkage in \(name)", merges: merges, colors: labels.map { Self.classColors[$0] }))
      if map == nil {
        map = PictureTree(
          title: "\(chosen.count) held-out digits, joined by their minimum spanning tree in features",
          subtitle: "a colour for each class; white: the \(crossing) edges between classes", tree: tree,
          layout: TreeLayout(tree, count: chosen.count, spacing: 0.056), tiles: chosen.map { digits.picture($0) },
          groups: labels, colors: Self.classColors, crossing: .white, tileSize: 27)
      }
    }
    if let map {
      try writer.write(
        Page(DigitLinkagePage(map: map, dendrograms: dendrograms)).image(width: 1600, height: 860, scale: 1.5),
        as: "digit-linkage", kind: .samples, metrics: metrics)
    }
    return TextTable(
      [
        "\(chosen.count) held-out digits", "edges between classes", "most clusters of ≥ 5 at a cut",
        "digits in them, of one class",
      ],
      rows)
  }

  /// How many points lie in large clusters, and how many of these belong to their cluster's commonest class.
  private static func purity(_ clusters: [Int], _ labels: [Int], leastSize: Int) -> String {
    var members: [Int: [Int]] = [:]
    for (cluster, label) in zip(clusters, labels) { members[cluster, default: []].append(label) }
    let large = members.values.filter { $0.count >= leastSize }
    let inside = large.reduce(0) { $0 + $1.count }
    let pure = large.reduce(0) { sum, labels in
      sum + (Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).values.max() ?? 0)
    }
    return "\(inside), \(pure)"
  }
}

/// Points of the plane with their tree; edges that the cut removes are dashed.
struct PointTree: Drawable {
  let title: String
  let points: [[Double]]
  let tree: [Edge]
  let colors: [Color]
  let cut: Double

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      title, at: Point(rectangle.midX, rectangle.y + 4), size: 14, isBold: true, horizontal: .center, vertical: .top)
    let frame = rectangle.inset(top: 30)
    canvas.fill(frame, color: ForestFrame.night)
    let xs = points.map { $0[0] }
    let ys = points.map { $0[1] }
    let (left, right, low, high) = (xs.min() ?? 0, xs.max() ?? 1, ys.min() ?? 0, ys.max() ?? 1)
    let unit = min((frame.width - 40) / (right - left), (frame.height - 40) / (high - low))
    func place(_ point: [Double]) -> Point {
      Point(
        frame.midX + unit * (point[0] - (left + right) / 2), frame.midY - unit * (point[1] - (low + high) / 2))
    }
    for edge in tree {
      let isCut = edge.weight > cut
      canvas.line(
        from: place(points[edge.u]), to: place(points[edge.v]), color: isCut ? .white : colors[edge.u],
        width: isCut ? 1.4 : 2, dash: isCut ? [5, 4] : [])
    }
    for index in points.indices { canvas.disc(at: place(points[index]), radius: 2.9, color: colors[index]) }
  }
}

/// The tree on the left, the dendrogram above the counts on the right.
private struct LinkagePage: Drawable {
  let tree: PointTree
  let dendrogram: Dendrogram
  let counts: Plot

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let left = rectangle.width * 0.56
    let right = rectangle.inset(left: left + 24)
    tree.draw(on: &canvas, in: Rectangle(x: rectangle.x, y: rectangle.y, width: left, height: rectangle.height))
    dendrogram.draw(
      on: &canvas, in: Rectangle(x: right.x, y: right.y, width: right.width, height: right.height * 0.58))
    counts.draw(
      on: &canvas,
      in: Rectangle(
        x: right.x, y: right.y + right.height * 0.6, width: right.width, height: right.height * 0.4))
  }
}

/// The map on the left, the dendrograms on the right.
private struct DigitLinkagePage: Drawable {
  let map: PictureTree
  let dendrograms: [Dendrogram]

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    let left = rectangle.width * 0.54
    map.draw(on: &canvas, in: Rectangle(x: rectangle.x, y: rectangle.y, width: left, height: rectangle.height))
    FigureGrid(dendrograms.map { [$0] }, gap: 18).draw(on: &canvas, in: rectangle.inset(left: left + 24))
  }
}
