/// What can be read off a Swift text without parsing it.
extension StringProtocol {
  /// Its names, keywords and numbers, in order.
  var swiftWords: [SubSequence] { split { !$0.isLetter && !$0.isNumber && $0 != "_" } }

  /// Its lines without comments that begin with `//`.
  var linesOfCode: [SubSequence] {
    split(whereSeparator: \.isNewline).map { line in
      line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }
  }
}
