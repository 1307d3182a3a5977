import Figures
import Foundation
import XCTest

@testable import CourseKit

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Each format against what its reader demands.
final class ReportFormatTests: XCTestCase {
  func testJUnit() throws {
    let xml = try Samples.report(of: self).written(as: .junit)
    let outline = try XMLOutline(xml)
    XCTAssertEqual(
      outline.elements,
      [
        "testsuites", "testsuite", "properties", "property", "property", "property", "testcase", "testcase", "failure",
        "testcase", "skipped", "testsuite", "properties", "property", "property", "property", "system-err",
      ])
    XCTAssertEqual(outline.attributes[0], ["name": "course", "tests": "3", "failures": "1", "errors": "0"])
    XCTAssertEqual(
      outline.attributes[1], ["name": "7.1 The sum", "tests": "3", "failures": "1", "errors": "0", "skipped": "1"])
    XCTAssert(outline.text.contains("Tests/T.swift:9: got 3, want 4: did you skip the last one?"))
    XCTAssert(outline.text.contains("missing return"))
  }

  func testJUnitSurvivesWhatSubmissionsPrint() throws {
    var report = try Samples.report(of: self)
    report.chapters[0].exercises[0].rungs[1].messages[0].text = "\u{0}\u{1b}[31m</failure>]]>&\"é\u{fffe}"
    let outline = try XMLOutline(try report.written(as: .junit))
    XCTAssert(outline.text.contains("</failure>]]>&\"é"))
  }

  func testGradescope() throws {
    let json = try object(.gradescope)
    XCTAssertEqual(json["score"] as? Double, 3.33)
    XCTAssertEqual(json["stdout_visibility"] as? String, "hidden")
    let tests = try XCTUnwrap(json["tests"] as? [[String: Any]])
    XCTAssertEqual(tests.map { $0["score"] as? Double }, [3.33, 0])
    XCTAssertEqual(tests.map { $0["max_score"] as? Double }, [10, 5])
    XCTAssertEqual(tests.map { $0["status"] as? String }, ["failed", "failed"])
    XCTAssertEqual(tests.map { $0["number"] as? String }, ["7.1", "7.2"])
    let known: Set = [
      "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
      "extra_data",
    ]
    for test in tests { XCTAssertEqual(Set(test.keys).subtracting(known), [], "Gradescope knows no other keys") }
  }

  func testClassroomAddsUpToThePoints() throws {
    var policy = GradingPolicy()
    policy.leaveOut = [ExerciseID(chapter: 7, number: 2)]
    policy.due = Date(timeIntervalSince1970: 0)
    policy.penaltyPerDay = 0.2
    let report = try Samples.report(of: self).applying(policy, submittedAt: Date(timeIntervalSince1970: 60))
    let json = try object(.classroom, of: report)
    let scores = try XCTUnwrap(json["tests"] as? [[String: Any]]).compactMap { $0["score"] as? Double }
    // What the reporter does: it adds up the scores.
    XCTAssertEqual(scores.reduce(0, +), report.points, accuracy: 1e-9)
    XCTAssertEqual(json["max_score"] as? Double, 10)
    XCTAssertEqual(json["version"] as? Int, 1)
    XCTAssertEqual(json["status"] as? String, "fail")
  }

  func testPrairieLearn() throws {
    let json = try object(.prairielearn)
    XCTAssertEqual(json["gradable"] as? Bool, true)
    XCTAssertEqual(try XCTUnwrap(json["score"] as? Double), 3.33 / 15, accuracy: 1e-12)
    let tests = try XCTUnwrap(json["tests"] as? [[String: Any]])
    XCTAssertEqual(tests.map { $0["max_points"] as? Double }, [10, 5])

    var report = try Samples.report(of: self)
    for index in report.chapters[0].exercises.indices { report.chapters[0].exercises[index].status = .didNotCompile }
    XCTAssertEqual(try object(.prairielearn, of: report)["gradable"] as? Bool, false, "that costs no attempt")

    report.chapters[0].exercises[0].detail = String(repeating: "x", count: 3 << 20)
    XCTAssertLessThan(try report.written(as: .prairielearn).utf8.count, 1 << 20, "more than 1 MB is refused")
  }

  func testThePageShowsThePicturesThatWereHandedIn() throws {
    let course = try TemporaryFolder(of: self)
    try Samples.write(to: course)
    let chapter = try Course(root: course.url).chapters[0]
    let handedIn = try TemporaryFolder(of: self)
    func page() throws -> String {
      try Samples.report(of: self).written(as: .html, picturesIn: (handedIn.url, [chapter]))
    }
    XCTAssertFalse(try page().contains("<h3>Pictures</h3>"))

    let image = Image(width: 4, height: 4, format: .gray, pixels: Array(repeating: 7, count: 16))
    let (mine, reference) = ("Output/Chapter07Sums/line.png", "Solutions/Chapter07Sums/Figures/line.png")
    try handedIn.write("", to: mine)
    try course.write("", to: reference)
    try PNG.write(image, to: course.url.appending(path: reference))
    try PNG.write(image, to: handedIn.url.appending(path: mine))
    XCTAssert(try page().contains("like the reference"))
    XCTAssert(try page().contains("data:image/png;base64,"))
    let json = try Samples.report(of: self).written(as: .prairielearn, picturesIn: (handedIn.url, [chapter]))
    XCTAssert(json.contains("\"label\" : \"chapter 7, line: like the reference\""), json)
    XCTAssert(json.contains("\"url\" : \"data:image/png;base64,"))

    // A link to the reference itself is not the student's picture.
    try handedIn.remove(mine)
    try FileManager.default.createSymbolicLink(
      at: handedIn.url.appending(path: mine), withDestinationURL: course.url.appending(path: reference))
    XCTAssertFalse(try page().contains("like the reference"))
    XCTAssert(try page().contains("no ordinary file"))
  }

  func testSummary() throws {
    var report = try Samples.report(of: self)
    report.chapters[0].exercises[0].title = "a | b\n<script>"
    let text = try report.written(as: .summary)
    XCTAssert(text.hasPrefix("# 3.33 of 15 points\n"))
    XCTAssert(text.contains("| ✗ | 7.1 | a \\| b \\<script\\> | wrong | 3.33/10 |"), text)
    XCTAssert(text.contains("<summary>7.2 The mean</summary>"))
  }

  func testCSV() throws {
    let text = try Samples.report(of: self).written(as: .csv)
    XCTAssertEqual(
      text,
      "chapter,exercise,title,status,points,max_points,counts,rungs_right,rungs\r\n"
        + "7,7.1,The sum,wrong,3.33,10,yes,1,3\r\n7,7.2,The mean,did-not-compile,0,5,yes,0,0\r\n")
    XCTAssertEqual(CSV.line(["a,b", "say \"x\"", "two\nlines"]), "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n")
    XCTAssertEqual(CSV.line(["=1+1", "-1.5", "@x"]), "'=1+1,-1.5,'@x\r\n", "no formulas; numbers stay numbers")
  }

  private func object(_ format: ReportFormat, of report: GradeReport? = nil) throws -> [String: Any] {
    let text = try (report ?? Samples.report(of: self)).written(as: format)
    return try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }
}

/// What a parser finds in an XML text; it throws where the text isn't well-formed.
private final class XMLOutline: NSObject, XMLParserDelegate {
  var elements: [String] = []
  var attributes: [[String: String]] = []
  var text = ""

  init(_ xml: String) throws {
    super.init()
    let parser = XMLParser(data: Data(xml.utf8))
    parser.delegate = self
    if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(name)
    self.attributes.append(attributes)
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
}
