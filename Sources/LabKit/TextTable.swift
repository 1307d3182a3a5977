import Foundation

/// A table for the terminal: columns aligned, two blanks between them.
public struct TextTable: CustomStringConvertible {
  private let rows: [[String]]

  /// - Parameters:
  ///   - header: the columns' names.
  ///   - rows: a row may be shorter than the header; what it lacks stays blank.
  public init(_ header: [String], _ rows: [[String]]) { self.rows = [header] + rows }

  public var description: String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      let line = padded.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

extension Double {
  /// Three significant digits, the same everywhere.
  public var short: String {
    guard isFinite, self != 0 else { return description }
    let scale = Foundation.pow(10, 2 - Foundation.log10(magnitude).rounded(.down))
    return ((self * scale).rounded() / scale).description
  }
}
