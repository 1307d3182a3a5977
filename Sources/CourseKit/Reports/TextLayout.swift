extension String {
  /// The text filled up with spaces at its end.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  /// The text filled up with spaces at its beginning.
  func aligned(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }

  /// The text in lines of at most `width` characters, broken at spaces.
  public func lines(width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, line.count + 1 + word.count > width {
          lines.append(line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      lines.append(line)
    }
    return lines
  }
}
