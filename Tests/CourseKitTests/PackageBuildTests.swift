import XCTest

@testable import CourseKit

final class PackageBuildTests: XCTestCase {
  private let root = URL(filePath: "/course")

  func testBuildsWhereTheToolWasBuilt() {
    assert("/course/.build/x86_64-unknown-linux-gnu/debug/course", ".build", "debug")
    assert("/course/.build-ci/arm64-apple-macosx/release/course", ".build-ci", "release")
  }

  func testBuildsInTheUsualPlaceIfTheToolIsElsewhere() {
    assert("/usr/local/bin/course", ".build", "debug")
    assert("/courses/.build/x86_64-unknown-linux-gnu/release/course", ".build", "debug")
    assert(nil, ".build", "debug")
  }

  func testComplaintsQuoteTheCompilerOrElseTheEndOfTheOutput() {
    let error = Diagnostic(file: "A.swift", line: 1, column: 2, severity: .error, message: "m")
    XCTAssertEqual(PackageBuild.complaint(errors: [error], output: "noise"), "A.swift:1:2: error: m")
    XCTAssertEqual(PackageBuild.complaint(errors: [], output: "a\nb\n"), "The build failed:\na\nb")
  }

  private func assert(_ tool: String?, _ scratchPath: String, _ configuration: String, line: UInt = #line) {
    let build = PackageBuild(root: root, tool: tool.map { URL(filePath: $0) })
    XCTAssertEqual(build.scratchPath, scratchPath, line: line)
    XCTAssertEqual(build.configuration, configuration, line: line)
  }
}
