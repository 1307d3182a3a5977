import CProcessor
import Dispatch
import Foundation
import Synchronization

/// Threads that wait for work by looking, not by sleeping.
///
/// A training step is some hundred parallel loops of 20 to 500 µs. Waking a sleeping thread costs 5 to 50 µs, which
/// would eat what a second core gains; a thread that has just worked therefore watches for the next job for a while,
/// which it then sees within a fraction of a microsecond, and goes to sleep only when none comes.
///
/// `@unchecked Sendable`: `job`, `workers` and `shares` are written by the one thread that holds `isTaken`, before
/// `signal` announces the job, and read by the workers after they have seen that and before they report the end.
final class WorkerPool: @unchecked Sendable {
  static let shared = WorkerPool()

  /// What a job consists of, on the stack of the thread that waits for it.
  private struct Job {
    let run: (Int) -> Void
  }

  /// The part of a job's tasks that one thread begins with: `next ..< end`.
  private final class Share: @unchecked Sendable {
    let next = Atomic<Int>(0)
    var end = 0
  }

  private final class Worker: Sendable {
    let isAsleep = Atomic<Bool>(false)
    let alarm = DispatchSemaphore(value: 0)
  }

  /// How long a worker looks for the next job before it goes to sleep.
  private static let watch: UInt64 = 200_000  // nanoseconds

  private let isTaken = Atomic<Bool>(false)
  /// The number of the current job, times 256, plus the number of workers that it is for.
  private let signal = Atomic<UInt>(0)
  private let finished = Atomic<Int>(0)
  private var job: UnsafePointer<Job>?
  private var workers: [Worker] = []
  /// One for the caller, one for each worker.
  private var shares = [Share()]

  /// Calls `body(0) … body(count − 1)` on this thread and up to `threads − 1` others, and returns when all are done.
  ///
  /// Every thread begins with a share of its own, the same one in job after job, so that it finds in its cache what it
  /// wrote there before; when it is through it helps the others. A call from within `body`, or from a second thread
  /// while the pool is at work, runs on its own thread alone: the cores are busy.
  func run(_ count: Int, threads: Int, _ body: (Int) -> Void) {
    let helpers = min(threads, count, 256) - 1
    guard helpers > 0, isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      for index in 0..<count { body(index) }
      return
    }
    defer { isTaken.store(false, ordering: .releasing) }
    while workers.count < helpers { start() }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: Job(run: body)) { job in
        self.job = job
        for (index, share) in shares[...helpers].enumerated() {
          share.next.store(count * index / (helpers + 1), ordering: .relaxed)
          share.end = count * (index + 1) / (helpers + 1)
        }
        finished.store(0, ordering: .relaxed)
        let number = signal.load(ordering: .relaxed) >> 8 &+ 1
        signal.store(number << 8 | UInt(helpers), ordering: .sequentiallyConsistent)
        for worker in workers[..<helpers]
        where worker.isAsleep.exchange(false, ordering: .sequentiallyConsistent) {
          worker.alarm.signal()
        }
        work(job, from: 0, of: helpers + 1)
        var looks = 0
        while finished.load(ordering: .acquiring) < helpers {
          looks += 1
          if looks < 20_000 { processor_pause() } else { sched_yield() }
        }
        self.job = nil
      }
    }
  }

  private func work(_ job: UnsafePointer<Job>, from first: Int, of count: Int) {
    for step in 0..<count {
      let share = shares[(first + step) % count]
      while true {
        let index = share.next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= share.end { break }
        job.pointee.run(index)
      }
    }
  }

  private func start() {
    let index = workers.count
    let worker = Worker()
    workers.append(worker)
    shares.append(Share())
    let seen = signal.load(ordering: .relaxed)
    let thread = Thread { [self] in serve(worker, index: index, seen: seen) }
    thread.name = "tensor worker \(index)"
    thread.qualityOfService = .userInitiated
    thread.start()
  }

  /// What a worker does for ever.
  private func serve(_ worker: Worker, index: Int, seen: UInt) {
    var seen = seen
    while true {
      seen = nextSignal(worker, after: seen)
      // A job for fewer workers is no business of this one, and may already be over.
      let helpers = Int(seen & 255)
      guard helpers > index, let job else { continue }
      work(job, from: index + 1, of: helpers + 1)
      finished.wrappingAdd(1, ordering: .releasing)
    }
  }

  private func nextSignal(_ worker: Worker, after seen: UInt) -> UInt {
    let end = DispatchTime.now().uptimeNanoseconds + Self.watch
    while true {
      for _ in 0..<64 {
        let now = signal.load(ordering: .acquiring)
        if now != seen { return now }
        processor_pause()
      }
      guard DispatchTime.now().uptimeNanoseconds > end else { continue }
      worker.isAsleep.store(true, ordering: .sequentiallyConsistent)
      let now = signal.load(ordering: .sequentiallyConsistent)
      // Either nobody has rung (then this thread withdraws), or somebody has and the alarm must be heard.
      if now != seen && worker.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { return now }
      worker.alarm.wait()
      return signal.load(ordering: .acquiring)
    }
  }
}
