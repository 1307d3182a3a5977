#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What a signal means to somebody who looks for a bug.
enum Signal {
  static func name(_ signal: Int32) -> String {
    switch signal {
    case SIGILL, SIGTRAP: "a trap: an overflow, an index out of range, a nil, a fatalError"
    case SIGSEGV: "a bad memory access, or endless recursion"
    case SIGBUS: "a bad memory access"
    case SIGABRT: "aborted, perhaps out of memory"
    case SIGFPE: "an arithmetic error"
    case SIGKILL: "killed, perhaps out of memory"
    default: "signal \(signal)"
    }
  }
}
