import Dispatch
import Foundation

/// How many threads the kernels use, and how work is cut for them.
///
/// No result depends on the number of threads: elementwise work is cut anywhere, reductions are cut into pieces whose
/// borders depend on the shapes alone, and the pieces are joined in order.
public enum Threads {
  /// `COURSE_THREADS` if it is set, otherwise the number of cores.
  public static let available: Int = {
    if let text = ProcessInfo.processInfo.environment["COURSE_THREADS"], let count = Int(text), count > 0 {
      return count
    }
    return max(1, ProcessInfo.processInfo.activeProcessorCount)
  }()

  @TaskLocal static var limit: Int = Threads.available

  /// The number of threads that kernels called from here use.
  public static var count: Int { limit }
}

/// Runs `body` with kernels on at most `count` threads. The results are the same to the bit.
public func withThreads<R>(_ count: Int, _ body: () throws -> R) rethrows -> R {
  try Threads.$limit.withValue(max(1, count), operation: body)
}

/// Carries a closure over to the worker threads; the caller waits for all of them, so nothing escapes.
private struct Work: @unchecked Sendable {
  let run: (Int) -> Void
}

/// Calls `body(0) … body(count − 1)`, on several threads if there are any.
package func parallelTasks(_ count: Int, _ body: (Int) -> Void) {
  guard count > 1, Threads.count > 1 else {
    for index in 0..<count { body(index) }
    return
  }
  withoutActuallyEscaping(body) { body in
    let work = Work(run: body)
    let workers = min(Threads.count, count)
    if workers == count {
      DispatchQueue.concurrentPerform(iterations: count) { work.run($0) }
    } else {
      // A worker takes every `workers`-th task: cheaper than one hand-over a task, and fair as tasks are alike.
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        var index = worker
        while index < count {
          work.run(index)
          index += workers
        }
      }
    }
  }
}

/// Cuts `0..<count` into one range a thread, each of at least `grain` elements, and calls `body` with every range.
///
/// `body` is called in one place only: then the compiler makes one loop of it and of the functions it calls, and
/// vectorises that.
@inline(__always)
func parallelFor(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  let pieces = max(1, min(Threads.count, count / grain))
  // Multiples of 16 keep every piece on whole vectors and cache lines.
  let piece = ((count + pieces - 1) / pieces + 15) & ~15
  parallelTasks(pieces) { index in
    let start = min(count, index * piece)
    body(start..<min(count, start + piece))
  }
}

/// The number of elements below which cheap elementwise work stays on one thread: waking a second one costs some
/// microseconds.
let elementwiseGrain = 32_768
