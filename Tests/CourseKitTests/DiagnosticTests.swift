import XCTest

@testable import CourseKit

final class DiagnosticTests: XCTestCase {
  private let root = URL(filePath: "/course")

  func testReadsWhatTheCompilerSays() {
    let output = """
      [3/9] Compiling X
      /course/Chapters/C/Exercises/A.swift:3:14: error: cannot find 'x' in scope
      /course/Chapters/C/Exercises/A.swift:3:14: error: cannot find 'x' in scope
      5.2/forgets-rho:2:1: warning: unused: 'y'
      error: fatalError
      at 10:30: error: no place
      """
    XCTAssertEqual(
      Diagnostic.all(in: output, below: root).map(\.description),
      [
        "Chapters/C/Exercises/A.swift:3:14: error: cannot find 'x' in scope",
        "5.2/forgets-rho:2:1: warning: unused: 'y'",
      ])
  }

  func testWorkspaceNamesTheFileThatTheStudentKnows() throws {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    let workspace = Workspace(
      root: folder.url, prefix: ".build/course/grading", chapter: try Course(root: folder.url).chapters[0])
    let diagnostic = Diagnostic(
      file: "\(workspace.path)/Sum.swift", line: 1, column: 1, severity: .error, message: "m")
    XCTAssertEqual(workspace.original(diagnostic).file, "Chapters/Chapter07Sums/Exercises/Sum.swift")
  }

  func testWorkspaceTouchesOnlyWhatChanges() throws {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    let workspace = Workspace(root: folder.url, prefix: "w", chapter: try Course(root: folder.url).chapters[0])
    try workspace.fill(with: ["A.swift": "a", "B.swift": "b"])
    let file = folder.url.appending(path: "\(workspace.path)/A.swift").path
    let old = Date(timeIntervalSince1970: 1000)
    try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: file)
    try workspace.fill(with: ["A.swift": "a", "C.swift": "c"])
    XCTAssertEqual(try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date, old)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: workspace.path).path)
    XCTAssertEqual(names.sorted(), ["A.swift", "C.swift"])
  }

  func testSolutionsSwitch() throws {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    let chapter = try Course(root: folder.url).chapters[0]
    for (value, isSolved) in [("all", true), ("07", true), ("7", true), ("03, 07", true), ("03", false), ("", false)] {
      XCTAssertEqual(ExerciseSource.solves(chapter, in: ["SOLUTIONS": value]), isSolved, value)
    }
    XCTAssertFalse(ExerciseSource.solves(chapter, in: [:]))
  }
}
