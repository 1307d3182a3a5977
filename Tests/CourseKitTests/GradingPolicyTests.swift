import XCTest

@testable import CourseKit

final class GradingPolicyTests: XCTestCase {
  private let due = "2026-12-01T12:00:00Z"

  func testReadsEveryKey() throws {
    let policy = try GradingPolicy(
      yaml: """
        leaveOut: ["7.2"]
        dropLowest: 1
        due: "2026-12-01T13:00:00+01:00"
        graceMinutes: 15
        penaltyPerDay: 0.1
        greatestPenalty: 0.5
        """, file: "policy.yml")
    XCTAssertEqual(policy.leaveOut, [ExerciseID(chapter: 7, number: 2)])
    XCTAssertEqual(policy.dropLowest, 1)
    XCTAssertEqual(policy.due, GradingPolicy.time(due))
    XCTAssertEqual([policy.graceMinutes, policy.penaltyPerDay, policy.greatestPenalty], [15, 0.1, 0.5])
  }

  func testAnEmptyPolicyChangesNothing() throws {
    XCTAssertEqual(try GradingPolicy(yaml: "", file: "policy.yml"), GradingPolicy())
    XCTAssertEqual(try Samples.report(of: self).applying(GradingPolicy()), try Samples.report(of: self))
  }

  func testSaysWhatIsWrong() {
    for (yaml, words) in [
      ("dropLowest: -1", "`dropLowest` must be 0 or more"), ("due: tomorrow", "2026-12-01T23:59:59Z"),
      ("penaltyPerDay: 10\ndue: \"\(due)\"", "a share of the points, from 0 to 1"),
      ("penaltyPerDay: 0.1", "but no `due`"), ("leaveOut: [5]", "is no exercise"),
      ("dropLowst: 1", "did you mean `dropLowest`?"), ("due: [", "not YAML"), ("- 1", "key: value"),
    ] {
      XCTAssertThrowsError(try GradingPolicy(yaml: yaml, file: "policy.yml"), yaml) { error in
        XCTAssert("\(error)".contains(words), "\(yaml): \(error)")
      }
    }
  }

  func testThePenaltyCountsDaysBegun() throws {
    var policy = GradingPolicy()
    policy.due = GradingPolicy.time(due)
    policy.graceMinutes = 10
    policy.penaltyPerDay = 0.1
    policy.greatestPenalty = 0.25
    for (time, share) in [
      ("2026-11-30T00:00:00Z", 0), ("2026-12-01T12:10:00Z", 0), ("2026-12-01T12:10:01Z", 0.1),
      ("2026-12-02T12:00:00Z", 0.1), ("2026-12-02T12:00:01Z", 0.2), ("2026-12-09T12:00:00Z", 0.25),
    ] {
      XCTAssertEqual(policy.penalty(at: GradingPolicy.time(time)), share, accuracy: 1e-12, time)
    }
    XCTAssertEqual(policy.penalty(at: nil), 0, "nobody knows when: not late")
  }

  func testWhatDoesNotCount() throws {
    var policy = GradingPolicy()
    policy.leaveOut = [ExerciseID(chapter: 7, number: 2)]
    var report = try Samples.report(of: self).applying(policy)
    XCTAssertEqual([report.points, report.maxPoints], [3.33, 10])
    XCTAssertEqual(report.chapters[0].dropped, ["7.2"])

    // 7.1 has lost 6.67 points, 7.2 has lost 5.
    policy = GradingPolicy()
    policy.dropLowest = 1
    report = try Samples.report(of: self).applying(policy)
    XCTAssertEqual([report.points, report.maxPoints], [0, 5])
    XCTAssertEqual(report.chapters[0].dropped, ["7.1"])
  }

  func testLatenessIsTakenOffThePoints() throws {
    var policy = GradingPolicy()
    policy.due = GradingPolicy.time(due)
    policy.penaltyPerDay = 0.5
    let report = try Samples.report(of: self).applying(policy, submittedAt: GradingPolicy.time("2026-12-02T00:00:00Z"))
    XCTAssertEqual(report.points, 1.67)
    XCTAssertEqual(report.maxPoints, 15)
    XCTAssert(report.text(style: .plain).contains("50 % off, which leaves 1.67 of 15 points"))
  }
}
