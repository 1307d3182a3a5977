import Foundation

/// Colours and emphasis for a terminal, or nothing at all.
public struct Style: Equatable, Sendable {
  public let isColored: Bool

  public static let plain = Style(isColored: false)

  /// Colours only where they are seen and wanted: on a terminal, unless `--no-color` was given or `NO_COLOR` is set to
  /// anything but the empty text (https://no-color.org).
  public init(isTerminal: Bool, noColor: Bool, environment: [String: String] = ProcessInfo.processInfo.environment) {
    let isRefused = noColor || !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    isColored = isTerminal && !isRefused
  }

  init(isColored: Bool) { self.isColored = isColored }

  public func bold(_ text: String) -> String { paint(text, "1") }
  public func dim(_ text: String) -> String { paint(text, "2") }
  public func red(_ text: String) -> String { paint(text, "31") }
  public func green(_ text: String) -> String { paint(text, "32") }
  public func yellow(_ text: String) -> String { paint(text, "33") }
  public func cyan(_ text: String) -> String { paint(text, "36") }

  private func paint(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
