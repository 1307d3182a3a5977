import Foundation
import NeuralNetworks
import Tensors

/// Runs rows: everybody gets the same numbers, shows that it computes the same, and is then timed in turn.
final class Comparison {
  private let setting: Setting
  private let rounds: Int
  private var opponents: [String: Opponent] = [:]

  /// How long a contestant's turn lasts, after its own warm-up.
  private static let turnMilliseconds = 40

  init(setting: Setting, rounds: Int) {
    self.setting = setting
    self.rounds = rounds
  }

  deinit { for opponent in opponents.values { opponent.end() } }

  /// The contestant's process for so many threads, started when first needed; it is left stopped.
  private func opponent(_ contestant: Contestant, threads: Int) throws -> Opponent {
    let key = "\(contestant.rawValue) \(threads)"
    if let known = opponents[key] { return known }
    let new = try Opponent(contestant, threads: threads, setting: setting)
    opponents[key] = new
    return new
  }

  private func file(_ row: Row, _ name: String) -> URL {
    setting.scratch.appendingPathComponent("\(row.name).\(name).safetensors")
  }

  private func order(_ command: Order.Command, _ row: Row, _ contestant: Contestant, hurry: Bool? = nil) -> Order {
    Order(
      command: command, row: row, inputs: file(row, "inputs").path, outputs: file(row, contestant.rawValue).path,
      hurry: hurry)
  }

  /// Does one row.
  ///
  /// - Parameter isTimed: false only checks that all agree.
  func run(_ row: Row, isTimed: Bool) throws -> Result {
    try saveSafetensors(row.inputs(), to: file(row, "inputs"))
    defer {
      try? FileManager.default.removeItem(at: file(row, "inputs"))
      for contestant in Contestant.allCases { try? FileManager.default.removeItem(at: file(row, contestant.rawValue)) }
    }
    var result = Result(row: row, rounds: rounds)
    if row.group == Row.processGroup {
      try runProcesses(row, isTimed: isTimed, &result)
      return result
    }

    var ready: [Opponent] = []
    for contestant in row.contestants {
      let opponent = try opponent(contestant, threads: row.threads)
      opponent.resume()
      defer { opponent.pause() }
      let answer = try opponent.ask(order(.setup, row, contestant))
      if let error = answer.error { throw BenchmarkError("\(contestant.title): \(error)") }
      if let reason = answer.unsupported {
        if contestant == .ours { throw BenchmarkError("ours: \(reason)") }
        result.absent[contestant.rawValue] = reason
        continue
      }
      if contestant != .ours {
        let distance = try Agreement.check(
          file(row, contestant.rawValue), against: file(row, Contestant.ours.rawValue), tolerance: row.tolerance,
          who: contestant.title)
        result.distance = max(result.distance ?? 0, distance)
      }
      result.variants[contestant.rawValue] = answer.ready
      ready.append(opponent)
    }
    guard ready.count > 1 else { throw BenchmarkError("nobody else does this row, so nothing was checked") }
    guard isTimed else { return result }

    var medians: [Contestant: [Double]] = [:]
    var peaks: [Double] = []
    for round in 0..<rounds {
      for place in ready.indices {
        // Somebody else begins each round: what comes first or after a slow one has no advantage.
        let opponent = ready[(place + round) % ready.count]
        opponent.resume()
        defer { opponent.pause() }
        let answer = try opponent.ask(Order(command: .run, milliseconds: Self.turnMilliseconds))
        guard let times = answer.nanoseconds else {
          throw BenchmarkError("\(opponent.contestant.title): \(answer.error ?? "no times")")
        }
        medians[opponent.contestant, default: []].append(middle(of: times))
      }
      if row.flops != nil { peaks.append(try measurePeak(row)) }
    }
    if !peaks.isEmpty { result.peak = middle(of: peaks) }
    for (contestant, times) in medians { result.times[contestant.rawValue] = Spread(times) }
    return result
  }

  private func measurePeak(_ row: Row) throws -> Double {
    let meter = try opponent(.peak, threads: row.threads)
    meter.resume()
    defer { meter.pause() }
    guard let peak = try meter.ask(Order(command: .peak, milliseconds: 3)).value else {
      throw BenchmarkError("The processor's peak was not measured.")
    }
    return peak
  }

  /// Rows about a process as a whole: every measurement is a process of its own.
  private func runProcesses(_ row: Row, isTimed: Bool, _ result: inout Result) throws {
    let isMemory = row.name == "peak-memory"
    result.unit = isMemory ? .bytes : .nanoseconds
    var values: [Contestant: [Double]] = [:]
    var losses: [Contestant: Double] = [:]
    for _ in 0..<(isTimed ? max(3, min(rounds, 5)) : 1) {
      for contestant in row.contestants {
        let start = DispatchTime.now().uptimeNanoseconds
        let opponent = try Opponent(contestant, threads: row.threads, setting: setting)
        defer { opponent.end() }
        if isMemory {
          let answer = try opponent.ask(order(.setup, row, contestant, hurry: true))
          if let error = answer.error { throw BenchmarkError("\(contestant.title): \(error)") }
          result.variants[contestant.rawValue] = answer.ready
          if contestant != .ours {
            try Agreement.check(
              file(row, contestant.rawValue), against: file(row, Contestant.ours.rawValue), tolerance: row.tolerance,
              who: contestant.title)
          }
          _ = try opponent.ask(Order(command: .run, milliseconds: 500))
          values[contestant, default: []].append(Double(try opponent.ask(Order(command: .memory)).bytes ?? 0))
        } else {
          let answer = try opponent.ask(order(.first, row, contestant))
          guard let loss = answer.value else {
            throw BenchmarkError("\(contestant.title): \(answer.error ?? "no loss")")
          }
          values[contestant, default: []].append(Double(DispatchTime.now().uptimeNanoseconds - start))
          losses[contestant] = loss
        }
      }
    }
    if !isMemory {
      for (contestant, loss) in losses where !((loss - losses[.ours]!).magnitude <= row.tolerance * losses[.ours]!) {
        throw BenchmarkError("\(contestant.title)'s first loss is \(loss), ours \(losses[.ours]!)")
      }
    }
    for (contestant, values) in values { result.times[contestant.rawValue] = Spread(values) }
  }
}

/// The middle of some numbers.
func middle(of values: [Double]) -> Double {
  let sorted = values.sorted()
  guard !sorted.isEmpty else { return .nan }
  return sorted.count % 2 == 1
    ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
}
