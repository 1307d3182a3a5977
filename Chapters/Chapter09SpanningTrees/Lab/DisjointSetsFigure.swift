import Chapter09SpanningTrees
import Figures
import Foundation
import LabKit
import Tensors

/// disjoint-sets: how many steps a search takes, with and without the two rules that keep the trees low (exercise 9.1).
struct DisjointSetsFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 9)

  /// Trees of pointers with either rule, or neither.
  private struct PlainSets {
    var parents: [Int]
    var sizes: [Int]
    var steps = 0
    let bySize: Bool
    let halves: Bool

    init(count: Int, bySize: Bool, halves: Bool) {
      parents = Array(0..<count)
      sizes = Array(repeating: 1, count: count)
      self.bySize = bySize
      self.halves = halves
    }

    mutating func find(_ element: Int) -> Int {
      var element = element
      while parents[element] != element {
        steps += 1
        if halves { parents[element] = parents[parents[element]] }
        element = parents[element]
      }
      return element
    }

    mutating func unite(_ a: Int, _ b: Int) {
      var (large, small) = (find(a), find(b))
      if large == small { return }
      if bySize, sizes[large] < sizes[small] { swap(&large, &small) }
      parents[small] = large
      sizes[large] += sizes[small]
    }
  }

  private enum Order {
    case row, pairs, random
  }

  private static let rules = [
    ("neither rule", false, false), ("halving alone", false, true), ("by size alone", true, false),
    ("both", true, true),
  ]

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws -> TextTable {
    let exponents = Array(4...13)
    var plots: [Plot] = []
    var rows: [[String]] = []
    var metrics: [String: Double] = [:]
    for (name, order) in [("in a row", Order.row), ("in pairs of equals", .pairs), ("at random", .random)] {
      var plot = Plot(
        "United \(name)", x: Axis("n, the number of elements", scale: .log),
        y: Axis("steps a call of find", scale: .log, range: 0.2...3000))
      for (rule, bySize, halves) in Self.rules {
        // Without either rule a row costs n² in all, and so do random unions.
        let sizes = exponents.filter { order == .pairs || bySize || halves || $0 <= 11 }.map { 1 << $0 }
        let means = sizes.map { links(count: $0, order: order, bySize: bySize, halves: halves) }
        plot.line(x: sizes.map(Double.init), y: means, label: rule, width: 2, marker: .disc)
        if let last = means.last, let size = sizes.last {
          rows.append([name, rule, "\(size)", last.short])
          metrics["\(name), \(rule)"] = last
        }
      }
      let sizes = exponents.map { 1 << $0 }
      plot.line(
        x: sizes.map(Double.init), y: try sizes.map { try ownLinks(count: $0, order: order) },
        label: "your DisjointSets", color: .ink, width: 1.4, dash: [4, 4])
      plot.line(
        x: sizes.map(Double.init), y: try sizes.map { try labelChanges(count: $0, order: order) },
        label: "labels changed a union", color: .palette(5), width: 1.6, dash: [2, 3])
      plot.legend = .topLeft
      plots.append(plot)
    }
    try writer.write(
      Page(FigureGrid([plots.map { $0 }], gap: 16)).image(width: 1500, height: 460, scale: 1.5), as: "disjoint-sets",
      kind: .exact, metrics: metrics)
    return TextTable(["unions", "rule", "n", "steps a call"], rows)
  }

  /// The pairs to unite: each element with the one before it, so that without a rule the trees become one path; equal sets with
  /// equal sets, where sizes decide nothing; or any two.
  private func pairs(count: Int, order: Order) -> [(Int, Int)] {
    switch order {
    case .row: return (1..<count).map { ($0, $0 - 1) }
    case .pairs:
      var pairs: [(Int, Int)] = []
      var step = 1
      while step < count {
        pairs += stride(from: 0, to: count - step, by: 2 * step).map { ($0, $0 + step) }
        step *= 2
      }
      return pairs
    case .random:
      var rng = random.stream("pairs \(count)")
      return (0..<count).map { _ in (rng.integer(below: count), rng.integer(below: count)) }
    }
  }

  /// The elements that are looked up after the unions.
  private func questions(count: Int) -> [Int] {
    var rng = random.stream("questions \(count)")
    return (0..<2 * count).map { _ in rng.integer(below: count) }
  }

  /// Steps, divided by the number of calls of find. With halving a step goes two links up.
  private func links(count: Int, order: Order, bySize: Bool, halves: Bool) -> Double {
    var sets = PlainSets(count: count, bySize: bySize, halves: halves)
    let pairs = pairs(count: count, order: order)
    let questions = questions(count: count)
    for (a, b) in pairs { sets.unite(a, b) }
    for element in questions { _ = sets.find(element) }
    return Double(sets.steps) / Double(2 * pairs.count + questions.count)
  }

  /// The same for the exercise's sets, counted from outside by the path that each call finds.
  private func ownLinks(count: Int, order: Order) throws -> Double {
    var sets = try DisjointSets(count: count)
    let pairs = pairs(count: count, order: order)
    let questions = questions(count: count)
    var links = 0
    func steps(_ element: Int) -> Int {
      var (element, depth) = (element, 0)
      while sets.parents[element] != element, depth < count {
        element = sets.parents[element]
        depth += 1
      }
      // Halving goes two links at once.
      return (depth + 1) / 2
    }
    for (a, b) in pairs {
      links += steps(a) + steps(b)
      try sets.unite(a, b)
    }
    for element in questions {
      links += steps(element)
      _ = try sets.find(element)
    }
    return Double(links) / Double(2 * pairs.count + questions.count)
  }

  /// Labels that ``ComponentLabels`` changes, divided by the number of unions.
  private func labelChanges(count: Int, order: Order) throws -> Double {
    var components = ComponentLabels(count: count)
    let pairs = pairs(count: count, order: order)
    for (a, b) in pairs { components.unite(a, b) }
    return Double(components.changes) / Double(pairs.count)
  }
}
