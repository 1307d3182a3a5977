import Foundation

/// One error or warning of the compiler.
public struct Diagnostic: Hashable, Sendable, Codable, CustomStringConvertible {
  public enum Severity: String, Sendable, Codable {
    case error, warning
  }

  /// From the package's root.
  public var file: String
  public var line: Int
  public var column: Int
  public var severity: Severity
  public var message: String

  public var description: String { "\(file):\(line):\(column): \(severity.rawValue): \(message)" }
}

extension Diagnostic {
  /// The diagnostics in a build's output, each once, in order.
  ///
  /// - Parameter folder: what to cut off absolute paths.
  static func all(in output: String, below folder: URL) -> [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return output.split(whereSeparator: \.isNewline).compactMap { line in
      guard let diagnostic = Diagnostic(line: line, below: folder), seen.insert(diagnostic).inserted else { return nil }
      return diagnostic
    }
  }

  /// Reads `/path/File.swift:3:14: error: cannot find 'x' in scope`.
  init?(line: Substring, below folder: URL) {
    for severity in [Severity.error, .warning] {
      guard let mark = line.range(of: ": \(severity.rawValue): ") else { continue }
      let place = line[..<mark.lowerBound].split(separator: ":", omittingEmptySubsequences: false)
      guard place.count >= 3, let column = Int(place[place.count - 1]), let row = Int(place[place.count - 2]) else {
        continue
      }
      let path = place.dropLast(2).joined(separator: ":")
      let prefix = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
      self.init(
        file: path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path, line: row, column: column,
        severity: severity, message: String(line[mark.upperBound...]))
      return
    }
    return nil
  }
}
