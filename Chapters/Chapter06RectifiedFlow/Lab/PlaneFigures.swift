import Chapter06RectifiedFlow
import Figures
import Foundation
import LabKit
import Tensors

/// The figures of flows that were trained in the plane.
struct PlaneFigures {
  let writer: FigureWriter
  /// The flows of each law, first to last.
  let flows: [PlaneLaw: [PlaneFlow.Outcome]]

  private static let range = -2.8...2.8

  /// Trains on both laws at once.
  init(_ writer: FigureWriter, seed: UInt64) throws {
    self.writer = writer
    let isQuick = writer.isQuick
    let outcomes = try concurrently(PlaneLaw.allCases, title: "flows in the plane") { law in
      var flow = PlaneFlow(law: law, seed: seed)
      if isQuick { (flow.steps, flow.pairCount, flow.sampleCount) = (30, 200, 200) }
      return try flow.run(distills: law == .ring)
    }
    flows = Dictionary(uniqueKeysWithValues: zip(PlaneLaw.allCases, outcomes))
  }

  // MARK: - trajectories (exercises 6.1, 6.2 and 6.6)

  /// Lines of independent pairs, the paths of the flow trained on them, and those after reflow.
  func trajectories() throws {
    let rows = PlaneLaw.allCases.map { law in
      let flows = flows[law] ?? []
      let own = flows.prefix(2).map(\.paths)
      var rng = RandomStream(seed: writer.seed).stream("lines \(law.rawValue)")
      let ends = law.samples(own[0].count, using: &rng).scalars
      let lines = own[0].indices.map { Array(own[0][$0].prefix(2)) + ends[2 * $0...2 * $0 + 1] }
      let titles = [
        "\(law.rawValue): pairs at random", "1-rectified flow: S = \(flows[0].straightness.short)",
        "2-rectified flow: S = \(flows[1].straightness.short)",
      ]
      return zip(titles, [lines] + own).map { panel($0, paths: $1) as any Drawable }
    }
    var metrics: [String: Double] = [:]
    for (law, outcomes) in flows { metrics.merge(straightness(of: outcomes.prefix(2), law)) { $1 } }
    try writer.write(
      FigureGrid(rows).image(width: 1200, height: 830), as: "trajectories", kind: .samples, metrics: metrics)
  }

  /// S as metrics to compare runs by: itself for the first flow, its order of magnitude after reflow.
  private func straightness(of outcomes: ArraySlice<PlaneFlow.Outcome>, _ law: PlaneLaw) -> [String: Double] {
    var metrics: [String: Double] = [:]
    for (index, outcome) in outcomes.enumerated() {
      let name = "\(law.rawValue), \(index + 1)-RF"
      if index == 0 {
        metrics["\(name): S"] = outcome.straightness
      } else {
        metrics["\(name): -log10 S"] = -log10(outcome.straightness)
      }
    }
    return metrics
  }

  private func panel(_ title: String, paths: [[Float]]) -> Plot {
    var plot = Plot(title, x: Axis(range: Self.range), y: Axis(range: Self.range))
    plot.isEqual = true
    plot.legend = .none
    for path in paths {
      let x = stride(from: 0, to: path.count, by: 2).map { Double(path[$0]) }
      let y = stride(from: 1, to: path.count, by: 2).map { Double(path[$0]) }
      plot.line(x: x, y: y, color: Color.softInk.opacity(0.45), width: 1)
    }
    plot.scatter(interleaved: paths.flatMap { $0.prefix(2) }, color: .palette(1), radius: 2.2, opacity: 0.9)
    plot.scatter(interleaved: paths.flatMap { $0.suffix(2) }, color: .palette(0), radius: 2.2, opacity: 0.9)
    return plot
  }

  // MARK: - one-step (exercises 6.6 and 6.7)

  /// What one Euler step from t = 0 makes of the same noise.
  func oneStepSamples() throws {
    let ring = flows[.ring] ?? []
    var panels: [(title: String, samples: PlaneFlow.Samples)] = [
      ("1-rectified flow", ring[0].samples[0]), ("2-rectified flow", ring[1].samples[0]),
    ]
    if let distilled = ring[0].distilled { panels.append(("1-rectified flow, distilled", distilled)) }
    if let distilled = ring[1].distilled { panels.append(("2-rectified flow, distilled", distilled)) }
    var metrics: [String: Double] = [:]
    let plots = panels.map { title, samples in
      var plot = Plot(
        "\(title): energy distance \(samples.energy.short)", x: Axis(range: Self.range), y: Axis(range: Self.range))
      plot.isEqual = true
      plot.legend = .none
      plot.scatter(interleaved: samples.points, color: .palette(0), radius: 1.1, opacity: 0.5)
      if title == "1-rectified flow" {
        metrics["\(title): energy distance"] = samples.energy
      } else {
        metrics["\(title): good samples"] = samples.highQuality
      }
      return plot as any Drawable
    }
    try writer.write(
      FigureGrid([Array(plots[..<2]), Array(plots[2...])]).image(width: 860, height: 860), as: "one-step",
      kind: .samples, metrics: metrics)
  }

  // MARK: - straightness-and-cost (exercise 6.5)

  func straightnessAndCost() throws {
    func ticks(_ values: ClosedRange<Int>) -> [Axis.Tick] { values.map { Axis.Tick(Double($0), "\($0)") } }
    var straightness = Plot(
      "How far from straight", x: Axis("k of k-rectified flow", ticks: ticks(1...3)), y: Axis("S", scale: .log))
    var cost = Plot(
      "What the transport costs", x: Axis("k (0: pairs at random)", ticks: ticks(0...3)),
      y: Axis("E‖Z₁ − Z₀‖²", range: 0...4.5))
    var metrics: [String: Double] = [:]
    for law in PlaneLaw.allCases {
      let outcomes = flows[law] ?? []
      let generations = outcomes.indices.map { Double($0 + 1) }
      let costs = [outcomes[0].randomCost] + outcomes.map(\.cost)
      straightness.line(x: generations, y: outcomes.map(\.straightness), label: law.rawValue, marker: .disc)
      cost.line(x: [0] + generations, y: costs, label: law.rawValue, marker: .disc)
      metrics.merge(self.straightness(of: outcomes[...], law)) { $1 }
      for (index, outcome) in outcomes.enumerated() {
        metrics["\(law.rawValue), \(index + 1)-RF: cost"] = outcome.cost
      }
    }
    try writer.write(
      FigureGrid([[straightness, cost]]).image(width: 940, height: 380), as: "straightness-and-cost", kind: .samples,
      metrics: metrics)
  }

  // MARK: - The table of one seed

  var table: String {
    PlaneLaw.allCases.map { law in
      PlaneTable.table(law, seeds: [writer.seed], runs: [flows[law] ?? []], titles: PlaneTable.generations)
    }.joined(separator: "\n")
  }
}
