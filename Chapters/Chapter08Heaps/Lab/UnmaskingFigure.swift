import Chapter08Heaps
import Datasets
import Figures
import Foundation
import LabKit
import Tensors

/// unmasking: binary digits revealed in a few steps, the surest pixels first or just any (exercise 8.10).
///
/// The "network" is exact for the training set: given the open pixels, each training digit of the class is the more
/// probable the better it agrees with them, and a masked pixel's probability is the mean over the digits.
struct UnmaskingFigure {
  let writer: FigureWriter
  private let random = RandomStream(seed: 8)

  private static let steps = 12
  /// Nats that a disagreement costs.
  private static let cost = 1.5
  private static let mask: Float = -0.35

  init(_ writer: FigureWriter) { self.writer = writer }

  func draw() throws {
    let digits = try DigitSheet.load(pooledBy: 2).train
    let shown = [0, 1, 2, 4, 6, 8, 9, 10, 11, 12]
    var tiles: [Image] = []
    var labels: [String] = []
    for label in [3, 5] {
      let own = digits.indices(ofClass: label).prefix(200).map { index in
        (0..<digits.pictureSize).map { digits.bytes[index * digits.pictureSize + $0] > 96 }
      }
      for (name, temperature) in [("surest first", 0.0), ("with noise, τ = 1", 1), ("any order", 1e4)] {
        var rng = random.stream("unmasking \(label) \(name)")
        let states = try reveal(own, temperature: temperature, using: &rng)
        try requireCount(states.count, Self.steps + 1, of: "unmaskingSchedule", exercise: "8.10")
        tiles += shown.map { Image(gray: states[$0], width: digits.width, height: digits.height) }
        labels.append(name)
      }
    }
    let sheet = ContactSheet(
      tiles, columns: shown.count, rowLabels: labels, columnLabels: shown.map { "t = \($0)" }, zoom: 6)
    try writer.write(sheet, as: "unmasking", kind: .exact)
  }

  /// The picture after 0, 1, … T steps.
  private func reveal(
    _ digits: [[Bool]], temperature: Double, using rng: inout RandomStream
  ) throws -> [[Float]] {
    let size = digits[0].count
    var pixels = [Bool?](repeating: nil, count: size)
    var logWeights = [Double](repeating: 0, count: digits.count)
    func state() -> [Float] { pixels.map { $0.map { $0 ? 1 : -1 } ?? Self.mask } }
    var states = [state()]
    for count in try unmaskingSchedule(length: size, steps: Self.steps) {
      let weights = try softmax(logWeights)
      var ink = [Double](repeating: 0, count: size)
      for (digit, weight) in zip(digits, weights) where weight > 1e-9 {
        for pixel in 0..<size where digit[pixel] { ink[pixel] += weight }
      }
      let guesses = ink.map { rng.nextUniform() < $0 }
      let confidences = zip(ink, guesses).map { min(0, Foundation.log($1 ? $0 : 1 - $0)) }
      let chosen = try confidenceUnmask(
        confidences, isMasked: pixels.map { $0 == nil }, k: count, temperature: temperature, using: &rng)
      for pixel in chosen where pixels.indices.contains(pixel) {
        pixels[pixel] = guesses[pixel]
        for (index, digit) in digits.enumerated() where digit[pixel] != guesses[pixel] {
          logWeights[index] -= Self.cost
        }
      }
      states.append(state())
    }
    return states
  }
}
