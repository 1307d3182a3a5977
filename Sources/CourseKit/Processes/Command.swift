import Foundation
import Subprocess

/// A program to run to its end, with its output captured.
struct Command: Sendable {
  /// A program's name, looked up in `PATH`, or its path.
  var program: String
  var arguments: [String]
  var folder: URL
  /// Changes to the environment; `nil` removes a variable.
  var environment: [String: String?] = [:]
  var limits = Limits()
  /// Whether the program reports a signal that ended its child as 128 + the signal's number, as shells do.
  var tellsSignalsByCode = false
  /// Is told each line of output as it comes.
  var onLine: @Sendable (Substring) -> Void = { _ in }

  init(_ program: String, _ arguments: [String], in folder: URL) {
    self.program = program
    self.arguments = arguments
    self.folder = folder
  }

  struct Limits: Equatable, Sendable {
    /// Seconds of the clock on the wall.
    var time: Double?
    /// Bytes of address space. Not enforced on macOS, which has no such limit.
    var memory: Int?
    /// Bytes of output that are kept; the rest is read and dropped.
    var output = 16 << 20
  }

  /// How a process ended.
  enum Ending: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It was still running when its time was up; the whole process group was killed.
    case timedOut
  }

  struct Outcome: Equatable, Sendable {
    var ending: Ending
    /// Standard output and standard error as they came, cut at the limit.
    var output: String
  }
}

extension Command {
  /// Runs the program in a process group of its own, which is killed when the time is up.
  func run() async throws -> Outcome {
    let group = ProcessGroup()
    return try await withThrowingTaskGroup(of: Outcome?.self) { tasks in
      tasks.addTask { try await runUnclocked(group) }
      if let time = limits.time {
        tasks.addTask {
          try await Task.sleep(for: .seconds(time))
          group.kill()
          return nil
        }
      }
      while let finished = try await tasks.next() {
        guard var outcome = finished else { continue }
        tasks.cancelAll()
        // The killed process may be heard of before the task that killed it.
        if group.wasKilled { outcome.ending = .timedOut }
        return outcome
      }
      throw CourseError(.environment, "\(program) could not be run")
    }
  }

  private func runUnclocked(_ group: ProcessGroup) async throws -> Outcome {
    var options = PlatformOptions()
    options.processGroupID = 0
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: Arguments(shellArguments), environment: fullEnvironment, platformOptions: options,
      input: .none, output: .sequence, error: .combinedWithOutput
    ) { execution in
      group.leader = execution.processIdentifier.value
      var bytes: [UInt8] = []
      for try await buffer in execution.standardOutput where bytes.count < limits.output {
        buffer.withUnsafeBytes { chunk in
          bytes.append(contentsOf: chunk.prefix(limits.output - bytes.count))
          Substring(decoding: chunk, as: UTF8.self).split(whereSeparator: \.isNewline).forEach(onLine)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
    var ending = Ending(result.terminationStatus)
    if tellsSignalsByCode, case .exited(let code) = ending, code > 128 { ending = .signalled(code - 128) }
    return Outcome(ending: ending, output: result.closureResult)
  }

  /// A shell enters the folder and sets the limits, then becomes the program.
  private var shellArguments: [String] {
    var script = "cd \"$1\" && shift && ulimit -c 0"
    #if !canImport(Darwin)
      if let memory = limits.memory { script += " && ulimit -v \(memory >> 10)" }
    #endif
    return ["-c", script + " && exec \"$@\"", "sh", folder.path, program] + arguments
  }

  private var fullEnvironment: Environment {
    var changes: [Environment.Key: String?] = [:]
    for (name, value) in environment {
      guard let key = Environment.Key(rawValue: name) else { continue }
      changes.updateValue(value, forKey: key)
    }
    return .inherit.updating(changes)
  }
}

extension Command.Ending {
  init(_ status: TerminationStatus) {
    switch status {
    case .exited(let code): self = .exited(code)
    case .signaled(let signal): self = .signalled(signal)
    }
  }
}
