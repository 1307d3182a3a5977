import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A process and all that it started, so that they can be ended together.
final class ProcessGroup: Sendable {
  private let id = Mutex<pid_t?>(nil)
  private let isKilled = Atomic<Bool>(false)
  private let why = Mutex<String?>(nil)

  /// The process that leads the group; its number is the group's.
  var leader: pid_t? {
    get { id.withLock { $0 } }
    set { id.withLock { $0 = newValue } }
  }

  /// Whether ``kill()`` has been called: set before the signal goes out, so whoever sees its effect sees this too.
  var wasKilled: Bool { isKilled.load(ordering: .sequentiallyConsistent) }

  /// What the group had too much of, if it was killed for that.
  var excess: String? { why.withLock { $0 } }

  /// Ends every process of the group at once, for having taken too much of something.
  func kill(because excess: String) {
    why.withLock { $0 = $0 ?? excess }
    kill()
  }

  /// Ends every process of the group at once.
  func kill() {
    isKilled.store(true, ordering: .sequentiallyConsistent)
    send(SIGKILL)
  }

  func send(_ signal: Int32) {
    guard let leader, leader > 1 else { return }
    #if canImport(Darwin)
      _ = Darwin.kill(-leader, signal)
    #else
      _ = Glibc.kill(-leader, signal)
    #endif
  }
}
