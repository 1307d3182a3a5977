import XCTest

@testable import CourseKit

final class LabTests: XCTestCase {
  func testPassesArgumentsOn() async throws {
    let (folder, lab) = try lab("echo \"$@\" > said")
    let ending = try await lab.run(arguments: ["--seed", "7", "a b"])
    XCTAssertEqual(ending, .finished)
    XCTAssertEqual(try folder.read("said"), "--seed 7 a b\n")
  }

  func testEndings() async throws {
    for (script, wanted) in [
      ("exit 0", Lab.Ending.finished), ("exit 3", .failed(code: 3)), ("exit 130", .interrupted),
      ("kill -SEGV $$", .crashed(why: "a bad memory access, or endless recursion")),
    ] {
      let ending = try await lab(script).lab.run(arguments: [])
      XCTAssertEqual(ending, wanted, script)
    }
  }

  func testCtrlCReachesTheLabOnceAndLetsItSave() async throws {
    let (folder, lab) = try lab(
      """
      trap 'echo saved >> said; exit 130' INT
      touch ready
      while true; do sleep 0.05; done
      """)
    let ready = folder.url.appending(path: "ready").path
    let interrupter = Task {
      while !FileManager.default.fileExists(atPath: ready) { try await Task.sleep(for: .milliseconds(20)) }
      kill(getpid(), SIGINT)
    }
    let ending = try await lab.run(arguments: [])
    try await interrupter.value
    XCTAssertEqual(ending, .interrupted)
    XCTAssertEqual(try folder.read("said"), "saved\n")
  }

  func testALabThatIsNotThere() async throws {
    let (folder, lab) = try lab("exit 0")
    try folder.remove(".build/debug/Chapter07SumsLab")
    do {
      _ = try await lab.run(arguments: [])
      XCTFail("a program that isn't there can't have run")
    } catch {}
  }

  /// A lab that is a shell script, run in the course's folder.
  private func lab(_ script: String) throws -> (folder: TemporaryFolder, lab: Lab) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    let program = ".build/debug/Chapter07SumsLab"
    try folder.write("#!/bin/sh\ncd '\(folder.url.path)'\n\(script)\n", to: program)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.url.appending(path: program).path)
    let build = PackageBuild(root: folder.url, tool: nil)
    return (folder, Lab(chapter: try Course(root: folder.url).chapters[0], build: build))
  }
}
