import Foundation
import XCTest

@testable import CourseKit

final class SandboxTests: XCTestCase {
  func testWhatCanBeDoneInside() async throws {
    guard let sandbox = await Sandbox.find() else { throw XCTSkip("this system has no bubblewrap") }
    let folder = try TemporaryFolder(of: self)
    try folder.write("the answer", to: "Solutions/Sum.swift")
    try folder.write("lesson", to: "Lesson.md")
    try folder.write("a worktree's link", to: ".git")
    try folder.write("", to: "receipts")
    func inside(_ script: String) async throws -> Command.Outcome {
      var command = Command("/bin/sh", ["-c", script], in: folder.url)
      command.environment["EXERCISE_SEED"] = "17"
      let enclosed = sandbox.enclose(
        command, writable: [folder.url.appending(path: "receipts")],
        hidden: ["Solutions", ".git", "no such thing"].map { folder.url.appending(path: $0) })
      return try await enclosed.run()
    }
    func expect(_ script: String, _ output: String, _ comment: String) async throws {
      let outcome = try await inside(script)
      XCTAssertEqual(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines), output, comment)
    }
    try await expect("cat Lesson.md", "lesson", "the course can be read")
    try await expect("echo $EXERCISE_SEED", "17", "the grader's variables are there")
    try await expect("ls Solutions", "", "the solutions can't")
    try await expect("cat .git 2>/dev/null; echo end", "end", "nor can a hidden file")
    try await expect("echo x > receipts && cat receipts", "x", "what is writable can be written")
    try await expect("echo x 2>/dev/null > Lesson.md || echo refused", "refused", "the rest can't")
    try await expect("echo x 2>/dev/null > Solutions/y || echo refused", "refused", "nor what is hidden")
    try await expect("echo x > /tmp/y && cat /tmp/y", "x", "there is room for temporary files")
    try await expect("grep -v lo: /proc/net/dev | tail -n +3 | grep . || echo none", "none", "there is no network")
    try await expect(
      "kill -0 \(ProcessInfo.processInfo.processIdentifier) 2>/dev/null || echo gone", "gone", "no other processes")
    XCTAssertEqual(try folder.read("Lesson.md"), "lesson")
    XCTAssertFalse(FileManager.default.fileExists(atPath: "/tmp/y"))
  }

  func testNothingOutlivesTheProcess() async throws {
    guard let sandbox = await Sandbox.find() else { throw XCTSkip("this system has no bubblewrap") }
    let folder = try TemporaryFolder(of: self)
    try folder.write("", to: "late")
    let late = folder.url.appending(path: "late")
    let command = Command("/bin/sh", ["-c", "(sleep 1; echo late > late) & exit 3"], in: folder.url)
    let outcome = try await sandbox.enclose(command, writable: [late], hidden: []).run()
    XCTAssertEqual(outcome.ending, .exited(3), "the code comes out")
    try await Task.sleep(for: .seconds(1.5))
    XCTAssertEqual(try folder.read("late"), "", "what it left behind has ended with it")
  }

  func testSignalsComeOut() async throws {
    guard let sandbox = await Sandbox.find() else { throw XCTSkip("this system has no bubblewrap") }
    let folder = try TemporaryFolder(of: self)
    let command = Command("/bin/sh", ["-c", "kill -SEGV $$"], in: folder.url)
    let outcome = try await sandbox.enclose(command, writable: [], hidden: []).run()
    XCTAssertEqual(outcome.ending, .signalled(SIGSEGV), "a crash is still a crash")
  }
}
