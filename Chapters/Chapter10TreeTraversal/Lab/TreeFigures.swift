import Chapter10TreeTraversal
import Figures
import LabKit
import Tensors

/// Trees drawn and walked (exercises 10.4, 10.5 and 10.6): the same for everybody who solved them.
struct TreeFigures {
  let writer: FigureWriter
  /// Exact figures do not follow --seed: they are compared by pixel.
  private let random = RandomStream(seed: 10)

  init(_ writer: FigureWriter) { self.writer = writer }

  // MARK: - tidy-tree

  func tidyTree() throws -> TextTable {
    var rng = random.stream("tidy")
    let search = try BinaryTree.searchTree(inserting: rng.permutation(220))
    let uniform = try BinaryTree.random(count: 220, using: &rng)
    var rows: [[String]] = []
    var drawings: [[any Drawable]] = []
    var metrics: [String: Double] = [:]
    for (name, tree) in [("a search tree of 220 random keys", search), ("one of all trees of 220 nodes", uniform)] {
      let (columns, tidy) = (try TreeLayout.columns(tree), try TreeLayout.tidy(tree))
      let colors = try Self.colors(of: tree, by: tree.order(.inOrder))
      drawings.append([
        TreeDrawing(
          title: "\(name): in-order is x, \(NumberText.short(columns.width)) wide", tree: tree, layout: columns,
          colors: colors, radius: 4.2, edgeWidth: 1),
        TreeDrawing(
          title: "the same, tidy: \(NumberText.short(tidy.width)) wide", tree: tree, layout: tidy, colors: colors,
          radius: 4.2, edgeWidth: 1),
      ])
      rows.append([
        name, "\(tidy.depth)", NumberText.short(columns.width), NumberText.short(tidy.width),
      ])
      metrics["\(name): tidy width"] = tidy.width
    }
    try writer.write(
      FigureGrid(drawings, gap: 28).image(width: 1560, height: 1120, scale: 1.5), as: "tidy-tree", kind: .exact,
      metrics: metrics)
    return TextTable(["tree", "levels below the root", "width, in-order as x", "width, tidy"], rows)
  }

  /// Dark for the first node of an order, bright for the last.
  private static func colors(of tree: BinaryTree, by order: [Int]) -> [Color] {
    var colors = [Color](repeating: .white, count: tree.count)
    for (time, node) in order.enumerated() { colors[node] = color(time, of: order.count) }
    return colors
  }

  private static func color(_ time: Int, of count: Int) -> Color {
    ColorMap.viridis.color(Double(time) / Double(max(1, count - 1)))
  }

  // MARK: - film-strip

  func filmStrip() throws {
    var rng = random.stream("film strip")
    let tree = try BinaryTree.searchTree(inserting: rng.permutation(63))
    let layout = try TreeLayout.tidy(tree)
    var queue = NodeQueue()
    let byLevel = try levelOrder(tree, queue: &queue)
    try requireEveryNode(byLevel, of: tree.count, "levelOrder", exercise: "10.5")
    var strips: [(String, [Int])] = try TraversalOrder.allCases.map { ($0.rawValue, try tree.order($0)) }
    strips.append(("level order", byLevel))
    let moments = [8, 20, 36, 63]
    let rows = strips.map { name, order in
      moments.map { moment -> any Drawable in
        var colors = [Color](repeating: .white, count: tree.count)
        for (time, node) in order.prefix(moment).enumerated() { colors[node] = Self.color(time, of: tree.count) }
        return TreeDrawing(
          title: "\(name): \(moment) visited", tree: tree, layout: layout, colors: colors, radius: 6,
          ringed: moment < tree.count ? [order[moment - 1]] : [])
      }
    }
    try writer.write(
      FigureGrid(rows, gap: 22).image(width: 1640, height: 1120, scale: 1.5), as: "film-strip", kind: .exact)
  }

  // MARK: - morris

  func morris() throws {
    let tree = try BinaryTree.searchTree(inserting: [8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15])
    let layout = try TreeLayout.columns(tree)
    var links = ThreadableTree(tree)
    var visited: [Int] = []
    var frames: [(visited: [Int], tree: BinaryTree)] = []
    try morrisInOrder(&links) { node, now in
      visited.append(node)
      frames.append((visited, now))
      return true
    }
    try requireEveryNode(visited, of: tree.count, "morrisInOrder", exercise: "10.6")
    guard links.tree == tree else {
      throw LabError.wrongAnswer("morrisInOrder left threads in the tree", exercise: "10.6")
    }
    let drawings = [1, 2, 4, 6, 8, 12].map { moment -> any Drawable in
      let frame = frames[moment - 1]
      var colors = [Color](repeating: .white, count: tree.count)
      for (time, node) in frame.visited.enumerated() { colors[node] = Self.color(time, of: tree.count) }
      let threads = tree.nodes.indices.compactMap { node -> (from: Int, to: Int)? in
        guard let target = frame.tree[node].right, tree[node].right == nil else { return nil }
        return (node, target)
      }
      let count = ["no thread", "one thread"].dropFirst(threads.count).first ?? "\(threads.count) threads"
      return TreeDrawing(
        title: "visiting \(tree[frame.visited[moment - 1]].value): \(count)", tree: tree, layout: layout,
        colors: colors, radius: 13, edgeWidth: 1.6, labels: tree.nodes.map { "\($0.value)" }, labelSize: 13,
        ringed: [frame.visited[moment - 1]], threads: threads)
    }
    try writer.write(
      FigureGrid([Array(drawings[0..<3]), Array(drawings[3..<6])], gap: 30).image(
        width: 1560, height: 680, scale: 1.5), as: "morris", kind: .exact)
  }
}
