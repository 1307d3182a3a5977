import Foundation
import Synchronization
import XCTest

/// Tells the grader what XCTest did, rung by rung, where it asks for that: `EXERCISE_RECEIPTS` is then `stdin`, and standard input is a
/// socket, from which the words of the receipts can be read and to which the receipts go.
///
/// Before any exercise runs, the words have been read, and standard input has been replaced by nothing.
final class ReceiptWriter: NSObject, XCTestObservation {
  private let file: FileHandle
  private let words: Mutex<ReceiptWords>
  /// Failures that the running rung has told.
  private let failures = Mutex(0)
  /// More than these are not told; nobody reads them, and there are only so many words.
  private static let mostFailures = 8

  private init(file: FileHandle, words: consuming sending ReceiptWords) {
    self.file = file
    self.words = Mutex(words)
  }

  private static let isInstalled = Mutex(false)

  /// Begins to write receipts if the environment asks for them. Does nothing the second time.
  static func install() {
    let isFirst = isInstalled.withLock { installed in
      defer { installed = true }
      return !installed
    }
    guard isFirst, ProcessInfo.processInfo.environment["EXERCISE_RECEIPTS"] == "stdin" else { return }
    unsetenv("EXERCISE_RECEIPTS")
    let words = ReceiptWords(from: STDIN_FILENO)
    // A number that isn't known beforehand, and that no child inherits.
    let descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, Int32.random(in: 20...220))
    let nothing = open("/dev/null", O_RDONLY)
    guard !words.isEmpty, descriptor >= 0, dup2(nothing, STDIN_FILENO) == STDIN_FILENO else { return }
    close(nothing)
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    XCTestObservationCenter.shared.addTestObserver(ReceiptWriter(file: file, words: words))
  }

  func testCaseWillStart(_ testCase: XCTestCase) {
    failures.withLock { $0 = 0 }
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
    if event == .failed {
      let count = failures.withLock { count in
        count += 1
        return count
      }
      if count > ReceiptWriter.mostFailures { return }
    }
    guard let nonce = words.withLock({ $0.next() }) else { return }
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
