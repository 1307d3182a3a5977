import Datasets
import Foundation
import LabKit
import Tensors

/// A source of texts of one length: what is trained on, and how a sample is judged.
struct TextSource {
  let name: String
  let characters: [Character]
  let length: Int
  /// A random training text.
  let draw: (_ rng: inout RandomStream) -> [Int]
  /// What is said of a sample.
  let judge: (_ tokens: [Int]) -> Verdict
  /// The entropy in bits per character, where it is known: no model's mean can be lower.
  var bitsPerCharacter: Double?

  /// Whether anybody can say what a sample is worth.
  var isJudged: Bool { judge([]) != .unjudged }

  /// What a sample is.
  enum Verdict: Equatable {
    /// A string of the grammar, or a word that was trained on.
    case known
    /// A real word that was never trained on.
    case new
    /// Not valid: the place of the first error, if it can be told.
    case wrong(at: Int?)
    /// Nobody can say.
    case unjudged
  }

  // MARK: - The three sources

  /// Balanced strings in two kinds of brackets.
  static func brackets(length: Int) -> TextSource {
    let grammar = BracketGrammar(kinds: 2, length: length)
    return TextSource(
      name: "brackets", characters: grammar.alphabet, length: length, draw: { grammar.sample(using: &$0) },
      judge: { tokens in grammar.firstError(in: tokens).map { Verdict.wrong(at: $0) } ?? .known },
      bitsPerCharacter: grammar.bitsPerCharacter)
  }

  /// English words of at most `length` letters, all equally probable, filled up with blanks. Nine in ten are trained on.
  static func words(length: Int) throws -> TextSource {
    let split = try WordList.split()
    let (train, heldOut) = (split.train.filter { $0.count <= length }, split.heldOut.filter { $0.count <= length })
    let characters: [Character] = [" "] + "abcdefghijklmnopqrstuvwxyz"
    let token = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($0.element, $0.offset) })
    func tokens(_ word: String) -> [Int] {
      word.map { token[$0]! } + Array(repeating: 0, count: length - word.count)
    }
    let (known, new) = (train.map(tokens), Set(heldOut.map(tokens)))
    let knownSet = Set(known)
    return TextSource(
      name: "words", characters: characters, length: length, draw: { known[$0.integer(below: known.count)] },
      judge: { tokens in knownSet.contains(tokens) ? .known : new.contains(tokens) ? .new : .wrong(at: nil) })
  }

  /// Any text: pieces of `length` characters, begun anywhere.
  ///
  /// - Throws: ``LabError`` for a text with less than two pieces, or of one single character.
  static func text(_ data: TextDataset, length: Int) throws -> TextSource {
    guard data.tokens.count >= 2 * length else {
      throw LabError(
        "\(data.name) has \(data.tokens.count) characters; the context is \(length), and at least two pieces of that length are "
          + "needed. Give a longer text, or a shorter context with --context.")
    }
    guard data.vocabulary.count > 1 else {
      throw LabError("\(data.name) repeats one character, from which nothing can be learnt. Give another text.")
    }
    let tokens = data.tokens
    return TextSource(
      name: data.name, characters: data.vocabulary, length: length,
      draw: { rng in
        let start = rng.integer(below: tokens.count - length + 1)
        return Array(tokens[start..<start + length])
      }, judge: { _ in .unjudged })
  }

  func batch(_ count: Int, using rng: inout RandomStream) -> [[Int]] { (0..<count).map { _ in draw(&rng) } }

  /// The share of samples that are strings of the grammar or real words, and that of words never trained on.
  func shares(_ samples: [[Int]]) -> (valid: Double, new: Double, distinct: Double) {
    let verdicts = samples.map(judge)
    let count = Double(max(1, samples.count))
    let new = Double(verdicts.count { $0 == .new })
    let known = Double(verdicts.count { $0 == .known })
    return ((known + new) / count, new / count, Double(Set(samples).count) / count)
  }
}
