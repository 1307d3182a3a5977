import Chapter08Heaps
import Figures
import Foundation
import LabKit
import Tensors

/// A heap at work (exercises 8.1 and 8.2): the same for everybody who solved them.
struct HeapFigures {
  let writer: FigureWriter
  /// Exact figures do not follow --seed: they are compared by pixel.
  private let random = RandomStream(seed: 8)

  init(_ writer: FigureWriter) { self.writer = writer }

  // MARK: - sift (exercise 8.1)

  func sift() throws {
    var rng = random.stream("a heap to look at")
    var heap = rng.permutation(89).prefix(14).map { 10 + $0 }
    try heapify(&heap, by: <)

    let small = 4
    let appended = heap + [small]
    var risen = appended
    try siftUp(&risen, from: appended.count - 1, by: <)
    try requireCount(risen.count, appended.count, of: "siftUp", exercise: "8.1")
    let rise = HeapTree.steps(from: appended, to: risen, start: appended.count - 1, isRising: true)

    // Pop by hand, up to the moment when the last element lies at the root.
    var moved = risen
    let last = moved.removeLast()
    moved[0] = last
    var sunk = moved
    try siftDown(&sunk, from: 0, count: sunk.count, by: <)
    try requireCount(sunk.count, moved.count, of: "siftDown", exercise: "8.1")
    let sink = HeapTree.steps(from: moved, to: sunk, start: 0, isRising: false)

    let columns = max(rise.count, sink.count)
    func padded(_ trees: [HeapTree]) -> [(any Drawable)?] {
      trees + Array(repeating: nil, count: columns - trees.count)
    }
    var (first, second) = (rise, sink)
    for step in first.indices.dropFirst() { first[step].title = "exchanged with its parent" }
    for step in second.indices.dropFirst() { second[step].title = "exchanged with its smaller child" }
    first[first.count - 1].title = "exchanged, and there it stays"
    second[second.count - 1].title = "exchanged, and there it stays"
    first[0].title = "Push \(small): it starts at the end"
    second[0].title = "Pop: \(last), the last, takes the root"
    let grid = FigureGrid([padded(first), padded(second)], gap: 26)
    try writer.write(
      grid.image(width: 340 * Double(columns), height: 640, scale: 1.5), as: "sift", kind: .exact)
  }

  // MARK: - rings (exercises 8.1, 8.2)

  func rings() throws {
    var rng = random.stream("rings")
    let values = rng.permutation(1023)
    var heaped = values
    try heapify(&heaped, by: <)
    var pushed: [Int] = []
    for value in values { try heapPush(value, onto: &pushed, by: <) }
    let discs = [
      HeapDisc(title: "as they came", values: values),
      HeapDisc(title: "after heapify", values: heaped),
      HeapDisc(title: "pushed one by one", values: pushed),
      HeapDisc(title: "sorted", values: values.sorted()),
    ]
    try writer.write(
      FigureGrid([discs.map { $0 as any Drawable }], gap: 18).image(width: 1480, height: 390, scale: 1.5),
      as: "rings", kind: .exact)
  }

  // MARK: - comparisons (exercises 8.2 and 8.7)

  func comparisons() throws -> TextTable {
    let left = try comparisonsPerElement()
    let middle = try allOrdersOfEight()
    let right = try sorting()
    try writer.write(
      FigureGrid([[left, middle, right]]).image(width: 1500, height: 420, scale: 1.5), as: "comparisons", kind: .exact)
    return try table()
  }

  private func comparisonsPerElement() throws -> Plot {
    var rng = random.stream("comparisons")
    var plot = Plot(
      "Making a heap of n elements", x: Axis("n", scale: .log, range: 2...2100),
      y: Axis("comparisons per element", range: 0...3.4))
    let all = Array(2...64) + (1...60).map { Int((64 * Foundation.pow(32.0, Double($0) / 60)).rounded()) }
    let few = all.filter { $0 <= 8 || $0 > 64 || $0 % 4 == 0 }
    func perElement(_ counts: [Int], _ measure: (Int) throws -> Double) rethrows -> [Double] {
      try counts.map { try measure($0) / Double($0) }
    }
    let xs = all.map(Double.init)
    plot.line(
      x: few.map(Double.init),
      y: try perElement(few) { try Double(Self.pushCount(Array((0..<$0).reversed()))) },
      label: "one by one, falling (9.0 at the right)", color: .palette(1))
    plot.line(
      x: few.map(Double.init),
      y: try perElement(few) { n in
        try Self.mean((0..<8).map { _ in try Self.pushCount(rng.permutation(n)) })
      }, label: "one by one, random", color: .palette(3))
    plot.line(
      x: xs, y: try perElement(all) { try Double(heapifyWorstCase(count: $0)) }, label: "2n − 2s₂(n) − e₂(n)",
      color: .palette(0), width: 1.4)
    let worst = all.filter { $0 <= 16 || $0 % 5 == 0 || $0 > 64 }
    plot.scatter(
      x: worst.map(Double.init),
      y: try perElement(worst) { try Double(Self.heapifyCount(worstCaseForHeapify(count: $0))) },
      label: "heapify, its worst input", color: .palette(0), radius: 2.6)
    plot.line(
      x: few.map(Double.init),
      y: try perElement(few) { n in
        try Self.mean((0..<8).map { _ in try Self.heapifyCount(rng.permutation(n)) })
      }, label: "heapify, random", color: .palette(2))
    plot.legend = .bottomRight
    return plot
  }

  private func allOrdersOfEight() throws -> Plot {
    let n = 8
    var heapifyCounts = [Int](repeating: 0, count: 17)
    var pushCounts = heapifyCounts
    var order = Array(0..<n)
    try Self.forEachOrder(&order, n) { values in
      heapifyCounts[min(16, try Self.heapifyCount(values))] += 1
      pushCounts[min(16, try Self.pushCount(values))] += 1
    }
    var plot = Plot(
      "All 40,320 orders of eight elements",
      x: Axis("comparisons", range: 5.4...13.6, ticks: (6...13).map { Axis.Tick(Double($0), "\($0)") }),
      y: Axis("thousands of orders"))
    for (counts, name, color, offset) in [
      (heapifyCounts, "heapify", Color.palette(2), -0.2), (pushCounts, "one by one", Color.palette(3), 0.2),
    ] {
      let places = (0...16).filter { counts[$0] > 0 }
      plot.bars(
        x: places.map { Double($0) + offset }, heights: places.map { Double(counts[$0]) / 1000 }, width: 0.38,
        label: name, color: color)
    }
    let bound = try heapifyWorstCase(count: n)
    plot.verticalLine(Double(bound) + 0.46, label: "W(8) = \(bound)", color: .palette(0))
    return plot
  }

  private func sorting() throws -> Plot {
    var rng = random.stream("sorting")
    let counts = (0...22).map { Int((4 * Foundation.pow(512.0, Double($0) / 22)).rounded()) }
    var plot = Plot(
      "Sorting n elements", x: Axis("n", scale: .log), y: Axis("comparisons per element", range: 0...22))
    let xs = counts.map(Double.init)
    plot.line(
      x: xs, y: xs.map { 2 * Foundation.log2($0) }, label: "2 log₂ n", color: .softInk, width: 1.2, dash: [5, 4])
    let measured = try counts.map { n -> Double in
      try Self.mean((0..<6).map { _ in try Self.heapSortCount(rng.permutation(n)) }) / Double(n)
    }
    plot.line(x: xs, y: measured, label: "heap sort, random", color: .palette(4), marker: .disc)
    plot.line(
      x: xs, y: counts.map { Self.logFactorial($0) / Double($0) }, label: "least possible: log₂ n! / n",
      color: .palette(2))
    plot.legend = .topLeft
    return plot
  }

  /// The numbers that the lesson quotes.
  private func table() throws -> TextTable {
    var rng = random.stream("table")
    let rows = try [8, 100, 1000].map { n -> [String] in
      let orders = (0..<20).map { _ in rng.permutation(n) }
      return [
        "\(n)", "\(try heapifyWorstCase(count: n))", "\(try Self.heapifyCount(worstCaseForHeapify(count: n)))",
        try Self.mean(orders.map { try Self.heapifyCount($0) }).short,
        "\(try Self.pushCount(Array((0..<n).reversed())))", try Self.mean(orders.map { try Self.pushCount($0) }).short,
        Self.logFactorial(n).rounded(.up).short, try Self.mean(orders.map { try Self.heapSortCount($0) }).short,
      ]
    }
    return TextTable(
      [
        "n", "W(n)", "heapify, worst", "heapify, random", "one by one, falling", "one by one, random", "⌈log₂ n!⌉",
        "heap sort, random",
      ], rows)
  }

  // MARK: - Counting

  static func heapifyCount(_ values: [Int]) throws -> Int {
    var (elements, count) = (values, 0)
    try heapify(&elements) {
      count += 1
      return $0 < $1
    }
    return count
  }

  static func pushCount(_ values: [Int]) throws -> Int {
    var (heap, count): ([Int], Int) = ([], 0)
    for value in values {
      try heapPush(value, onto: &heap) {
        count += 1
        return $0 < $1
      }
    }
    return count
  }

  static func heapSortCount(_ values: [Int]) throws -> Int {
    var (elements, count) = (values, 0)
    try heapSort(&elements) {
      count += 1
      return $0 < $1
    }
    return count
  }

  static func mean(_ counts: [Int]) -> Double { Double(counts.reduce(0, +)) / Double(counts.count) }

  /// log₂ n!
  static func logFactorial(_ n: Int) -> Double { (1...n).reduce(0.0) { $0 + Foundation.log2(Double($1)) } }

  /// Every order of the first `count` elements once (Heap's algorithm: B. R. Heap, who has nothing to do with heaps).
  private static func forEachOrder(_ elements: inout [Int], _ count: Int, _ body: ([Int]) throws -> Void) rethrows {
    guard count > 1 else { return try body(elements) }
    for index in 0..<count {
      try forEachOrder(&elements, count - 1, body)
      if index < count - 1 { elements.swapAt(count % 2 == 0 ? index : 0, count - 1) }
    }
  }
}
