import Foundation
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A line between the grader and one test process. The grader sends the words of the receipts; the process sends the
/// receipts.
///
/// It is a pair of sockets, of which the process gets one as its standard input. So nothing of it stands in the
/// environment, in the arguments or in the file system; it can't be opened a second time, as a pipe can through `/proc`; and
/// what has been sent can't be read or changed any more.
final class ReceiptChannel: Sendable {
  /// The process's end.
  let remote: Int32
  private let local: Int32
  private let isOver = Atomic<Bool>(false)
  /// Each is good for one receipt, in this order.
  let words: [String]

  /// More receipts than an exercise can have; and short enough to be sent before anybody reads.
  static let wordCount = 400
  private static let mostBytes = 4 << 20

  init() throws {
    var ends: [Int32] = [-1, -1]
    #if canImport(Darwin)
      let status = socketpair(AF_UNIX, SOCK_STREAM, 0, &ends)
    #else
      let status = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
    #endif
    guard status == 0 else {
      throw CourseError(.environment, "No pair of sockets can be had (\(String(cString: strerror(errno))))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (local, remote) = (ends[0], ends[1])
    var generator = SystemRandomNumberGenerator()
    words = (0..<ReceiptChannel.wordCount).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    let line = Array((words.joined(separator: " ") + "\n").utf8)
    guard send(local, line, line.count, 0) == line.count else {
      close(local)
      close(remote)
      throw CourseError(.environment, "The words of the receipts can't be sent (\(String(cString: strerror(errno))))")
    }
  }

  deinit { close(local) }

  /// Says that the process has ended: what it has sent by now is all.
  func end() { isOver.store(true, ordering: .sequentiallyConsistent) }

  /// What the process sends until ``end()``, or until it hangs up. What is more than any receipts is read and dropped.
  func receive() async -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let isLastLook = isOver.load(ordering: .sequentiallyConsistent)
      while true {
        let count = recv(local, &buffer, buffer.count, Int32(MSG_DONTWAIT.bits))
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { return data }
        if count < 0 { break }
        data.append(contentsOf: buffer.prefix(min(count, ReceiptChannel.mostBytes - data.count)))
      }
      if isLastLook || Task.isCancelled { return data }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }
}

#if canImport(Darwin)
  extension Int32 {
    fileprivate var bits: Int32 { self }
  }
#else
  extension BinaryInteger {
    fileprivate var bits: Int { Int(self) }
  }
#endif
