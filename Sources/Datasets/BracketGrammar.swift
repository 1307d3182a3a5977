import Foundation
import Tensors

/// The balanced strings of one length in up to four kinds of brackets, all equally probable:
/// S → ε | ( S ) S | [ S ] S | …
///
/// A law over texts of which everything is known: whether a string belongs to it, how many there are, and so its
/// entropy. With k kinds and length L there are k^(L/2) · C(L/2) strings, where C(n) = (2n)! / (n! (n + 1)!) is
/// Catalan's number. A closing bracket depends on an opening one that may be far away, so that characters drawn
/// independently of each other are seldom right.
///
/// A token is a place in ``alphabet``: the opening bracket of kind j is 2j, the closing one 2j + 1.
public struct BracketGrammar: Sendable {
  /// Kinds of brackets, k.
  public let kinds: Int
  /// Characters a string, L.
  public let length: Int
  /// How many strings there are.
  public let count: Int
  /// `completions[r][d]`: the ways to go on for r more characters when d brackets are open.
  private let completions: [[Int]]

  private static let brackets: [Character] = ["(", ")", "[", "]", "{", "}", "<", ">"]

  /// The grammar of `kinds` kinds of brackets (1 … 4) and an even `length` of at least 2.
  public init(kinds: Int = 2, length: Int) {
    guard (1...4).contains(kinds), length >= 2, length % 2 == 0 else {
      fatalError("BracketGrammar: \(kinds) kinds and length \(length); 1 … 4 kinds and an even length are needed.")
    }
    var table = [[Int]](repeating: [Int](repeating: 0, count: length + 2), count: length + 1)
    table[0][0] = 1
    for left in 1...length {
      for depth in 0...length - left {
        let (opened, isTooMuch) = kinds.multipliedReportingOverflow(by: table[left - 1][depth + 1])
        let (sum, isTooMuchAfterAll) = opened.addingReportingOverflow(depth > 0 ? table[left - 1][depth - 1] : 0)
        if isTooMuch || isTooMuchAfterAll {
          fatalError("BracketGrammar: there are more than 2⁶³ strings of \(length) brackets of \(kinds) kinds.")
        }
        table[left][depth] = sum
      }
    }
    self.kinds = kinds
    self.length = length
    completions = table
    count = table[length][0]
  }

  /// The brackets in the order of their tokens.
  public var alphabet: [Character] { Array(Self.brackets.prefix(2 * kinds)) }

  /// log₂(count) / L: what no model's mean can be below.
  public var bitsPerCharacter: Double { log2(Double(count)) / Double(length) }

  /// log of a string's probability in nats: −log(count) if it is balanced and of the right length, −∞ if not.
  public func logProbability(_ tokens: [Int]) -> Double {
    isValid(tokens) ? -log(Double(count)) : -.infinity
  }

  /// One string, each with the same probability.
  ///
  /// - Complexity: O(L).
  public func sample(using rng: inout RandomStream) -> [Int] {
    var tokens: [Int] = []
    var open: [Int] = []
    for left in stride(from: length, to: 0, by: -1) {
      var choice = rng.integer(below: completions[left][open.count])
      let each = completions[left - 1][open.count + 1]
      if choice < kinds * each {
        choice /= each
        tokens.append(2 * choice)
        open.append(choice)
      } else {
        tokens.append(2 * open.removeLast() + 1)
      }
    }
    return tokens
  }

  /// Where a string first goes wrong: the place of a closing bracket that closes nothing or the wrong kind, of a token
  /// that is no bracket, or the string's own length if brackets stay open or characters are missing; nil for a string
  /// of the grammar.
  ///
  /// - Complexity: O(L).
  public func firstError(in tokens: [Int]) -> Int? {
    var open: [Int] = []
    for (place, token) in tokens.enumerated() {
      guard place < length, (0..<2 * kinds).contains(token) else { return place }
      if token % 2 == 0 {
        open.append(token / 2)
      } else if open.popLast() != token / 2 {
        return place
      }
    }
    return tokens.count == length && open.isEmpty ? nil : tokens.count
  }

  /// Whether the string is balanced and of the right length.
  public func isValid(_ tokens: [Int]) -> Bool { firstError(in: tokens) == nil }

  /// All strings, opening brackets before closing ones. For short lengths.
  ///
  /// - Complexity: O(L · count).
  public func strings() -> [[Int]] {
    // Those with some beginning, and what is open after it.
    var beginnings: [(tokens: [Int], open: [Int])] = [([], [])]
    for left in stride(from: length, to: 0, by: -1) {
      beginnings = beginnings.flatMap { tokens, open -> [(tokens: [Int], open: [Int])] in
        var longer: [(tokens: [Int], open: [Int])] = []
        if completions[left - 1][open.count + 1] > 0 {
          longer = (0..<kinds).map { (tokens + [2 * $0], open + [$0]) }
        }
        if let last = open.last { longer.append((tokens + [2 * last + 1], Array(open.dropLast()))) }
        return longer
      }
    }
    return beginnings.map(\.tokens)
  }
}
