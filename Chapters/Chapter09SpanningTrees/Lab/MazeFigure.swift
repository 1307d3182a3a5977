import Chapter09SpanningTrees
import Figures
import Foundation
import LabKit
import Tensors

/// mazes: a spanning tree of a grid drawn by Wilson's algorithm, and one by Kruskal's on edges in random order (exercise 9.9).
struct MazeFigure {
  let writer: FigureWriter
  let isQuick: Bool
  private let random = RandomStream(seed: 9)

  private static let width = 110
  private static let height = 110

  func draw() throws -> TextTable {
    let grid = try Graph.grid(width: Self.width, height: Self.height)
    var rng = random.stream("mazes")
    let trees = [
      ("Wilson: every maze equally likely", try wilson(grid, using: &rng)),
      ("Kruskal, edges in random order", try randomKruskal(grid, using: &rng)),
    ]
    var panels: [MazePanel] = []
    var metrics: [String: Double] = [:]
    for (name, tree) in trees {
      try requireCount(tree.edges.count, grid.vertexCount - 1, of: "a maze", exercise: "9.9")
      let maze = Maze(tree, of: grid)
      panels.append(MazePanel(title: name, width: Self.width, height: Self.height, maze: maze, graph: grid, tree: tree))
      metrics["\(name): longest way"] = Double(maze.longestWay.count - 1)
    }
    let longest = panels.map { $0.maze.longestWay.count }.max() ?? 1
    for index in panels.indices { panels[index].longest = longest }
    try writer.write(
      Page(FigureGrid([panels.map { $0 }], gap: 24)).image(width: 1500, height: 800, scale: 1.5), as: "mazes",
      kind: .exact,
      metrics: metrics)
    return try statistics()
  }

  /// What many mazes have in common.
  private func statistics() throws -> TextTable {
    let (side, runs) = (40, isQuick ? 4 : 24)
    let grid = try Graph.grid(width: side, height: side)
    var rng = random.stream("statistics")
    // Shares of cells with one, two, three and four openings in an infinite uniform spanning tree (Manna, Dhar and
    // Majumdar 1992).
    let p = Double.pi
    let law = [
      8 / (p * p) * (1 - 2 / p), 4 / p * (2 - 9 / p + 12 / (p * p)), 2 * (1 - 2 / p) * (1 - 6 / p + 12 / (p * p)),
      (4 / p - 1) * (1 - 2 / p) * (1 - 2 / p),
    ]
    var rows = [["law of the infinite grid", "—"] + law.map { percent($0) }]
    for (name, isUniform) in [("Wilson", true), ("Kruskal, random order", false)] {
      var openings = [Double](repeating: 0, count: 5)
      var cells = 0.0
      var lengths: [Double] = []
      for _ in 0..<runs {
        let tree = isUniform ? try wilson(grid, using: &rng) : try randomKruskal(grid, using: &rng)
        try requireCount(tree.edges.count, grid.vertexCount - 1, of: "a maze", exercise: "9.9")
        let maze = Maze(tree, of: grid)
        lengths.append(Double(maze.longestWay.count - 1))
        // Cells at the border have fewer neighbours: only the inner ones are like those of an infinite grid.
        for y in 5..<side - 5 {
          for x in 5..<side - 5 {
            openings[maze.openings(of: y * side + x)] += 1
            cells += 1
          }
        }
      }
      let mean = lengths.reduce(0, +) / Double(runs)
      let deviation = (lengths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, runs - 1))).squareRoot()
      rows.append(
        [name, "\(NumberText.fixed(mean, digits: 0)) ± \(NumberText.fixed(deviation, digits: 0))"]
          + (1...4).map { percent(openings[$0] / cells) })
    }
    return TextTable(
      ["\(runs) mazes of \(side) × \(side)", "longest way", "dead ends", "passages", "forks", "crossings"], rows)
  }

  private func percent(_ share: Double) -> String { NumberText.fixed(100 * share, digits: 1) + " %" }

  /// All spanning trees of a grid of 3 × 2 cells, and how often each is drawn.
  func smallGrid() throws -> TextTable {
    let grid = try Graph.grid(width: 3, height: 2)
    let draws = isQuick ? 1500 : 9000
    let trees = Foundation.exp(try logSpanningTreeCount(grid)).rounded()
    var rows: [[String]] = []
    for (name, isUniform) in [("Wilson", true), ("Kruskal, random order", false)] {
      var rng = random.stream("small \(name)")
      var counts: [[Int]: Int] = [:]
      for _ in 0..<draws {
        let tree = isUniform ? try wilson(grid, using: &rng) : try randomKruskal(grid, using: &rng)
        counts[tree.edges.sorted(), default: 0] += 1
      }
      let expected = Double(draws) / trees
      // A tree that never came adds its whole expectation.
      let missing = (trees - Double(counts.count)) * expected
      let chiSquare = counts.values.reduce(missing) {
        $0 + (Double($1) - expected) * (Double($1) - expected) / expected
      }
      rows.append([
        name, "\(counts.count) of \(NumberText.fixed(trees, digits: 0))", "\(counts.values.min() ?? 0)",
        "\(counts.values.max() ?? 0)", chiSquare.short,
      ])
    }
    return TextTable(
      ["\(draws) trees of a 3 × 2 grid", "different", "rarest", "commonest", "χ² for equal chances (14 d.f.)"], rows)
  }
}

/// The ways in a maze.
struct Maze {
  private let neighbours: [[Int]]
  /// The cells of one of the longest ways.
  let longestWay: [Int]
  /// How far each cell is from the beginning of that way; −1 if there is no way.
  let distances: [Int]

  init(_ tree: SpanningForest, of graph: Graph) {
    var neighbours = [[Int]](repeating: [], count: graph.vertexCount)
    for place in tree.edges where graph.edges.indices.contains(place) {
      let edge = graph.edges[place]
      neighbours[edge.u].append(edge.v)
      neighbours[edge.v].append(edge.u)
    }
    self.neighbours = neighbours
    // In a tree the cell farthest from any cell is an end of a longest way.
    let (first, _) = Maze.distances(from: 0, neighbours)
    let start = Maze.farthest(first)
    let (distances, parents) = Maze.distances(from: start, neighbours)
    self.distances = distances
    var way = [Maze.farthest(distances)]
    while let last = way.last, parents[last] >= 0 { way.append(parents[last]) }
    longestWay = way.reversed()
  }

  func openings(of cell: Int) -> Int { min(4, neighbours[cell].count) }

  private static func farthest(_ distances: [Int]) -> Int {
    distances.indices.max { distances[$0] < distances[$1] } ?? 0
  }

  /// Breadth first.
  private static func distances(from start: Int, _ neighbours: [[Int]]) -> (distances: [Int], parents: [Int]) {
    var distances = [Int](repeating: -1, count: neighbours.count)
    var parents = distances
    distances[start] = 0
    var queue = [start]
    var next = 0
    while next < queue.count {
      let cell = queue[next]
      next += 1
      for neighbour in neighbours[cell] where distances[neighbour] < 0 {
        distances[neighbour] = distances[cell] + 1
        parents[neighbour] = cell
        queue.append(neighbour)
      }
    }
    return (distances, parents)
  }
}

/// A maze, coloured by the distance from one end of its longest way, with that way in white.
struct MazePanel: Drawable {
  let title: String
  let width: Int
  let height: Int
  let maze: Maze
  let graph: Graph
  let tree: SpanningForest
  /// The distance that has the last colour.
  var longest = 1

  private static let map = ColorMap(
    stops: [0x2b2d6e, 0x5b3b98, 0x9a3f97, 0xd1495b, 0xef7b45, 0xf9b24a, 0xf7e08a].map { Color(hex: $0) })

  func draw(on canvas: inout Canvas, in rectangle: Rectangle) {
    canvas.text(
      title, at: Point(rectangle.midX, rectangle.y + 6), size: 17, isBold: true, horizontal: .center, vertical: .top)
    canvas.text(
      "longest way: \(maze.longestWay.count - 1) steps", at: Point(rectangle.midX, rectangle.y + 30), color: .softInk,
      size: 14, horizontal: .center, vertical: .top)
    let side = min(rectangle.width, rectangle.height - 54)
    let frame = Rectangle(x: rectangle.midX - side / 2, y: rectangle.y + 54, width: side, height: side)
    let cell = side / Double(max(width, height))
    canvas.fill(frame, color: ForestFrame.night)
    func center(_ index: Int) -> Point {
      Point(frame.x + (Double(index % width) + 0.5) * cell, frame.y + (Double(index / width) + 0.5) * cell)
    }
    for place in tree.edges {
      let edge = graph.edges[place]
      let share = Double(max(maze.distances[edge.u], maze.distances[edge.v])) / Double(longest)
      canvas.line(from: center(edge.u), to: center(edge.v), color: Self.map.color(share), width: 0.62 * cell)
    }
    canvas.stroke(maze.longestWay.map(center), color: .white, width: 0.3 * cell)
    for end in [maze.longestWay.first, maze.longestWay.last].compactMap({ $0 }) {
      canvas.disc(at: center(end), radius: 0.9 * cell, color: .white)
    }
  }
}
