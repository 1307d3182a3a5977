import Foundation
import Synchronization
import XCTest

/// Writes down what XCTest did, rung by rung, where the grader asked for it:
/// `EXERCISE_RECEIPTS` names the file, `EXERCISE_NONCE` the word that every receipt must bear.
///
/// Both variables are taken out of the environment before any exercise runs.
final class ReceiptWriter: NSObject, XCTestObservation {
  private let file: FileHandle
  private let nonce: String

  private init(file: FileHandle, nonce: String) {
    self.file = file
    self.nonce = nonce
  }

  private static let isInstalled = Mutex(false)

  /// Begins to write receipts if the environment asks for them. Does nothing the second time.
  static func install() {
    let isFirst = isInstalled.withLock { installed in
      defer { installed = true }
      return !installed
    }
    let environment = ProcessInfo.processInfo.environment
    guard isFirst, let path = environment["EXERCISE_RECEIPTS"], let nonce = environment["EXERCISE_NONCE"],
      let file = FileHandle(forWritingAtPath: path)
    else { return }
    unsetenv("EXERCISE_RECEIPTS")
    unsetenv("EXERCISE_NONCE")
    XCTestObservationCenter.shared.addTestObserver(ReceiptWriter(file: file, nonce: nonce))
  }

  func testCaseWillStart(_ testCase: XCTestCase) {
    write(.started, testCase)
  }

  #if canImport(Darwin)
    func testCase(_ testCase: XCTestCase, didRecord issue: XCTIssue) {
      let place = issue.sourceCodeContext.location
      write(.failed, testCase) { receipt in
        receipt.message = issue.compactDescription
        receipt.file = place?.fileURL.path
        receipt.line = place?.lineNumber
      }
    }
  #else
    func testCase(
      _ testCase: XCTestCase, didFailWithDescription description: String, inFile filePath: String?,
      atLine lineNumber: Int
    ) {
      write(.failed, testCase) { receipt in
        receipt.message = description
        receipt.file = filePath
        receipt.line = lineNumber
      }
    }
  #endif

  func testCaseDidFinish(_ testCase: XCTestCase) {
    if testCase.testRun?.hasBeenSkipped == true {
      write(.skipped, testCase) { $0.message = LastUnsolved.description }
    }
    write(.finished, testCase) { $0.assertions = Assertions.count }
  }

  /// The method's name in `Exercise5_2_SigmaGrid.test1_Shapes`, or in `-[Exercise5_2_SigmaGrid test1_ShapesAndReturnError:]`
  /// as Objective-C has it.
  static func method(_ name: String) -> String {
    let last = name.split { ". ]".contains($0) }.last.map(String.init) ?? name
    for suffix in ["AndReturnError:", "WithCompletionHandler:"] where last.hasSuffix(suffix) {
      return String(last.dropLast(suffix.count))
    }
    return last
  }

  /// Writes the line at once and unbuffered, so that it survives whatever the exercise does next.
  private func write(_ event: Receipt.Event, _ testCase: XCTestCase, _ fill: (inout Receipt) -> Void = { _ in }) {
    let suite = String(reflecting: type(of: testCase))
    var receipt = Receipt(nonce: nonce, event: event, suite: suite, test: ReceiptWriter.method(testCase.name))
    fill(&receipt)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var line = try? encoder.encode(receipt) else { return }
    line.append(UInt8(ascii: "\n"))
    try? file.write(contentsOf: line)
  }
}
