import Foundation

/// Runs the tests of one exercise in a process of its own, with limits, and judges it by the receipts.
struct ExerciseRunner: Sendable {
  /// Address space that an exercise may use.
  static let memoryLimit = 4 << 30
  /// Of each file that it writes.
  static let fileSizeLimit = 64 << 20
  /// Processes that it may have at a time, with those of the sandbox.
  static let processLimit = 32

  let bundle: TestBundle
  /// Around code that was handed in; `nil` for one's own, or where there is none.
  var sandbox: Sandbox?
  /// Tests to be run besides the exercises' own.
  var hiddenTests: HiddenTests?

  /// What a submission mustn't see: with the solutions in sight it could copy its answer from them; .git holds them too,
  /// and so do the folders in which the tool puts chapters together.
  private var hidden: [URL] {
    let own = ["Solutions", "Tests", ".git", ".build/course"].map { bundle.build.root.appending(path: $0) }
    return own + [hiddenTests?.folder.absoluteURL.standardizedFileURL].compactMap(\.self)
  }

  /// Tries whether a process can be started in the sandbox at all: once, before anything is graded, because afterwards nobody
  /// could tell a sandbox that fails from a submission that ends itself.
  func checkSandbox() async throws {
    guard let sandbox else { return }
    let trial = Command("/bin/true", [], in: bundle.build.root)
    let outcome = try await sandbox.enclose(trial, writable: [], hidden: hidden).run()
    guard outcome.ending == .exited(0) else {
      throw CourseError(.environment, "bubblewrap can't enclose the course's folder: \(outcome.output)")
    }
  }

  /// - Parameters:
  ///   - environment: more variables for the process.
  ///   - seed: of the random inputs; `nil` for the fixed one.
  func run(
    _ exercise: Manifest.Exercise, of chapter: Chapter, environment: [String: String?] = [:], seed: UInt64? = nil
  ) async throws -> ExerciseResult {
    let result = try await runAlone(exercise, of: chapter, environment: environment, seed: seed)
    guard let test = hiddenTests?.tests[exercise.id] else { return result }
    return result.adding(test, try await runAlone(test, of: chapter, environment: environment, seed: seed))
  }

  /// Runs one test class.
  private func runAlone(
    _ exercise: Manifest.Exercise, of chapter: Chapter, environment: [String: String?] = [:], seed: UInt64? = nil
  ) async throws -> ExerciseResult {
    let channel = try ReceiptChannel()
    var command = bundle.command(testClass: "\(chapter.testTarget).\(exercise.test)")
    command.environment = environment
    command.environment["EXERCISE_RECEIPTS"] = "stdin"
    command.input = channel.remote
    command.environment["SWIFT_BACKTRACE"] = "enable=no"
    if let seed { command.environment["EXERCISE_SEED"] = "\(seed)" }
    command.limits = Command.Limits(
      time: exercise.timeLimit, memory: ExerciseRunner.memoryLimit, output: 256 << 10,
      fileSize: ExerciseRunner.fileSizeLimit, processes: ExerciseRunner.processLimit)
    if let sandbox {
      command = sandbox.enclose(command, writable: [], hidden: hidden)
    }
    async let received = channel.receive()
    // However it goes, the channel must not wait for more.
    defer { channel.end() }
    let outcome = try await command.run()
    channel.end()
    let (receipts, areForged) = Receipt.all(in: await received, words: channel.words)
    return Verdict(
      exercise: exercise, testTarget: chapter.testTarget, receipts: receipts, areForged: areForged,
      ending: outcome.ending, output: outcome.output, root: chapter.root
    ).result
  }
}
