import Figures
import Foundation

/// The picture of a record.
struct Chart {
  let record: Record

  private static let colors: [Contestant: Color] = [
    .ours: .palette(1), .torch: .palette(0), .compiled: .palette(4), .jax: .palette(2), .openBLAS: .palette(3),
  ]

  func write(to url: URL) throws {
    var rows: [[(any Drawable)?]] = []
    let products = [1, 2].compactMap { matrixProducts(threads: $0) }
    if !products.isEmpty { rows.append(products) }
    let middle = [convolutions, steps].compactMap { $0 }
    if !middle.isEmpty { rows.append(middle) }
    let loops = ["1M", "64K"].compactMap { pointwise($0) }
    if !loops.isEmpty { rows.append(loops) }
    guard !rows.isEmpty else { return }
    let grid = FigureGrid(rows, title: "\(record.machine), \(record.cores) cores")
    try PNG.write(
      grid.image(width: 1400, height: Double(rows.count) * 360 + 30, scale: 1.5), to: url,
      text: ["Source": "Benchmarks/compare", "Machine": record.machine])
  }

  /// FLOP/s against the size of square matrices.
  private func matrixProducts(threads: Int) -> Plot? {
    let results = record.results.filter { $0.row.name.hasPrefix("matmul-") && $0.row.threads == threads }
      .filter { $0.row.sizes["m"] == $0.row.sizes["n"] && $0.row.sizes["m"] == $0.row.sizes["k"] }
    guard results.count > 1 else { return nil }
    var plot = Plot(
      "Matrix product n × n, \(threads == 1 ? "1 thread" : "\(threads) threads")",
      x: Axis(
        "n", scale: .log, ticks: results.map { Axis.Tick(Double($0.row.sizes["n"]!), "\($0.row.sizes["n"]!)") }),
      y: Axis("GFLOP/s", range: 0...(results.compactMap(\.peak).max() ?? 1) * 1.12e-9))
    for contestant in [Contestant.ours, .openBLAS, .torch, .jax] {
      let points = results.filter { $0.speed(contestant) != nil }
      plot.line(
        x: points.map { Double($0.row.sizes["n"]!) }, y: points.map { $0.speed(contestant)! / 1e9 },
        label: contestant.title, color: Self.colors[contestant], width: contestant == .ours ? 2.6 : 1.6, marker: .disc)
    }
    if let peak = results.compactMap(\.peak).max() { plot.horizontalLine(peak / 1e9, label: "the cores' peak") }
    return plot
  }

  private var convolutions: Plot? {
    let results = record.results.filter { $0.row.kind == "conv" && $0.time(.ours) != nil }
    guard !results.isEmpty else { return nil }
    let names = results.map { result in
      let s = result.row.sizes
      let pass = ["forward": "f", "input": "dx", "weight": "dw"][result.row.pass!]!
      return "\(s["h"]!)²\(s["kernel"] == 1 ? " 1×1" : s["stride"] == 2 ? " s2" : "") \(pass)"
    }
    var plot = bars(
      "Convolutions: forward (f), input gradient (dx), weight gradient (dw)", yLabel: "GFLOP/s", names: names,
      contestants: [.ours, .torch, .jax]
    ) { (results[$0].speed($1) ?? 0) / 1e9 }
    if let peak = results.compactMap(\.peak).max() { plot.horizontalLine(peak / 1e9, label: "the cores' peak") }
    return plot
  }

  /// Bars side by side, a group a name, everybody in the same colour in all pictures.
  private func bars(
    _ title: String, yLabel: String, names: [String], contestants: [Contestant], value: (Int, Contestant) -> Double
  ) -> Plot {
    let ticks = names.enumerated().filter { !$0.element.isEmpty }.map { Axis.Tick(Double($0.offset), $0.element) }
    var plot = Plot(title, x: Axis(range: -0.6...Double(names.count) - 0.4, ticks: ticks), y: Axis(yLabel))
    let width = 0.8 / Double(contestants.count)
    for (place, contestant) in contestants.enumerated() {
      let shift = (Double(place) - Double(contestants.count - 1) / 2) * width
      plot.bars(
        x: names.indices.map { Double($0) + shift }, heights: names.indices.map { value($0, contestant) },
        width: width * 0.92, label: contestant.title, color: Self.colors[contestant])
    }
    return plot
  }

  /// How many times as long as ours the others take.
  private func relative(_ title: String, _ results: [Result], names: [String]) -> Plot? {
    guard !results.isEmpty else { return nil }
    var plot = bars(title, yLabel: "time / ours", names: names, contestants: [.torch, .compiled, .jax]) {
      (results[$0].time($1) ?? 0) / (results[$0].time(.ours) ?? .infinity)
    }
    plot.horizontalLine(1, label: "ours")
    return plot
  }

  private var steps: Plot? {
    let results = record.results.filter { $0.row.group.hasPrefix("Steps") && $0.time(.ours) != nil }
    return relative("Whole steps", results, names: results.map(\.row.name))
  }

  private func pointwise(_ size: String) -> Plot? {
    let results = record.results.filter { $0.row.name.contains("-\(size)") && $0.time(.ours) != nil }
    let names = results.map { result in
      let name = String(result.row.name.prefix { $0 != "-" })
      return result.row.pass == "backward" ? "" : name
    }
    let title = size == "1M" ? "A million numbers" : "65,536 numbers"
    return relative("\(title): forward, and beside it forward + backward", results, names: names)
  }
}
