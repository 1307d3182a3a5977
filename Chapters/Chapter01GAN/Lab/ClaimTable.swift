import Chapter01GAN
import Foundation
import LabKit

/// The tables behind the lesson's sections on mode collapse and top-k: several seeds, only one thing varied at a time.
struct ClaimTable {
  /// Steps of each training.
  static let standardSteps = 3000

  let seeds: [UInt64]
  let steps: Int

  private struct Outcome {
    let modes: Int
    let occupied: Int
    let quality: Double
  }

  private struct Row {
    let loss: String
    let gamma: Double
    let beta1: Double
    let discriminatorRate: Double
  }

  /// Trains every row with every seed.
  func ring() throws -> String {
    let rows = [
      Row(loss: "NS", gamma: 0, beta1: 0.9, discriminatorRate: 1e-3),
      Row(loss: "NS + R1", gamma: 0.1, beta1: 0.9, discriminatorRate: 1e-3),
      Row(loss: "NS", gamma: 0, beta1: 0.5, discriminatorRate: 1e-3),
      Row(loss: "NS + R1", gamma: 0.1, beta1: 0.5, discriminatorRate: 1e-3),
      Row(loss: "NS", gamma: 0, beta1: 0, discriminatorRate: 1e-3),
      Row(loss: "NS + R1", gamma: 0.1, beta1: 0, discriminatorRate: 1e-3),
      Row(loss: "NS", gamma: 0, beta1: 0, discriminatorRate: 1e-4),
      Row(loss: "NS + R1", gamma: 0.1, beta1: 0, discriminatorRate: 1e-4),
    ]
    let steps = steps
    // The last five looks: a training that flickers must not be judged at its best moment.
    let last = (0..<5).map { steps - $0 * steps / 20 }.reversed()
    let trainings = rows.flatMap { row in seeds.map { (row: row, seed: $0) } }
    let outcomes = try concurrently(trainings, title: "ring") { row, seed in
      var gan = PlaneGAN.ring(steps: steps, gamma: row.gamma, beta1: row.beta1)
      gan.learningRates.discriminator = row.discriminatorRate
      let looks = try gan.train(seed: seed, checkpoints: Array(last))
      return Outcome(
        modes: looks.map(\.report.modes).min() ?? 0, occupied: looks.map(\.occupiedModes).min() ?? 0,
        quality: looks.reduce(0) { $0 + $1.report.highQualityShare } / Double(looks.count))
    }
    let lines = rows.enumerated().map { index, row in
      let own = outcomes[index * seeds.count..<(index + 1) * seeds.count]
      return [
        row.loss, "\(row.beta1)", "1e-3 / \(row.discriminatorRate == 1e-3 ? "1e-3" : "1e-4")",
        own.map { "\($0.modes)" }.joined(separator: " "), own.map { "\($0.occupied)" }.joined(separator: " "),
        own.map { "\(($0.quality * 100).rounded() / 100)" }.joined(separator: " "),
      ]
    }
    let table = TextTable(
      ["loss", "β₁", "rates G / D", "modes with a good sample", "modes with 1 %", "good samples"], lines)
    return "\(steps) steps; seeds \(seeds.map(String.init).joined(separator: " ")); modes: the least of the last "
      + "five looks, good samples: their mean.\n\(table)"
  }

  /// The grid of twenty-five, taught by all fakes and by the best ones.
  func grid() throws -> String {
    let steps = steps
    let trainings = [false, true].flatMap { isTopK in seeds.map { (isTopK, $0) } }
    let looks = try concurrently(trainings, title: "grid") { isTopK, seed in
      try PlaneGAN.grid(steps: steps, isTopK: isTopK).train(
        seed: seed, checkpoints: [steps], sampleCount: 2500)[0]
    }
    let lines = ["all", "the best"].enumerated().map { row, name in
      let own = looks[row * seeds.count..<(row + 1) * seeds.count]
      return [
        name, own.map { "\($0.report.modes)" }.joined(separator: " "),
        own.map { "\(($0.report.highQualityShare * 100).rounded() / 100)" }.joined(separator: " "),
        own.map { "\(($0.report.divergenceFromUniform * 1000).rounded() / 1000)" }.joined(separator: " "),
      ]
    }
    return "\(TextTable(["fakes that teach", "modes of 25", "good samples", "KL from uniform"], lines))"
  }
}
