import Foundation

/// Runs the tests of one exercise in a process of its own, with limits, and judges it by the receipts.
struct ExerciseRunner: Sendable {
  /// Address space that an exercise may use.
  static let memoryLimit = 4 << 30

  let bundle: TestBundle
  /// Around code that was handed in; `nil` for one's own, or where there is none.
  var sandbox: Sandbox?
  /// Tests to be run besides the exercises' own.
  var hiddenTests: HiddenTests?

  /// What a submission mustn't see: with the solutions in sight it could copy its answer from them; .git holds them too,
  /// and so does the folder in which chapters are put together.
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
    let nonce = UUID().uuidString
    let receipts = FileManager.default.temporaryDirectory.appending(path: "receipts-\(nonce)")
    guard FileManager.default.createFile(atPath: receipts.path, contents: nil, attributes: [.posixPermissions: 0o600])
    else {
      throw CourseError(.environment, "Can't write \(receipts.path): make the temporary folder writable, or set TMPDIR")
    }
    defer { try? FileManager.default.removeItem(at: receipts) }

    var command = bundle.command(testClass: "\(chapter.testTarget).\(exercise.test)")
    command.environment = environment
    command.environment["EXERCISE_RECEIPTS"] = receipts.path
    command.environment["EXERCISE_NONCE"] = nonce
    command.environment["SWIFT_BACKTRACE"] = "enable=no"
    if let seed { command.environment["EXERCISE_SEED"] = "\(seed)" }
    command.limits = Command.Limits(
      time: exercise.timeLimit, memory: ExerciseRunner.memoryLimit, output: 256 << 10)
    if let sandbox {
      command = sandbox.enclose(command, writable: [receipts], hidden: hidden)
    }
    let outcome = try await command.run()
    let data = (try? Data(contentsOf: receipts)) ?? Data()
    return Verdict(
      exercise: exercise, testTarget: chapter.testTarget, receipts: Receipt.all(in: data, nonce: nonce),
      ending: outcome.ending, output: outcome.output, root: chapter.root
    ).result
  }
}
