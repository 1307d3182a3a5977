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
  /// An open descriptor that becomes the program's standard input, and is closed here once the program has it; without one
  /// there is nothing to read.
  var input: Int32?
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
    /// Seconds of processor time of each process.
    var processorTime: Int?
    /// Bytes of each file that is written.
    var fileSize: Int?
    /// Processes at a time below this one, and as much memory as `memory` says for all of them together. Not enforced on
    /// macOS.
    var processes: Int?
  }

  /// How a process ended.
  enum Ending: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It was still running when its time was up; the whole process group was killed.
    case timedOut
    /// It was killed, with all below it, because it had taken too much.
    case stopped(because: String)
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
      if limits.processes != nil {
        tasks.addTask {
          try await watch(group)
          return nil
        }
      }
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
        if group.wasKilled { outcome.ending = group.excess.map { .stopped(because: $0) } ?? .timedOut }
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
      input: .fileDescriptor(.init(rawValue: input ?? open("/dev/null", O_RDONLY)), closeAfterSpawningProcess: true),
      output: .sequence, error: .combinedWithOutput
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

  /// Kills the group when there are too many processes in it, or when they have too much memory together. A limit on each
  /// process alone would bind neither a program that starts others nor the superuser.
  private func watch(_ group: ProcessGroup) async throws {
    guard let most = limits.processes else { return }
    while true {
      try await Task.sleep(for: .milliseconds(50))
      guard let leader = group.leader, let below = ProcessTree(below: leader) else { continue }
      if below.count > most {
        group.kill(because: "it had \(below.count) processes, and \(most) are the limit")
      } else if let memory = limits.memory, below.residentBytes > memory {
        group.kill(because: "its processes had \(below.residentBytes >> 20) MB, and \(memory >> 20) are the limit")
      }
    }
  }

  /// A shell enters the folder and sets the limits, then becomes the program.
  private var shellArguments: [String] {
    var script = "cd \"$1\" && shift && ulimit -c 0"
    // A little after the first warning comes the end: a program that catches the warning can say where it was.
    if let seconds = limits.processorTime { script += " && ulimit -S -t \(seconds) && ulimit -H -t \(seconds + 10)" }
    // In blocks of 512 bytes.
    if let bytes = limits.fileSize { script += " && ulimit -f \(bytes >> 9)" }
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
