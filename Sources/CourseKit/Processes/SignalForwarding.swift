import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Hands Ctrl-C and its kin on to a child, so that it can save its work, while the tool itself lives on to report.
///
/// The child leads a process group of its own: it hears of each signal once, from the tool, whether it came from the
/// keyboard or from `kill`.
enum SignalForwarding {
  private static let target = Atomic<pid_t>(0)
  private static let wasInterrupted = Atomic<Bool>(false)
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Runs `body` while signals are caught.
  ///
  /// - Parameter body: gets a function to name the leader of the group that signals go to, once it lives.
  /// - Returns: what `body` returns, and whether a signal came.
  static func during<Result>(
    _ body: (_ follow: @escaping @Sendable (pid_t) -> Void) async throws -> Result
  ) async rethrows -> (result: Result, wasInterrupted: Bool) {
    target.store(0, ordering: .sequentiallyConsistent)
    wasInterrupted.store(false, ordering: .sequentiallyConsistent)
    for number in signals { signal(number) { SignalForwarding.handle($0) } }
    defer { for number in signals { signal(number, SIG_DFL) } }
    let result = try await body { leader in
      target.store(leader, ordering: .sequentiallyConsistent)
      // A signal may have come before there was anybody to hand it to.
      if wasInterrupted.load(ordering: .sequentiallyConsistent) { kill(-leader, SIGINT) }
    }
    return (result, wasInterrupted.load(ordering: .sequentiallyConsistent))
  }

  private static func handle(_ number: Int32) {
    wasInterrupted.store(true, ordering: .sequentiallyConsistent)
    let leader = target.load(ordering: .sequentiallyConsistent)
    if leader > 1 { kill(-leader, number) }
  }
}
