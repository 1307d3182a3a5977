import Foundation
import Synchronization
import XCTest

@testable import Tensors

/// Every task is done once, whoever comes late.
final class WorkerPoolTests: XCTestCase {
  private func assertEveryTaskOnce(_ count: Int, threads: Int, line: UInt = #line) {
    let calls = UnsafeMutablePointer<Int32>.allocate(capacity: count)
    calls.initialize(repeating: 0, count: count)
    defer { calls.deallocate() }
    // Each task writes a place of its own: two calls would be seen, and a missing one too.
    withThreads(threads) { parallelTasks(count) { calls[$0] += 1 } }
    for index in 0..<count where calls[index] != 1 {
      XCTFail("task \(index) was done \(calls[index]) times", line: line)
    }
  }

  func testManySmallJobsInARow() {
    for round in 0..<20_000 { assertEveryTaskOnce(2 + round % 7, threads: 2 + round % 4) }
  }

  /// Workers that have gone to sleep wake up when the job is over, or in the next one.
  func testJobsAfterAPause() {
    for pause in [100.0, 250, 1000, 3000] {
      for _ in 0..<50 {
        assertEveryTaskOnce(3, threads: 4)
        assertEveryTaskOnce(40, threads: 4)
        Thread.sleep(forTimeInterval: pause * 1e-6)
      }
    }
  }

  /// What the tasks wrote is there when the job is over, though a task takes its time.
  func testSlowTasksAreWaitedFor() {
    for _ in 0..<20 {
      var sums = [Double](repeating: 0, count: 8)
      sums.withUnsafeMutableBufferPointer { sums in
        let out = sums.baseAddress!
        withThreads(4) {
          parallelTasks(8) { task in
            var sum = 0.0
            for i in 0..<20_000 { sum += Double(i % (task + 1)) }
            out[task] = sum
          }
        }
      }
      for task in 0..<8 {
        XCTAssertEqual(sums[task], (0..<20_000).reduce(0.0) { $0 + Double($1 % (task + 1)) })
      }
    }
  }

  func testAJobWithinAJobAndFromAnotherThread() {
    let done = Atomic<Int>(0)
    withThreads(3) {
      parallelTasks(6) { _ in parallelTasks(5) { _ in done.wrappingAdd(1, ordering: .relaxed) } }
    }
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<500 { withThreads(3) { parallelTasks(4) { _ in done.wrappingAdd(1, ordering: .relaxed) } } }
    }
    XCTAssertEqual(done.load(ordering: .relaxed), 30 + 4 * 500 * 4)
  }
}
