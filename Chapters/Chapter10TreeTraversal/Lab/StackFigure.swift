import Chapter10TreeTraversal
import Figures
import Foundation
import LabKit
import Tensors

/// stacks: how much a traversal keeps in mind (exercises 10.3 to 10.7), counted.
struct StackFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 10)

  init(_ writer: FigureWriter) { self.writer = writer }

  /// Most that a traversal held at once, and what it did in all.
  private struct Cost {
    var name: String
    var peak: Int
    var pushes: Int
  }

  private static func costs(of tree: BinaryTree) throws -> [Cost] {
    var one = NodeStack()
    var three = NodeStack()
    var marked = MarkedStack()
    var queue = NodeQueue()
    let orders = [
      ("preOrder", "10.3", try preOrder(tree, stack: &one)),
      ("traverse", "10.4", try traverse(tree, in: .postOrder, stack: &three)),
      ("markedTraversal", "10.5", try markedTraversal(tree, steps: TraversalOrder.postOrder.steps, stack: &marked)),
      ("levelOrder", "10.5", try levelOrder(tree, queue: &queue)),
    ]
    for (name, exercise, order) in orders {
      try requireEveryNode(order, of: tree.count, name, exercise: exercise)
    }
    return [
      Cost(name: "one stack, pre-order", peak: one.peak, pushes: one.pushes),
      Cost(name: "the way from the root, any order", peak: three.peak, pushes: three.pushes),
      Cost(name: "marks, post-order", peak: marked.peak, pushes: marked.pushes),
      Cost(name: "queue, level order", peak: queue.peak, pushes: queue.enqueued),
    ]
  }

  // MARK: - The table

  func costs() throws -> TextTable {
    var rng = random.stream("table")
    let n = 4095
    let trees = [
      ("complete", try BinaryTree.complete(count: n)),
      ("search tree", try BinaryTree.searchTree(inserting: rng.permutation(n))),
      ("any tree", try BinaryTree.random(count: n, using: &rng)),
      ("left chain", try BinaryTree.chain(count: n, .left)),
      ("right chain", try BinaryTree.chain(count: n, .right)),
    ]
    let costs = try trees.map { try Self.costs(of: $0.1) }
    var rows = costs[0].indices.map { method in
      [costs[0][method].name, "\(costs[0][method].pushes)"] + costs.map { "\($0[method].peak)" }
    }
    var reads: [String] = []
    for (_, tree) in trees {
      var links = ThreadableTree(tree)
      try morrisInOrder(&links) { _, _ in true }
      reads.append("\(links.reads) reads, \(links.writes) writes")
    }
    rows.append(["no stack (Morris)", "0"] + reads)
    return TextTable(["\(n) nodes", "pushes"] + trees.map { "most at once: \($0.0)" }, rows)
  }

  // MARK: - The figure

  func draw() throws {
    let walks = try [walk("one of all trees of 3,000 nodes", isUniform: true), walk("a search tree", isUniform: false)]
    let grid = FigureGrid([[walks[0], try peaks(isUniform: true)], [walks[1], try peaks(isUniform: false)]], gap: 24)
    try writer.write(grid.image(width: 1500, height: 860, scale: 1.5), as: "stacks", kind: .exact)
  }

  private func walk(_ name: String, isUniform: Bool) throws -> Plot {
    var rng = random.stream("walk")
    let n = 3000
    let tree =
      isUniform
      ? try BinaryTree.random(count: n, using: &rng) : try BinaryTree.searchTree(inserting: rng.permutation(n))
    let tour = try eulerTour(tree)
    guard tour.nodes.count == 2 * n - 1, tour.depths.count == 2 * n - 1 else {
      throw LabError.wrongAnswer("eulerTour returned \(tour.nodes.count) places for \(n) nodes", exercise: "10.7")
    }
    let heights = tour.depths.map { Double($0 + 1) }
    var plot = Plot(
      "The stack on the walk around \(name)", x: Axis("links walked"),
      y: Axis("nodes on the stack", range: 0...(heights.max() ?? 1) * 1.08))
    let steps = heights.indices.map(Double.init)
    plot.band(x: steps, lower: steps.map { _ in 0 }, upper: heights, color: .palette(isUniform ? 0 : 2))
    plot.line(x: steps, y: heights, color: .palette(isUniform ? 0 : 2), width: 0.9)
    return plot
  }

  private func peaks(isUniform: Bool) throws -> Plot {
    var rng = random.stream("peaks")
    let counts = (writer.isQuick ? 4...9 : 4...13).map { 1 << $0 }
    let repeats = writer.isQuick ? 3 : 12
    var sums: [[Double]] = []
    var names: [String] = []
    for n in counts {
      var sum: [Double] = []
      for _ in 0..<repeats {
        let tree =
          isUniform
          ? try BinaryTree.random(count: n, using: &rng) : try BinaryTree.searchTree(inserting: rng.permutation(n))
        let costs = try Self.costs(of: tree)
        names = costs.map(\.name)
        if sum.isEmpty { sum = costs.map { _ in 0 } }
        for (index, cost) in costs.enumerated() { sum[index] += Double(cost.peak) / Double(repeats) }
      }
      sums.append(sum)
    }
    let xs = counts.map(Double.init)
    var plot = Plot(
      isUniform ? "The most at once: all shapes equally probable" : "The most at once: search trees",
      x: Axis("nodes", scale: .log), y: Axis("nodes on the stack or in the queue", scale: .log))
    if isUniform {
      plot.line(
        x: xs, y: xs.map { 2 * (Double.pi * $0).squareRoot() }, label: "2√(πn)", color: .softInk, width: 1.3,
        dash: [6, 4])
    } else {
      plot.line(
        x: xs, y: xs.map { 4.311 * Foundation.log($0) - 1.953 * Foundation.log(Foundation.log($0)) },
        label: "4.311 ln n − 1.953 ln ln n", color: .softInk, width: 1.3, dash: [6, 4])
    }
    for (index, name) in names.enumerated() {
      plot.line(x: xs, y: sums.map { $0[index] }, label: name, color: .palette([0, 2, 4, 3][index]), marker: .disc)
    }
    plot.legend = .topLeft
    return plot
  }
}
