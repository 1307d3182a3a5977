import XCTest

@testable import CourseKit

final class StubWriterTests: XCTestCase {
  private let sum = "Chapters/Chapter07Sums/Exercises/Sum.swift"

  func testWritesWhatIsMissing() async throws {
    let (folder, writer) = try course()
    for stub in try await writer.stubs() {
      XCTAssertEqual(stub.state, .stale)
      XCTAssertNil(try writer.write(stub))
    }
    XCTAssertEqual(try folder.read(sum), Samples.sumStub)
    XCTAssertEqual(try folder.read("Chapters/Chapter07Sums/Exercises/Given.swift"), "let given = 1\n")
    let states = try await writer.stubs().map(\.state)
    XCTAssertEqual(states, [.inStep, .inStep, .inStep])
  }

  func testKeepsAStudentsWork() async throws {
    let (folder, writer) = try course()
    try folder.write("my work", to: sum)
    let stub = try await state(writer)
    XCTAssertEqual(stub.state, .edited)
    // Forced: the work is kept elsewhere.
    let kept = try XCTUnwrap(try writer.write(stub))
    XCTAssertEqual(try folder.read(kept), "my work")
    XCTAssertEqual(try folder.read(sum), Samples.sumStub)
  }

  func testRecognisesTheStubOfAnEarlierSolution() async throws {
    let (folder, writer) = try course()
    try folder.write(Samples.sumStub, to: sum)
    try await git(folder, "init", "-q")
    try await git(folder, "add", "-A")
    try await git(folder, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "first")
    let renamed = Samples.sumSolution.replacing("Σ x", with: "x₁ + … + xₙ")
    try folder.write(renamed, to: "Solutions/Chapter07Sums/Sum.swift")
    let old = try await state(writer)
    XCTAssertEqual(old.state, .stale)
    // Half a solution is no stub of any version.
    try folder.write(Samples.sumStub + "// my notes\n", to: sum)
    let edited = try await state(writer)
    XCTAssertEqual(edited.state, .edited)
  }

  func testFileWithoutSolution() async throws {
    let (folder, writer) = try course()
    try folder.write("", to: "Chapters/Chapter07Sums/Exercises/Old.swift")
    let orphans = try await writer.stubs().filter { $0.state == .orphan }.map(\.path)
    XCTAssertEqual(orphans, ["Chapters/Chapter07Sums/Exercises/Old.swift"])
  }

  private func course() throws -> (TemporaryFolder, StubWriter) {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    return (folder, StubWriter(chapter: try Course(root: folder.url).chapters[0]))
  }

  private func state(_ writer: StubWriter) async throws -> StubWriter.Stub {
    let stubs = try await writer.stubs()
    return try XCTUnwrap(stubs.first { $0.path == sum })
  }

  private func git(_ folder: TemporaryFolder, _ arguments: String...) async throws {
    let outcome = try await Command("git", arguments, in: folder.url).run()
    XCTAssertEqual(outcome.ending, .exited(0), outcome.output)
  }
}
