import Foundation
import NeuralNetworks
import ProcessorPeak
import Tensors

/// What is said to a contestant. Peers/protocol.py tells the whole conversation.
struct Order: Codable {
  enum Command: String, Codable { case setup, run, first, memory, peak }
  var command: Command
  var row: Row?
  var inputs: String?
  var outputs: String?
  var milliseconds: Int?
  /// Take the first way of doing it, without trying which is fastest.
  var hurry: Bool?
}

/// What it answers.
struct Answer: Codable {
  /// The way that was found fastest.
  var ready: String?
  var unsupported: String?
  var error: String?
  /// Per iteration, one a block of iterations.
  var nanoseconds: [Double]?
  var value: Double?
  var bytes: Int?
}

/// Ours, or a rival that is called from Swift, as a process of its own that takes orders like every other contestant.
struct Worker {
  private var step: () -> Void = {}
  private var iterations = 1
  private let contestant: Contestant
  private let openBLAS: OpenBLAS?

  /// - Parameter arguments: the contestant's name, and OpenBLAS's file if it is that.
  init(_ arguments: [String]) throws {
    guard let contestant = arguments.first.flatMap({ Contestant(rawValue: $0) }) else {
      throw BenchmarkError("a worker is told who it is, but was told \(arguments)")
    }
    self.contestant = contestant
    openBLAS = contestant == .openBLAS ? try OpenBLAS(library: arguments[1]) : nil
  }

  /// Answers orders until the input ends.
  mutating func serve() {
    let encoder = JSONEncoder()
    while let line = readLine() {
      var answer = Answer()
      do {
        answer = try obey(JSONDecoder().decode(Order.self, from: Data(line.utf8)))
      } catch {
        answer.error = "\(error)"
      }
      guard var bytes = try? encoder.encode(answer) else { fatalError("An answer cannot be written as JSON.") }
      bytes.append(10)
      FileHandle.standardOutput.write(bytes)
    }
  }

  private mutating func obey(_ order: Order) throws -> Answer {
    switch order.command {
    case .setup:
      let row = order.row!
      let tensors = try loadSafetensors(from: URL(fileURLWithPath: order.inputs!))
      let check: [String: Tensor]
      var ready = "ours"
      if let openBLAS {
        guard row.kind == "matmul" else { return Answer(unsupported: "not a matrix product") }
        let work = openBLAS.prepare(row, tensors)
        check = work.check()
        step = work.step
        ready = openBLAS.version
      } else {
        let made: (work: Work, name: String)?
        if contestant == .ours {
          made = try Work.prepare(row, tensors).map { ($0, "ours") }
        } else {
          do { made = try Rivals.prepare(row, tensors, as: contestant) } catch {
            return Answer(unsupported: "\(error)")
          }
        }
        guard let (work, name) = made else { return Answer(unsupported: "not written") }
        check = work.check(3)
        step = work.step
        ready = name
      }
      try saveSafetensors(check, to: URL(fileURLWithPath: order.outputs!))
      calibrate()
      return Answer(ready: ready)
    case .run: return Answer(nanoseconds: run(milliseconds: order.milliseconds!))
    case .first:
      let tensors = try loadSafetensors(from: URL(fileURLWithPath: order.inputs!))
      guard let losses = try Work.prepare(order.row!, tensors)?.check(1)["losses"] else {
        return Answer(unsupported: "not written")
      }
      return Answer(value: Double(losses.scalars[0]))
    case .memory:
      var usage = rusage()
      #if os(Linux)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Answer(bytes: usage.ru_maxrss * 1024)
      #else
        getrusage(RUSAGE_SELF, &usage)
        return Answer(bytes: usage.ru_maxrss)
      #endif
    case .peak:
      return Answer(value: ProcessorPeak.measure(threads: Threads.count, milliseconds: order.milliseconds!))
    }
  }

  private static var now: Int { Int(DispatchTime.now().uptimeNanoseconds) }

  /// A block of iterations between two looks at the clock lasts about 0.3 ms.
  private mutating func calibrate() {
    let block = 300_000
    step()
    var start = Self.now
    step()
    let count = max(1, min(10_000, block / max(1, Self.now - start)))
    start = Self.now
    for _ in 0..<count { step() }
    iterations = max(1, min(100_000, block * count / max(1, Self.now - start)))
  }

  private func run(milliseconds: Int) -> [Double] {
    let warm = Self.now + 2_000_000
    step()
    while Self.now < warm { step() }
    var times: [Double] = []
    let end = Self.now + milliseconds * 1_000_000
    while times.count < 3 || Self.now < end {
      let start = Self.now
      for _ in 0..<iterations { step() }
      times.append(Double(Self.now - start) / Double(iterations))
    }
    return times
  }
}
