import XCTest

@testable import NeuralNetworks

final class ProgressBarTests: XCTestCase {
  private func output(_ style: ProgressBar.Style, _ steps: Int) -> String {
    var text = ""
    var bar = ProgressBar("training", total: steps, first: 0, style: style) { text += $0 }
    for step in 1...steps { bar.update(step, note: "loss 0.5") }
    bar.finish(steps, note: "loss 0.5")
    return text
  }

  func testABarIsOneLineRedrawn() {
    let text = output(.bar, 1000)
    XCTAssertEqual(text.filter { $0 == "\n" }.count, 1)
    XCTAssertTrue(text.hasPrefix("\rtraining "))
    XCTAssertTrue(text.contains("1000/1000"))
    XCTAssertTrue(text.hasSuffix("loss 0.5\u{1B}[K\n"))
  }

  func testWithoutATerminalAShortTrainingIsOneLine() {
    let text = output(.lines, 1000)
    XCTAssertFalse(text.contains("\r") || text.contains("\u{1B}"), text)
    XCTAssertEqual(text.split(separator: "\n").count, 1)
  }

  func testSilenceIsSilent() { XCTAssertEqual(output(.silent, 10), "") }

  func testCountsAreGrouped() {
    XCTAssertEqual([0, 999, 1000, 1_234_567, -1000].map(grouped), ["0", "999", "1,000", "1,234,567", "-1,000"])
  }
}
