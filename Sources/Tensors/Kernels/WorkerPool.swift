import CProcessor
import Dispatch
import Foundation
import Synchronization

/// Threads that wait for work by looking, not by sleeping.
///
/// A training step is some hundred parallel loops of 2 to 500 µs. Waking a sleeping thread costs 5 to 50 µs, which
/// would eat what a second core gains; a thread that has just worked therefore watches for the next job for a while,
/// which it then sees within a fraction of a microsecond, and goes to sleep only when none comes. A thread that comes
/// too late, because it slept or another program had its core, is not waited for: the others do its share.
///
/// `@unchecked Sendable`: `job` and the shares' ends are written by the one thread that holds `isTaken`, before `state`
/// announces the job, and read by workers that have entered it there; `workers` is that thread's alone.
final class WorkerPool: @unchecked Sendable {
  static let shared = WorkerPool()

  /// What a job consists of, on the stack of the thread that waits for it.
  private struct Job {
    let run: (Int) -> Void
  }

  /// The current job, as one number.
  ///
  /// A worker is in the job between ``entered`` and ``left``, and gets in only as long as the job is open; whoever
  /// closes it then waits for those who are in.
  private struct State {
    var bits: UInt

    init(bits: UInt) { self.bits = bits }

    /// Job number `number`, open, for so many helpers.
    init(number: UInt, helpers: Int) { bits = number << 17 | UInt(helpers) << 9 }

    var number: UInt { bits >> 17 }
    /// The workers 0 ..< helpers may enter.
    var helpers: Int { Int(bits >> 9 & 255) }
    static let closed: UInt = 1 << 8
    var isClosed: Bool { bits & Self.closed != 0 }
    /// How many are in.
    var busy: Int { Int(bits & 255) }
  }

  /// What everybody looks at, in a cache line that nothing else disturbs.
  private struct Board: ~Copyable {
    let state = Atomic<UInt>(0)
    var job: UnsafePointer<Job>?
  }

  /// The part of a job's tasks that one thread begins with: `next ..< end`.
  private struct Share: ~Copyable {
    let next = Atomic<Int>(0)
    var end = 0
  }

  private final class Worker: Sendable {
    let isAsleep = Atomic<Bool>(false)
    let alarm = DispatchSemaphore(value: 0)
  }

  /// How long a worker looks for the next job before it goes to sleep.
  private static let watch: UInt64 = 200_000  // nanoseconds
  private static let mostThreads = 256
  /// What one thread writes often lies so far from what another does that their cache lines, and those that are
  /// fetched along with them, are not the same.
  private static let apart = 128

  private let isTaken = Atomic<Bool>(false)
  private let board: UnsafeMutablePointer<Board>
  /// One for the caller, one for each worker.
  private let shares: UnsafeMutableRawPointer
  private var workers: [Worker] = []

  private init() {
    let bytes = (1 + Self.mostThreads) * Self.apart
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.apart)
    board = memory.bindMemory(to: Board.self, capacity: 1)
    board.initialize(to: Board())
    shares = memory + Self.apart
    for thread in 0..<Self.mostThreads {
      (shares + thread * Self.apart).bindMemory(to: Share.self, capacity: 1).initialize(to: Share())
    }
  }

  @inline(__always)
  private func share(_ thread: Int) -> UnsafeMutablePointer<Share> {
    (shares + thread * Self.apart).assumingMemoryBound(to: Share.self)
  }

  /// Calls `body(0) … body(count − 1)` on this thread and up to `threads − 1` others, and returns when all are done.
  ///
  /// Every thread begins with a share of its own, the same one in job after job, so that it finds in its cache what it
  /// wrote there before; when it is through it helps the others. A call from within `body`, or from a second thread
  /// while the pool is at work, runs on its own thread alone: the cores are busy.
  func run(_ count: Int, threads: Int, _ body: (Int) -> Void) {
    let helpers = min(threads, count, Self.mostThreads) - 1
    guard helpers > 0, isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
      for index in 0..<count { body(index) }
      return
    }
    defer { isTaken.store(false, ordering: .releasing) }
    while workers.count < helpers { start() }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: Job(run: body)) { job in
        board.pointee.job = job
        for thread in 0...helpers {
          let share = share(thread)
          share.pointee.next.store(count * thread / (helpers + 1), ordering: .relaxed)
          share.pointee.end = count * (thread + 1) / (helpers + 1)
        }
        let last = State(bits: board.pointee.state.load(ordering: .relaxed))
        let open = State(number: last.number &+ 1, helpers: helpers)
        board.pointee.state.store(open.bits, ordering: .sequentiallyConsistent)
        for worker in workers[..<helpers]
        where worker.isAsleep.load(ordering: .sequentiallyConsistent)
          && worker.isAsleep.exchange(false, ordering: .sequentiallyConsistent)
        {
          worker.alarm.signal()
        }
        work(job, from: 0, of: helpers + 1)
        // All tasks are taken; who is not in yet need not come.
        var state = State(bits: board.pointee.state.bitwiseOr(State.closed, ordering: .acquiringAndReleasing).newValue)
        var looks = 0
        while state.busy > 0 {
          looks += 1
          if looks < 20_000 { processor_pause() } else { sched_yield() }
          state = State(bits: board.pointee.state.load(ordering: .acquiring))
        }
        board.pointee.job = nil
      }
    }
  }

  /// Takes tasks until none are left. Not inlined, so that its own reference to the closure is gone when it returns:
  /// `withoutActuallyEscaping` stops the program if anybody has one left.
  @inline(never)
  private func work(_ job: UnsafePointer<Job>, from first: Int, of count: Int) {
    let run = job.pointee.run
    for step in 0..<count {
      let share = share((first + step) % count)
      let end = share.pointee.end
      while true {
        let index = share.pointee.next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= end { break }
        run(index)
      }
    }
  }

  private func start() {
    let index = workers.count
    let worker = Worker()
    workers.append(worker)
    let seen = State(bits: board.pointee.state.load(ordering: .relaxed)).number
    let thread = Thread { [self] in serve(worker, index: index, seen: seen) }
    thread.name = "tensor worker \(index)"
    thread.qualityOfService = .userInitiated
    thread.start()
  }

  /// What a worker does for ever.
  private func serve(_ worker: Worker, index: Int, seen: UInt) {
    var seen = seen
    while true {
      let state = nextState(worker, after: seen)
      seen = state.number
      guard let job = enter(state, as: index) else { continue }
      work(job, from: index + 1, of: state.helpers + 1)
      board.pointee.state.wrappingSubtract(1, ordering: .releasing)
    }
  }

  /// The job that was announced, if it is for this worker and still open.
  private func enter(_ announced: State, as index: Int) -> UnsafePointer<Job>? {
    var state = announced
    while state.number == announced.number && !state.isClosed && state.helpers > index {
      let (isIn, now) = board.pointee.state.compareExchange(
        expected: state.bits, desired: state.bits + 1, ordering: .acquiringAndReleasing)
      if isIn { return board.pointee.job }
      state = State(bits: now)
    }
    return nil
  }

  private func nextState(_ worker: Worker, after seen: UInt) -> State {
    let end = DispatchTime.now().uptimeNanoseconds + Self.watch
    while true {
      for _ in 0..<64 {
        let now = State(bits: board.pointee.state.load(ordering: .acquiring))
        if now.number != seen { return now }
        processor_pause()
      }
      guard DispatchTime.now().uptimeNanoseconds > end else { continue }
      worker.isAsleep.store(true, ordering: .sequentiallyConsistent)
      let now = State(bits: board.pointee.state.load(ordering: .sequentiallyConsistent))
      // Either nobody has rung (then this thread withdraws), or somebody has and the alarm must be heard.
      if now.number != seen && worker.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { return now }
      worker.alarm.wait()
      return State(bits: board.pointee.state.load(ordering: .acquiring))
    }
  }
}
