/// How much two submissions are alike: a hint where to look, never a verdict.
///
/// A text becomes a sequence of tokens in which every name is the same one, so that renaming changes nothing; comments and spaces
/// are left out. Its *shingles* are all runs of so many tokens. Shingles that the stubs have too, or that many
/// submissions have (there may be one way to write it), say nothing and don't count.
public enum Similarity {
  /// Two submissions that are alike.
  public struct Pair: Equatable, Sendable {
    public var first: String
    public var second: String
    /// The share of the rarer shingles of the one with fewer of them that the other has too: 0 … 1.
    public var share: Double
    /// How many they have in common.
    public var common: Int
  }

  static let length = 12
  /// A shingle that more submissions than this have says nothing.
  static let commonest = 4

  /// The pairs that share most, at most `limit` of them.
  ///
  /// - Parameters:
  ///   - texts: of each submission.
  ///   - known: what everybody had to start from.
  ///   - least: the least share that is worth a look.
  /// - Complexity: O(total length), because a rare shingle makes few pairs.
  static func pairs(
    of texts: [String: [String]], known: [String], least: Double = 0.5, limit: Int = 20
  ) -> [Pair] {
    let given = known.reduce(into: Set<Int>()) { $0.formUnion(shingles($1)) }
    var owners: [Int: [String]] = [:]
    for name in texts.keys.sorted() {
      let own = texts[name, default: []].reduce(into: Set<Int>()) { $0.formUnion(shingles($1)) }.subtracting(given)
      for shingle in own { owners[shingle, default: []].append(name) }
    }
    var counts: [String: Int] = [:]
    var common: [[String]: Int] = [:]
    for names in owners.values where names.count <= commonest {
      for (index, name) in names.enumerated() {
        counts[name, default: 0] += 1
        for other in names[(index + 1)...] { common[[name, other], default: 0] += 1 }
      }
    }
    let pairs = common.map { names, count in
      let fewest = min(counts[names[0]] ?? 0, counts[names[1]] ?? 0)
      return Pair(
        first: names[0], second: names[1], share: Double(count) / Double(max(fewest, 1)), common: count)
    }
    // A handful of tokens is no evidence of anything.
    return Array(
      pairs.filter { $0.share >= least && $0.common >= 30 }
        .sorted { ($0.share, $0.common, $1.first, $1.second) > ($1.share, $1.common, $0.first, $0.second) }.prefix(
          limit))
  }

  /// The hashes of all runs of ``length`` tokens.
  static func shingles(_ text: String) -> Set<Int> {
    let tokens = tokens(text)
    guard tokens.count >= length else { return [] }
    return Set((0...tokens.count - length).map { Array(tokens[$0..<$0 + length]).hashValue })
  }

  static func tokens(_ text: String) -> [String] {
    let keywords: Set = [
      "let", "var", "func", "if", "else", "guard", "for", "in", "while", "return", "switch", "case", "try", "throw",
      "struct", "break", "continue", "where", "nil", "true", "false", "default", "repeat", "inout",
    ]
    return text.linesOfCode.flatMap { code -> [String] in
      var tokens: [String] = []
      var word = ""
      func finish() {
        if !word.isEmpty { tokens.append(keywords.contains(word) || word.first!.isNumber ? word : "name") }
        word = ""
      }
      for character in code {
        if character.isLetter || character.isNumber || character == "_" {
          word.append(character)
        } else {
          finish()
          if !character.isWhitespace { tokens.append(String(character)) }
        }
      }
      finish()
      return tokens
    }
  }
}
