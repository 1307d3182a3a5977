import XCTest

@testable import CourseKit

final class SlurmScriptTests: XCTestCase {
  func testTheDirectives() throws {
    let lines = try script().text.split(separator: "\n").filter { $0.hasPrefix("#SBATCH") }
    XCTAssertEqual(
      lines,
      [
        "#SBATCH --job-name=course-grade", "#SBATCH --array=1-5%2", "#SBATCH --nodes=1", "#SBATCH --ntasks=1",
        "#SBATCH --cpus-per-task=2", "#SBATCH --mem=6G", "#SBATCH --time=01:00:00", "#SBATCH --requeue",
        "#SBATCH --open-mode=append", "#SBATCH --output=/grades/slurm/task-%a.log", "#SBATCH --partition=short",
      ])
  }

  func testItIsAShellScript() async throws {
    let folder = try TemporaryFolder(of: self)
    try folder.write(script().text, to: "grade.sbatch")
    let outcome = try await Command("bash", ["-n", "grade.sbatch"], in: folder.url).run()
    XCTAssertEqual(outcome.ending, .exited(0), outcome.output)
  }

  func testAFolderWithOddLettersIsQuoted() async throws {
    let text = try script(submissions: "/class of '26/$HOME").text
    let line = try XCTUnwrap(text.split(separator: "\n").first { $0.hasPrefix("submissions=") })
    let folder = try TemporaryFolder(of: self)
    try folder.write("\(line)\nprintf %s \"$submissions\"\n", to: "say")
    let outcome = try await Command("bash", ["say"], in: folder.url).run()
    XCTAssertEqual(outcome.output, "/class of '26/$HOME")
  }

  /// The script itself, with a `swift` and a `course` that only write down how they were called.
  func testATaskGradesItsSliceInACopyOfItsOwn() async throws {
    #if !os(Linux)
      throw XCTSkip("this system has no `flock` command")
    #endif
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    try folder.write(
      """
      #!/bin/bash
      echo "swift $* in $PWD with ${SOLUTIONS:-}" >> "$NOTES"
      mkdir -p .build/debug
      printf '#!/bin/bash\\necho "course $*" >> "$NOTES"; exit ${COURSE_CODE:-0}\\n' > .build/debug/course
      chmod +x .build/debug/course

      """, to: "bin/swift")
    try folder.write("", to: ".git/config")
    try folder.write("", to: ".build/debug/stale")
    try folder.write("{}", to: ".build/workspace-state.json")
    let root = folder.url.path
    let scratch = try TemporaryFolder(of: self)
    try script(root: root, scratch: scratch.url.path).write()
    func run(code: Int) async throws -> Command.Outcome {
      var command = Command("bash", ["out/slurm/grade.sbatch"], in: folder.url)
      command.environment = [
        "PATH": "\(root)/bin:/usr/bin:/bin", "NOTES": "\(root)/notes", "COURSE_CODE": "\(code)",
        "SLURM_ARRAY_TASK_ID": "3", "SLURM_JOB_ID": "17",
      ]
      _ = try await Command("chmod", ["+x", "bin/swift"], in: folder.url).run()
      return try await command.run()
    }
    // A task that is stopped keeps its copy, so that the next one needn't build again.
    let stopped = try await run(code: 1)
    XCTAssertEqual(stopped.ending, .exited(1), stopped.output)
    let copies = try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).filter { !$0.hasSuffix(".lock") }
    let copy = scratch.url.appending(path: try XCTUnwrap(copies.first)).path
    XCTAssertEqual(copies.count, 1)
    XCTAssertEqual(
      try folder.read("notes").split(separator: "\n").map(String.init),
      [
        "swift build --product course in \(copy) with all",
        "course grade --no-color --class /class --out \(root)/out --slice 3/5 --chapter 7 --jobs 2",
      ])
    let manager = FileManager.default
    XCTAssert(manager.fileExists(atPath: copy + "/Chapters/Chapter07Sums/chapter.yml"))
    XCTAssert(manager.fileExists(atPath: copy + "/.build/workspace-state.json"), "packages come along")
    XCTAssertFalse(manager.fileExists(atPath: copy + "/.git"), "the history stays at home")
    XCTAssertFalse(manager.fileExists(atPath: copy + "/.build/debug/stale"), "and so does the build")

    try folder.remove("Solutions/Chapter07Sums/Given.swift")
    let finished = try await run(code: 0)
    XCTAssertEqual(finished.ending, .exited(0), finished.output)
    XCTAssert(finished.output.contains("task 3 is done"), finished.output)
    XCTAssertFalse(manager.fileExists(atPath: copy), "a task that has done its part tidies up")
  }

  private func script(root: String? = nil, submissions: String = "/class", scratch: String? = nil) throws -> SlurmScript
  {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return SlurmScript(
      course: try Course(root: root.map { URL(filePath: $0) } ?? folder.url), submissions: URL(filePath: submissions),
      out: URL(filePath: root.map { $0 + "/out" } ?? "/grades"), tasks: 5,
      limits: .init(processors: 2, memory: "6G", time: "01:00:00", tasksAtOnce: 2), scratch: scratch,
      directives: ["--partition=short"], arguments: ["--chapter", "7"])
  }
}
