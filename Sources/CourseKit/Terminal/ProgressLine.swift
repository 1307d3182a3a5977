import Foundation
import Synchronization

/// One line on standard error that tells what is going on, overwritten as it goes on. On anything but a terminal it
/// only says what begins.
public final class ProgressLine: Sendable {
  private let isTerminal: Bool
  private let width = 78
  private let isShown = Mutex(false)

  public init(isTerminal: Bool) { self.isTerminal = isTerminal }

  /// Says what begins now.
  public func begin(_ text: String) { isTerminal ? show(text) : write(text + "\n") }

  /// Says how it goes on.
  public func update(_ text: String) { if isTerminal { show(text) } }

  /// Takes the line away.
  public func clear() {
    let wasShown = isShown.withLock { shown in
      defer { shown = false }
      return shown
    }
    if wasShown { write("\r\u{1B}[K") }
  }

  private func show(_ text: String) {
    isShown.withLock { $0 = true }
    write("\r\u{1B}[K" + text.prefix(width))
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
