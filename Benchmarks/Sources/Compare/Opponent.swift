import Foundation

/// Something that keeps the comparison from going on, and what to do about it.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A contestant's process. It is stopped (SIGSTOP) whenever it is not its turn: threads that spin in wait of work, as
/// OpenMP's and OpenBLAS's do for milliseconds, would otherwise take a core from whoever's turn it is.
final class Opponent {
  let contestant: Contestant
  private let process = Process()
  private let toChild = Pipe()
  private let fromChild = Pipe()
  private var unread = Data()

  init(_ contestant: Contestant, threads: Int, setting: Setting) throws {
    self.contestant = contestant
    var environment = ProcessInfo.processInfo.environment
    for name in ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "COURSE_THREADS"] {
      environment[name] = "\(threads)"
    }
    environment["TORCHINDUCTOR_CACHE_DIR"] = setting.scratch.appendingPathComponent("inductor").path
    environment["PYTHONDONTWRITEBYTECODE"] = nil
    process.environment = environment
    func script(_ name: String) -> [String] { [setting.peers.appendingPathComponent(name).path] }
    switch contestant {
    case .ours, .peak, .cpp, .boost, .collections:
      process.executableURL = setting.executable
      process.arguments = ["worker", contestant.rawValue]
    case .openBLAS:
      process.executableURL = setting.executable
      process.arguments = ["worker", contestant.rawValue, try setting.openBLAS()]
    case .torch:
      process.executableURL = setting.python
      process.arguments = script("torch_peer.py")
    case .compiled:
      process.executableURL = setting.python
      process.arguments = script("torch_peer.py") + ["--compile"]
    case .jax:
      process.executableURL = setting.python
      process.arguments = script("jax_peer.py")
    case .pot:
      process.executableURL = setting.python
      process.arguments = script("pot_peer.py")
    case .scipy:
      process.executableURL = setting.python
      process.arguments = script("scipy_peer.py")
    }
    process.standardInput = toChild
    process.standardOutput = fromChild
    process.standardError = setting.log
    try process.run()
  }

  /// Gives an order and waits for its answer.
  func ask(_ order: Order) throws -> Answer {
    var bytes = try JSONEncoder().encode(order)
    bytes.append(10)
    toChild.fileHandleForWriting.write(bytes)
    while true {
      if let end = unread.firstIndex(of: 10) {
        let line = unread[..<end]
        unread = Data(unread[unread.index(after: end)...])
        return try JSONDecoder().decode(Answer.self, from: Data(line))
      }
      let more = fromChild.fileHandleForReading.availableData
      if more.isEmpty {
        process.waitUntilExit()
        throw BenchmarkError(
          "\(contestant.title) ended (status \(process.terminationStatus)); Benchmarks/.build/compare.log says why.")
      }
      unread.append(more)
    }
  }

  func pause() { kill(process.processIdentifier, SIGSTOP) }
  func resume() { kill(process.processIdentifier, SIGCONT) }

  /// Ends the process.
  func end() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

/// Where everything is.
struct Setting {
  let executable: URL
  let package: URL
  let python: URL
  let scratch: URL
  let log: FileHandle

  var peers: URL { package.appendingPathComponent("Peers") }
  var results: URL { package.appendingPathComponent("Results") }

  init() throws {
    executable = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
    package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let environment = ProcessInfo.processInfo.environment
    python = URL(
      fileURLWithPath: environment["PEERS_PYTHON"] ?? package.appendingPathComponent(".venv/bin/python").path)
    guard FileManager.default.isExecutableFile(atPath: python.path) else {
      throw BenchmarkError("There is no Python at \(python.path): start Benchmarks/compare, which makes it.")
    }
    scratch = package.appendingPathComponent(".build/compare")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    let logFile = package.appendingPathComponent(".build/compare.log")
    try Data().write(to: logFile)
    log = try FileHandle(forWritingTo: logFile)
  }

  /// The OpenBLAS in NumPy's wheel.
  func openBLAS() throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = python
    process.arguments = [
      "-c",
      "import numpy,glob,os;print(*glob.glob(os.path.join(os.path.dirname(numpy.__file__),'..','numpy.libs','*openblas*'))"
        + "+glob.glob(os.path.join(os.path.dirname(numpy.__file__),'.dylibs','*openblas*')),sep='\\n')",
    ]
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard let path = text.split(separator: "\n").first else {
      throw BenchmarkError("NumPy's OpenBLAS was not found; is numpy installed from a wheel?")
    }
    return String(path)
  }
}
