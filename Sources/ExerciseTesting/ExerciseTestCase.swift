@_spi(ExerciseTesting) import Exercises
import Foundation
import Tensors
import XCTest

/// The tests of one exercise: a ladder whose methods are its rungs, in rising order (`test1_Shapes`, `test2_ByHand`, …).
///
/// - An unsolved exercise skips the rung that called it. Call an exercise on a line of its own (`let c = try f()`):
///   a skip thrown inside an assertion's argument is recorded as a failure.
/// - A rung is only believed if it made at least one assertion with this module's `expect…` functions, which count.
/// - Random inputs come from ``stream(_:)``, whose seed a grader can choose.
open class ExerciseTestCase: XCTestCase {
  /// The seed of a rung's random inputs: the environment variable `EXERCISE_SEED`, or else a fixed number.
  public var seed: UInt64 {
    ProcessInfo.processInfo.environment["EXERCISE_SEED"].flatMap { UInt64($0) } ?? 20_220_601
  }

  /// Random numbers for this rung's inputs; streams of different names are independent.
  public func stream(_ name: String = "inputs") -> RandomStream {
    RandomStream(seed: seed).stream(name)
  }

  open override class func setUp() {
    super.setUp()
    UnsolvedErrors.become { unsolved in
      LastUnsolved.description = unsolved.description
      return XCTSkip(unsolved.description)
    }
    ReceiptWriter.install()
  }

  open override func setUp() {
    super.setUp()
    Assertions.begin()
    LastUnsolved.description = nil
  }

  open override func tearDown() {
    Assertions.reportUnspoken()
    super.tearDown()
  }
}
