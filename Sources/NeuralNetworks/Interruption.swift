import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Ctrl-C, caught: while one of these is held, the first SIGINT only sets a flag, and a second one ends the process as usual.
struct Interruption: ~Copyable {
  private static let requested = Atomic<Bool>(false)
  private var before = sigaction()

  init() {
    Self.requested.store(false, ordering: .relaxed)
    var action = sigaction()
    let handler: @convention(c) (Int32) -> Void = { _ in
      if Interruption.requested.exchange(true, ordering: .relaxed) {
        signal(SIGINT, SIG_DFL)
        raise(SIGINT)
      }
    }
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    action.sa_flags = SA_RESTART
    sigaction(SIGINT, &action, &before)
  }

  /// Whether Ctrl-C was pressed since.
  var isRequested: Bool { Self.requested.load(ordering: .relaxed) }

  deinit {
    var before = before
    sigaction(SIGINT, &before, nil)
  }
}
