import Synchronization
import XCTest

@testable import CourseKit

final class CommandTests: XCTestCase {
  func testOutputAndCode() async throws {
    let outcome = try await shell("echo out; echo err >&2; exit 3")
    XCTAssertEqual(outcome.ending, .exited(3))
    XCTAssertEqual(outcome.output, "out\nerr\n")
  }

  func testSignal() async throws {
    let outcome = try await shell("kill -SEGV $$")
    XCTAssertEqual(outcome.ending, .signalled(SIGSEGV))
  }

  func testEnvironmentAndFolder() async throws {
    setenv("COURSE_TEST_UNSET", "1", 1)
    let folder = try TemporaryFolder(of: self)
    var command = Command("sh", ["-c", "echo ${COURSE_TEST_SET}${COURSE_TEST_UNSET-gone}; pwd -P"], in: folder.url)
    command.environment = ["COURSE_TEST_SET": "set ", "COURSE_TEST_UNSET": nil]
    let outcome = try await command.run()
    XCTAssertEqual(outcome.output, "set gone\n\(folder.url.path)\n")
  }

  func testTimeLimitEndsTheWholeGroup() async throws {
    let folder = try TemporaryFolder(of: self)
    let mark = folder.url.appending(path: "survivor").path
    var command = Command("sh", ["-c", "echo begun; (sleep 2; touch '\(mark)') & sleep 60"], in: folder.url)
    command.limits.time = 0.5
    let outcome = try await command.run()
    XCTAssertEqual(outcome.ending, .timedOut)
    XCTAssertEqual(outcome.output, "begun\n")
    try await Task.sleep(for: .seconds(2.5))
    XCTAssertFalse(FileManager.default.fileExists(atPath: mark), "a child of the command was left running")
  }

  func testEndlessOutputIsCut() async throws {
    var command = Command("sh", ["-c", "yes | head -c 3000000"], in: URL(filePath: "/"))
    command.limits.output = 1000
    let outcome = try await command.run()
    XCTAssertEqual(outcome.ending, .exited(0))
    XCTAssertEqual(outcome.output.utf8.count, 1000)
  }

  #if os(Linux)
    func testMemoryLimit() async throws {
      var command = Command("sh", ["-c", "ulimit -v"], in: URL(filePath: "/"))
      command.limits.memory = 1 << 30
      let outcome = try await command.run()
      XCTAssertEqual(outcome.output, "1048576\n")
    }
  #endif

  #if os(Linux)
    func testTooManyProcessesEndTheWholeGroup() async throws {
      // Bounded: each of eight shells waits, so that a limit that fails leaves eight processes for a moment.
      var command = Command("sh", ["-c", "for i in 1 2 3 4 5 6 7 8; do sleep 20 & done; wait"], in: URL(filePath: "/"))
      command.limits.processes = 5
      command.limits.time = 15
      let start = ContinuousClock.now
      let outcome = try await command.run()
      XCTAssertEqual(outcome.ending, .stopped(because: "it had 8 processes, and 5 are the limit"))
      XCTAssertLessThan((ContinuousClock.now - start) / .seconds(1), 10)
      command.limits.processes = 20
      command.limits.time = 1
      let allowed = try await command.run()
      XCTAssertEqual(allowed.ending, .timedOut, "as many as are allowed run on")
    }

    func testMemoryOfAllProcessesTogether() async throws {
      let hoard = "head -c 40000000 /dev/zero | tail -c 40000000 | sleep 20"
      var command = Command("sh", ["-c", "(\(hoard)) & (\(hoard)) & wait"], in: URL(filePath: "/"))
      command.limits.processes = 20
      command.limits.memory = 60 << 20
      command.limits.time = 15
      guard case .stopped(let why) = try await command.run().ending else {
        return XCTFail("two processes of 40 MB each passed a limit of 60 MB")
      }
      XCTAssert(why.contains("60 are the limit"), why)
    }
  #endif

  func testLimitsOfFilesAndProcessorTime() async throws {
    let folder = try TemporaryFolder(of: self)
    var command = Command("sh", ["-c", "head -c 100000 /dev/zero > file"], in: folder.url)
    command.limits.fileSize = 4096
    _ = try await command.run()
    XCTAssertEqual(try folder.read("file").utf8.count, 4096)
    command.arguments = ["-c", "while :; do :; done"]
    command.limits = Command.Limits(time: 60, processorTime: 1)
    let outcome = try await command.run()
    XCTAssertEqual(outcome.ending, .signalled(SIGXCPU))
  }

  func testLinesAreTold() async throws {
    let lines = Mutex<[String]>([])
    var command = Command("sh", ["-c", "echo a; echo b"], in: URL(filePath: "/"))
    command.onLine = { line in lines.withLock { $0.append(String(line)) } }
    _ = try await command.run()
    XCTAssertEqual(lines.withLock { $0 }, ["a", "b"])
  }

  func testProgramThatIsNotThere() async throws {
    let outcome = try await Command("no-such-program", [], in: URL(filePath: "/")).run()
    XCTAssertEqual(outcome.ending, .exited(127))
  }

  func testConcurrentMapKeepsTheOrderAndTheLimit() async throws {
    let running = Mutex((now: 0, most: 0))
    let result = try await (0..<12).concurrentMap(limit: 3) { number in
      running.withLock {
        $0.now += 1; $0.most = max($0.most, $0.now)
      }
      try await Task.sleep(for: .milliseconds(12 - number))
      running.withLock { $0.now -= 1 }
      return number * number
    }
    XCTAssertEqual(result, (0..<12).map { $0 * $0 })
    XCTAssertLessThanOrEqual(running.withLock { $0.most }, 3)
  }

  private func shell(_ script: String) async throws -> Command.Outcome {
    try await Command("sh", ["-c", script], in: URL(filePath: "/")).run()
  }
}
