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

/// Calls `body(0) … body(count − 1)`, on several threads if there are any.
package func parallelTasks(_ count: Int, _ body: (Int) -> Void) {
  let threads = Threads.count
  guard count > 1, threads > 1 else {
    for index in 0..<count { body(index) }
    return
  }
  WorkerPool.shared.run(count, threads: threads, body)
}

/// Into how many pieces work of that many elements is cut: a few for every thread, so that one that is held up does not
/// hold up all, but none of less than `grain` elements.
func pieceCount(_ elements: Int, grain: Int = elementwiseGrain) -> Int {
  let threads = Threads.count
  return threads == 1 ? 1 : max(1, min(4 * threads, elements / grain))
}

/// Cuts `0..<count` into ranges of at least `grain` elements for the threads, and calls `body` with every range.
///
/// `body` is called in one place only: then the compiler makes one loop of it and of the functions it calls, and
/// vectorises that.
@inline(__always)
func parallelFor(_ count: Int, grain: Int, _ body: (Range<Int>) -> Void) {
  let pieces = pieceCount(count, grain: grain)
  // Multiples of 16 keep every piece on whole vectors and cache lines.
  let piece = ((count + pieces - 1) / pieces + 15) & ~15
  parallelTasks(pieces) { index in
    let start = min(count, index * piece)
    body(start..<min(count, start + piece))
  }
}

/// The number of elements of cheap elementwise work that are worth handing to another thread.
let elementwiseGrain = 12_288
