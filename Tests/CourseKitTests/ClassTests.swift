import Foundation
import XCTest

@testable import CourseKit

final class ClassTests: XCTestCase {
  func testTheClassAsATable() throws {
    let report = try Samples.report(of: self)
    let csv = ClassReport([("ada", report), ("=bob", report)]).csv()
    XCTAssertEqual(
      csv,
      "submission,points,max_points,penalty,chapter_7,7.1,7.2\r\nada,3.33,15,0,3.33,3.33,0\r\n'=bob,3.33,15,0,3.33,3.33,0\r\n"
    )
  }

  func testWhereMostFailFirst() throws {
    var other = try Samples.report(of: self)
    other.chapters[0].exercises[0].rungs[0].status = .wrong
    let report = try Samples.report(of: self)
    let stumbles = ClassReport([("ada", report), ("bob", report), ("cleo", other)]).stumbles()
    XCTAssertEqual(stumbles.map(\.rung), ["test2_Large", "test1_Small"])
    XCTAssertEqual(stumbles.map(\.count), [2, 1], "only the lowest rung that fails is counted")
    XCTAssertEqual(stumbles[0].message, "got 3, want 4: did you skip the last one?")
  }

  func testThePage() throws {
    var report = try Samples.report(of: self)
    report.chapters[0].exercises[0].rungs[1].messages[0].text = "<script>alert(1)</script>"
    let html = try ClassReport([("<ada>", report)]).html()
    XCTAssertFalse(html.contains("<script>") || html.contains("<ada>"), "what comes from a submission is escaped")
    XCTAssertEqual(html.components(separatedBy: "<img").count, 3, "the totals, and a picture a chapter")
  }

  func testAReportIsKeptAsLongAsItHolds() throws {
    let folder = ClassFolder(url: try TemporaryFolder(of: self).url)
    var print = Fingerprint()
    print.add("one".utf8)
    XCTAssertNil(folder.graded("ada", print))
    let graded = GradedSubmission(name: "ada", fingerprint: print, report: try Samples.report(of: self), seconds: 2)
    try folder.save(graded)
    XCTAssertEqual(folder.graded("ada", print), graded)
    XCTAssertNil(folder.graded("bob", print))
    print.add("two".utf8)
    XCTAssertNil(folder.graded("ada", print), "another submission, another grade")
    try Data("{".utf8).write(to: folder.url.appending(path: "reports/ada.json"))
    XCTAssertNil(folder.graded("ada", print), "a damaged report is none")
  }

  func testRenamingIsSeenThrough() {
    let text = (0..<30).map { "let value\($0) = first[\($0)] * \($0 * 7) + (second - \($0))" }.joined(separator: "\n")
    let renamed =
      text.replacing("value", with: "x").replacing("first", with: "a").replacing("second", with: "b") + " // mine"
    let other = (0..<30).map { "for i in 0..<\($0) where array[i] < \($0 * 3) { total += i }" }.joined(separator: "\n")
    let pairs = Similarity.pairs(of: ["ada": [text], "bob": [renamed], "cleo": [other]], known: [])
    XCTAssertEqual(pairs.map { [$0.first, $0.second] }, [["ada", "bob"]])
    XCTAssertEqual(pairs.first?.share ?? 0, 1, accuracy: 1e-12)
    XCTAssertEqual(
      Similarity.pairs(of: ["ada": [text], "bob": [text]], known: [text]), [], "what was given says nothing")
  }

  func testTimes() throws {
    let folder = try TemporaryFolder(of: self)
    try folder.write("name,time\nada,2026-12-01T22:10:00Z\n\"bob\",2026-12-01T23:10:00+01:00\n", to: "times.csv")
    let path = folder.url.appending(path: "times.csv").path
    let times = try SubmissionTimes.read(path)
    XCTAssertEqual(times.keys.sorted(), ["ada", "bob"])
    XCTAssertEqual(times["ada"], times["bob"])
    try folder.write("ada,2026-12-01T22:10:00Z\nbob,yesterday\n", to: "times.csv")
    XCTAssertThrowsError(try SubmissionTimes.read(path)) {
      XCTAssert("\($0)".contains(":2: `yesterday` is no time"), "\($0)")
    }
  }
}
