import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// How far a long computation is: on a terminal one line that is drawn again and again, elsewhere a plain line now and then.
///
/// Written to standard error, so that standard output stays what the program has to say.
public struct ProgressBar {
  /// Where the progress goes.
  public enum Style: Sendable {
    /// A bar on a terminal, lines elsewhere.
    case automatic
    /// One line, redrawn.
    case bar
    /// A line every ten seconds and one at the end.
    case lines
    /// Nothing.
    case silent
  }

  private let title: String
  private let total: Int
  private let first: Int
  private let style: Style
  private let write: (String) -> Void
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?
  private var hasLine = false

  /// A bar for `total` steps, of which `first` are done already (a resumed run).
  public init(_ title: String, total: Int, first: Int = 0, style: Style = .automatic) {
    self.init(title, total: total, first: first, style: style) { text in
      FileHandle.standardError.write(Data(text.utf8))
    }
  }

  init(_ title: String, total: Int, first: Int, style: Style, write: @escaping (String) -> Void) {
    self.title = title
    self.total = total
    self.first = first
    if case .automatic = style {
      self.style = isatty(STDERR_FILENO) == 1 ? .bar : .lines
    } else {
      self.style = style
    }
    self.write = write
  }

  /// Tells how many steps are done, and a note such as `loss 0.182`. Cheap enough to be called at every step: draws ten times a second at most.
  public mutating func update(_ done: Int, note: String = "") {
    let now = ContinuousClock.now
    let interval: Duration
    switch style {
    case .bar: interval = .milliseconds(100)
    case .lines: interval = .seconds(10)
    case .automatic, .silent: return
    }
    if let lastShown, now - lastShown < interval { return }
    if case .lines = style, lastShown == nil, now - start < .seconds(2) { return }
    lastShown = now
    show(line(done, note: note))
  }

  /// Draws the last state and ends the line.
  public mutating func finish(_ done: Int, note: String = "") {
    switch style {
    case .automatic, .silent: return
    case .bar, .lines: show(line(done, note: note))
    }
    if hasLine { write("\n") }
    hasLine = false
  }

  private mutating func show(_ text: String) {
    if case .bar = style {
      // Over the old line, and clear what stands behind.
      write("\r" + text + "\u{1B}[K")
      hasLine = true
    } else {
      write(text + "\n")
    }
  }

  private func line(_ done: Int, note: String) -> String {
    let elapsed = seconds(ContinuousClock.now - start)
    let rate = elapsed > 0 ? Double(done - first) / elapsed : 0
    var parts = ["\(done)/\(total)"]
    if rate > 0 {
      parts.append(rate >= 10 ? "\(Int(rate.rounded())) steps/s" : "\((rate * 10).rounded() / 10) steps/s")
      parts.append(
        done < total ? "\(clock(Double(total - done) / rate)) left" : "took \(clock(elapsed))")
    }
    if !note.isEmpty { parts.append(note) }
    let facts = parts.joined(separator: " · ")
    guard case .bar = style else { return "\(title) \(facts)" }
    let width = max(0, min(30, columns() - title.count - facts.count - 3))
    let filled = total > 0 ? min(width, width * done / total) : width
    let bar = String(repeating: "━", count: filled) + String(repeating: "┄", count: width - filled)
    return "\(title) \(bar) \(facts)"
  }

  private func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    let rest = whole % 60
    return "\(whole / 60):\(rest < 10 ? "0" : "")\(rest)"
  }

  private func columns() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// A duration in seconds.
func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
