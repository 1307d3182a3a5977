import XCTest

@testable import CourseKit

final class HostileTests: XCTestCase {
  func testVerdict() throws {
    let submission = try read("exercise: \"7.1\"\nwhy: w\nstatus: crashed\npoints: 0\nsays: overflow\nflags: [exit]\n")
    var result = ExerciseResult(
      id: "7.1", title: "t", status: .crashed, points: 0, maxPoints: 10, detail: "an overflow", rungs: [], errors: [],
      flags: ["it ends the process (exit)"])
    XCTAssertEqual(HostileVerdict(submission, result: result).problems, [])
    (result.status, result.points, result.detail, result.flags) = (.right, 10, nil, nil)
    XCTAssertEqual(
      HostileVerdict(submission, result: result).problems,
      [
        "it is right, and must be crashed", "it gets 10 points, and must get 0",
        "nothing in its report says `overflow`: it says nothing", "`exit` isn't flagged, but []",
      ])
    XCTAssert(HostileVerdict(submission, result: nil).isAsExpected, "what isn't tried can't be wrong")
  }

  func testFlagsWithoutNeed() throws {
    let submission = try read("exercise: \"7.1\"\nwhy: w\nstatus: right\npoints: 10\n")
    let result = ExerciseResult(
      id: "7.1", title: "t", status: .right, points: 10, maxPoints: 10, detail: nil, rungs: [], errors: [],
      flags: ["it"])
    XCTAssertEqual(HostileVerdict(submission, result: result).problems, ["it is flagged without need: [\"it\"]"])
  }

  func testErrorsOfTheExpectation() throws {
    XCTAssertThrowsError(try read("exercise: seven\nwhy: w\nstatus: fine\npoints: 0\nmake:\n  magic: 1\n")) { error in
      for part in ["`exercise`", "`status`", "unknown key `magic`"] { XCTAssert("\(error)".contains(part), "\(error)") }
    }
  }

  func testRecipes() throws {
    let folder = try TemporaryFolder(of: self)
    func make(_ recipe: String, source: String? = nil) throws -> URL {
      let hostile = try read(
        "exercise: \"7.1\"\nwhy: w\nstatus: wrong\npoints: 0\nmake: {\(recipe)}\n", source: source)
      let file = folder.url.appending(path: "Sum.swift")
      try hostile.put(into: folder.url, as: file, course: URL(filePath: "/course"))
      return file
    }
    let hex = try make("hex: \"66 ff\"")
    XCTAssertEqual(try Data(contentsOf: hex), Data([0x66, 0xff]))
    let large = try make("bytes: 600000000")
    XCTAssertEqual(try large.resourceValues(forKeys: [.fileSizeKey]).fileSize, 600_000_000)
    let link = try make("link: \"{course}/x\"")
    XCTAssertEqual(try FileManager.default.destinationOfSymbolicLink(atPath: link.path), "/course/x")
    let repeated = try make("repeat: 3", source: "1/*[*/ + a/*]*/\n")
    XCTAssertEqual(try String(contentsOf: repeated, encoding: .utf8), "1+ a\n+ a\n+ a\n")
    for (recipe, type) in [("folder: true", FileAttributeType.typeDirectory), ("pipe: true", .typeUnknown)] {
      let file = try make(recipe)
      let found = try FileManager.default.attributesOfItem(atPath: file.path)[.type] as? FileAttributeType
      XCTAssertEqual(found, type, recipe)
    }
    let nothing = try make("nothing: true")
    XCTAssertFalse(FileManager.default.fileExists(atPath: nothing.path))
  }

  func testChangesToTheCourse() throws {
    let folder = try TemporaryFolder(of: self)
    try Samples.write(to: folder)
    let before = CourseFiles(root: folder.url)
    XCTAssertEqual(CourseFiles(root: folder.url).changes(since: before), [])
    try folder.write("changed", to: "Package.swift")
    try folder.write("new", to: "Tests/New.swift")
    try folder.remove("Solutions/Chapter07Sums/Given.swift")
    let changed = CourseFiles(root: folder.url).changes(since: before)
    XCTAssertEqual(
      changed,
      ["Package.swift", "Solutions/Chapter07Sums/Given.swift", "Tests/New.swift"].map {
        folder.url.appending(path: $0).path + " was changed"
      })
  }

  private func read(_ yaml: String, source: String? = nil) throws -> HostileSubmission {
    let folder = try TemporaryFolder(of: self)
    try folder.write(yaml, to: "expected.yml")
    if let source { try folder.write(source, to: "Sum.swift") }
    return try HostileSubmission(folder: folder.url)
  }
}
