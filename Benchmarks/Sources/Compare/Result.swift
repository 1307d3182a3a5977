import Foundation

/// The median over the rounds, and the quartiles.
struct Spread: Codable {
  var median: Double
  var low: Double
  var high: Double

  init(_ values: [Double]) {
    let sorted = values.sorted()
    median = middle(of: values)
    low = sorted[(sorted.count - 1) / 4]
    high = sorted[sorted.count - 1 - (sorted.count - 1) / 4]
  }
}

/// What a row gave.
struct Result: Codable {
  enum Unit: String, Codable { case nanoseconds, bytes }

  var row: Row
  var unit = Unit.nanoseconds
  /// Per iteration, by ``Contestant``.
  var times: [String: Spread] = [:]
  /// Which of its ways each contestant took.
  var variants: [String: String] = [:]
  /// Who does not take part, and why.
  var absent: [String: String] = [:]
  /// The processor's peak in FLOP/s with the row's threads, measured between the rounds.
  var peak: Double?
  /// The largest distance from ours, as a share of the largest number.
  var distance: Double?
  var rounds: Int
  var date = ISO8601DateFormatter().string(from: Date())

  init(row: Row, rounds: Int) {
    self.row = row
    self.rounds = rounds
  }

  func time(_ contestant: Contestant) -> Double? { times[contestant.rawValue]?.median }

  /// How many times as fast as the fastest of these ours is; nil if none of them ran.
  func ratio(to contestants: [Contestant]) -> Double? {
    guard let ours = time(.ours), let best = contestants.compactMap({ time($0) }).min() else { return nil }
    return best / ours
  }

  var ratioToBest: Double? { ratio(to: Contestant.allCases.filter { $0 != .ours && $0 != .peak }) }

  var ratioOfMark: Double? {
    switch row.mark.against {
    case .openBLAS: ratio(to: [.openBLAS])
    case .pyTorch: ratio(to: [.torch, .compiled])
    case .best: ratioToBest
    }
  }

  /// FLOP/s of a contestant.
  func speed(_ contestant: Contestant) -> Double? {
    guard let flops = row.flops, let time = time(contestant) else { return nil }
    return flops / time * 1e9
  }

  var peakShare: Double? {
    guard let peak, let speed = speed(.ours) else { return nil }
    return speed / peak
  }

  /// Whether the mark is met; nil if it was not timed. Two digits count, as the table shows them.
  var isMet: Bool? {
    guard let ratio = ratioOfMark else { return nil }
    let isFast = (ratio * 100).rounded() / 100 >= row.mark.factor
    guard let share = row.mark.peakShare else { return isFast }
    return isFast && ((peakShare ?? 0) * 100).rounded() / 100 >= share
  }
}
