import ExerciseTesting
import XCTest

@testable import CourseKit

final class VerdictTests: XCTestCase {
  private let rungs = ["test1_Small", "test2_Large", "test3_None"]

  func testAllRight() throws {
    let result = try judge(rungs.flatMap(passed))
    XCTAssertEqual(result.status, .right)
    XCTAssertEqual(result.points, 10)
  }

  func testOneWrongRungCostsItsShare() throws {
    let failure = receipt(.failed, rungs[1]) {
      ($0.message, $0.file, $0.line) = ("failed - got 3, want 4", "/root/T.swift", 12)
    }
    let receipts = passed(rungs[0]) + [receipt(.started, rungs[1]), failure, finished(rungs[1])] + passed(rungs[2])
    let result = try judge(receipts, .exited(1))
    XCTAssertEqual(result.status, .wrong)
    XCTAssertEqual(result.points, 6.67)
    XCTAssertEqual(result.rungs.map(\.status), [.right, .wrong, .right])
    XCTAssertEqual(result.rungs[1].messages.map(\.description), ["T.swift:12: got 3, want 4"])
  }

  func testStub() throws {
    let receipts = rungs.flatMap { name in
      [
        receipt(.started, name),
        receipt(.skipped, name) { $0.message = "Exercise 7.1 is to do: Chapters/C/S.swift:5" },
        finished(name, assertions: 0),
      ]
    }
    let result = try judge(receipts)
    XCTAssertEqual(result.status, .toDo)
    XCTAssertEqual(result.points, 0)
    XCTAssertEqual(result.rungs[0].messages.map(\.text), ["Exercise 7.1 is to do: Chapters/C/S.swift:5"])
  }

  func testCrashKeepsWhatWasRightBefore() throws {
    let output = "…\nChapter07Sums/Sum.swift:6: Fatal error: Index out of range\n"
    let result = try judge(passed(rungs[0]) + [receipt(.started, rungs[1])], .signalled(4), output: output)
    XCTAssertEqual(result.status, .crashed)
    XCTAssertEqual(result.rungs.map(\.status), [.right, .crashed, .notRun])
    XCTAssertEqual(result.points, 3.33)
    XCTAssertEqual(result.rungs[1].messages.map(\.text), ["Chapter07Sums/Sum.swift:6: Fatal error: Index out of range"])
  }

  func testHang() throws {
    let result = try judge([receipt(.started, rungs[0])], .timedOut)
    XCTAssertEqual(result.status, .hung)
    XCTAssertEqual(result.rungs.map(\.status), [.hung, .notRun, .notRun])
    XCTAssertEqual(result.points, 0)
    XCTAssertEqual(result.detail, "stopped after 20 seconds: is there a loop that never ends?")
  }

  func testExitWithCodeZeroProvesNothing() throws {
    let result = try judge(passed(rungs[0]) + [receipt(.started, rungs[1])], .exited(0))
    XCTAssertEqual(result.status, .endedEarly)
    XCTAssertEqual(result.rungs.map(\.status), [.right, .endedEarly, .notRun])
    let silent = try judge([], .exited(0))
    XCTAssertEqual(silent.status, .endedEarly)
    XCTAssertEqual(silent.points, 0)
  }

  func testOutputIsNotBelieved() throws {
    let cheer = "Test Suite 'Selected tests' passed\nExecuted 3 tests, with 0 failures"
    XCTAssertEqual(try judge([], .exited(0), output: cheer).points, 0)
  }

  func testARungThatAssertsNothingIsNotBelieved() throws {
    let result = try judge(
      passed(rungs[0]) + passed(rungs[1]) + [receipt(.started, rungs[2]), finished(rungs[2], assertions: 0)])
    XCTAssertEqual(result.status, .wrong)
    XCTAssertEqual(result.rungs[2].status, .unproven)
  }

  func testAMissingRungIsNotBelieved() throws {
    let result = try judge(passed(rungs[0]) + passed(rungs[1]))
    XCTAssertEqual(result.status, .wrong)
    XCTAssertEqual(result.rungs[2].status, .notRun)
  }

  func testATestThatIsNotInTheManifestSpoilsAll() throws {
    let result = try judge(rungs.flatMap(passed) + passed("test9_Extra"))
    XCTAssertEqual(result.status, .wrong)
    XCTAssertEqual(result.points, 0)
    XCTAssertEqual(result.detail, "the manifest doesn't list test9_Extra, so nothing here is believed")
  }

  func testAnotherClassDoesNotCount() throws {
    let others = rungs.flatMap(passed).map { receipt in
      var receipt = receipt
      receipt.suite = "Chapter07SumsTests.Exercise7_2_Mean"
      return receipt
    }
    XCTAssertEqual(try judge(others).points, 0)
  }

  func testExitCodeMustFitTheReceipts() throws {
    let result = try judge(rungs.flatMap(passed), .exited(1))
    XCTAssertEqual(result.status, .wrong)
    XCTAssertEqual(result.detail, "the tests ended with code 1 though no failure was recorded")
  }

  func testForgedReceiptsCostEverything() throws {
    let result = try judge(rungs.flatMap(passed), areForged: true)
    XCTAssertEqual(result.status, .wrong)
    XCTAssertEqual(result.points, 0)
    XCTAssertEqual(result.detail, "something else than the tests wrote receipts, so nothing here is believed")
  }

  func testStoppedForTakingTooMuch() throws {
    let receipts = passed(rungs[0]) + [receipt(.started, rungs[1])]
    let result = try judge(receipts, .stopped(because: "it had 33 processes, and 32 are the limit"))
    XCTAssertEqual(result.status, .crashed)
    XCTAssertEqual(result.points, 3.33)
    XCTAssertEqual(result.detail, "stopped: it had 33 processes, and 32 are the limit")
  }

  private func judge(
    _ receipts: [Receipt], _ ending: Command.Ending = .exited(0), output: String = "", areForged: Bool = false
  ) throws -> ExerciseResult {
    Verdict(
      exercise: try Samples.parsed().exercises[0], testTarget: "Chapter07SumsTests", receipts: receipts,
      areForged: areForged, ending: ending, output: output, root: URL(filePath: "/root")
    ).result
  }

  private func receipt(_ event: Receipt.Event, _ test: String, _ fill: (inout Receipt) -> Void = { _ in }) -> Receipt {
    var receipt = Receipt(nonce: "n", event: event, suite: "Chapter07SumsTests.Exercise7_1_Sum", test: test)
    fill(&receipt)
    return receipt
  }

  private func finished(_ test: String, assertions: Int = 2) -> Receipt {
    receipt(.finished, test) { $0.assertions = assertions }
  }

  private func passed(_ test: String) -> [Receipt] { [receipt(.started, test), finished(test)] }
}

final class MistakeVerdictTests: XCTestCase {
  func testOutcomes() {
    XCTAssertEqual(
      outcome([.right, .wrong], ["", "did you forget ρ?"]), .caught(rung: "test1", message: "did you forget ρ?"))
    XCTAssertEqual(outcome([.wrong, .wrong], ["other", "mind ρ"]), .caught(rung: "test1", message: "mind ρ"))
    XCTAssertEqual(outcome([.wrong], ["other"]), .caughtWithoutMessage(rung: "test0", messages: ["other"]))
    XCTAssertEqual(outcome([.right, .right], ["", ""]), .survived)
    // A stub has noticed nothing; of what was not reached nobody knows.
    XCTAssertEqual(outcome([.right, .toDo], ["", "ρ"]), .survived)
    XCTAssertEqual(outcome([.notRun, .notRun], ["", ""]), .notJudged(why: "not all rungs were run"))
  }

  private func outcome(_ statuses: [RungResult.Status], _ messages: [String]) -> MistakeVerdict.Outcome {
    let rungs = zip(statuses, messages).enumerated().map { index, rung in
      RungResult(name: "test\(index)", title: "", status: rung.0, messages: [RungResult.Message(text: rung.1)])
    }
    let result = ExerciseResult(
      id: "7.1", title: "", status: .wrong, points: 0, maxPoints: 1, detail: nil, rungs: rungs, errors: [])
    return MistakeVerdict.Outcome(result, promised: "ρ")
  }
}
