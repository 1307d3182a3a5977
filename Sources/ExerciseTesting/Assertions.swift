import Synchronization
import XCTest

/// The count of what the running rung has asserted, and of the failures it has told about.
///
/// A rung that asserts in a loop could fail thousands of times; the first few messages say it all.
enum Assertions {
  private struct Tally {
    var made = 0
    var failed = 0
    /// Where the last assertion failed.
    var place: (file: StaticString, line: UInt)?
  }

  private static let spoken = 4
  private static let tally = Mutex(Tally())

  /// How many assertions the running rung has made so far.
  static var count: Int { tally.withLock { $0.made } }

  /// Starts counting for a new rung.
  static func begin() { tally.withLock { $0 = Tally() } }

  /// Counts one assertion; if it failed, records `message` as a failure at the given place.
  static func record(_ passed: Bool, _ message: @autoclosure () -> String, file: StaticString, line: UInt) {
    let speaks = tally.withLock { tally in
      tally.made += 1
      if !passed {
        tally.failed += 1
        tally.place = (file, line)
      }
      return !passed && tally.failed <= spoken
    }
    if speaks { XCTFail(message(), file: file, line: line) }
  }

  /// Says how many failures the running rung kept to itself.
  static func reportUnspoken() {
    let (silent, place) = tally.withLock { ($0.failed - spoken, $0.place) }
    if silent > 0, let place {
      XCTFail("… and \(silent) more like these", file: place.file, line: place.line)
    }
  }
}
