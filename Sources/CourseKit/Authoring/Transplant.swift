/// Puts a mistake into an answer.
///
/// A mistake is written without the indentation that the answer has at that place: `find`'s first line may begin
/// anywhere in a line, and its other lines keep their distance to the left from each other.
struct Transplant {
  /// The answer's lines.
  let answer: [String]

  /// How often what the mistake replaces occurs in the answer.
  func occurrences(of mistake: Mistake) -> Int { places(of: mistake).count }

  /// The answer's lines with the mistake in them; `nil` if what it replaces doesn't occur exactly once.
  func applying(_ mistake: Mistake) -> [String]? {
    let places = places(of: mistake)
    guard places.count == 1, let (range, indentation) = places.first else { return nil }
    var text = self.text
    text.replaceSubrange(range, with: Transplant.indented(mistake.replace, by: indentation))
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private var text: String { answer.joined(separator: "\n") }

  /// Where `find` occurs, with the indentation of its lines but the first.
  private func places(of mistake: Mistake) -> [(Range<String.Index>, Int)] {
    guard mistake.find.contains(where: { !$0.isWhitespace }) else { return [] }
    let widest = answer.map { $0.prefix { $0 == " " }.count }.max() ?? 0
    let indentations = mistake.find.contains("\n") ? Array(0...widest) : [0]
    return indentations.flatMap { indentation in
      text.ranges(of: Transplant.indented(mistake.find, by: indentation)).map { ($0, indentation) }
    }
  }

  /// The text with its lines but the first moved to the right.
  private static func indented(_ text: String, by indentation: Int) -> String {
    let margin = String(repeating: " ", count: indentation)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated()
      .map { $0.offset == 0 || $0.element.isEmpty ? String($0.element) : margin + $0.element }
      .joined(separator: "\n")
  }
}
