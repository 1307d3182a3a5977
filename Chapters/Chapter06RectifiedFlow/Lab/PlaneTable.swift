import Foundation
import LabKit

/// The tables behind the lesson's claims: several seeds, each number with its spread.
struct PlaneTable {
  let seeds: [UInt64]
  let isQuick: Bool

  static let generations = ["1-rectified flow", "2-rectified flow", "3-rectified flow"]

  /// Trains everything with every seed.
  func print(to out: (String) -> Void) throws {
    struct Item {
      let law: PlaneLaw
      let seed: UInt64
      let usesTransport: Bool
    }
    let isQuick = isQuick
    let items = PlaneLaw.allCases.flatMap { law in
      [false, true].flatMap { usesTransport in
        seeds.map { Item(law: law, seed: $0, usesTransport: usesTransport) }
      }
    }
    let runs = try concurrently(items, title: "table") { item in
      var flow = PlaneFlow(law: item.law, seed: item.seed, usesTransport: item.usesTransport)
      if item.usesTransport { flow.generations = 2 }
      if isQuick { (flow.steps, flow.pairCount, flow.sampleCount) = (30, 200, 200) }
      return try flow.run()
    }
    for (index, law) in PlaneLaw.allCases.enumerated() {
      let own = runs[2 * index * seeds.count..<2 * (index + 1) * seeds.count]
      out(Self.table(law, seeds: seeds, runs: Array(own.prefix(seeds.count)), titles: Self.generations))
      out(
        Self.table(
          law, seeds: seeds, runs: Array(own.suffix(seeds.count)),
          titles: ["1-RF on OT pairs", "2-RF after it"]))
    }
  }

  /// One row a flow, and one for what was distilled from it.
  static func table(_ law: PlaneLaw, seeds: [UInt64], runs: [[PlaneFlow.Outcome]], titles: [String]) -> String {
    func cell(_ values: [Double]) -> String {
      let mean = values.reduce(0, +) / Double(values.count)
      guard values.count > 1 else { return mean.short }
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return "\(mean.short) ± \((squares / Double(values.count - 1)).squareRoot().short)"
    }
    func cell(_ samples: [PlaneFlow.Samples]) -> String {
      var text = cell(samples.map(\.energy))
      let modes = samples.compactMap(\.modes)
      if let least = modes.min(), let most = modes.max() {
        text += least == most ? ", \(least)" : ", \(least)–\(most)"
        text += " (\(cell(samples.compactMap(\.highQuality))))"
      }
      return text
    }
    var rows: [[String]] = []
    for (index, title) in titles.enumerated() {
      let own = runs.map { $0[index] }
      let samples = PlaneFlow.stepCounts.indices.map { count in cell(own.map { $0.samples[count] }) }
      rows.append([title, cell(own.map(\.straightness)), cell(own.map(\.cost))] + samples)
      let distilled = own.compactMap(\.distilled)
      if !distilled.isEmpty { rows.append(["  distilled", "", "", cell(distilled)]) }
    }
    let measured = law == .ring ? "energy distance, modes of 8 (good samples)" : "energy distance"
    return "\(law.rawValue), seeds \(seeds.map(String.init).joined(separator: " ")): \(measured); "
      + "random pairs cost \(cell(runs.map { $0[0].randomCost }))\n"
      + TextTable(
        ["flow", "S", "E‖Z₁ − Z₀‖²"] + PlaneFlow.stepCounts.map { $0 == 1 ? "1 step" : "\($0) steps" }, rows
      ).description
  }
}
