import Datasets
import Foundation
import Tensors
import XCTest

final class BracketGrammarTests: XCTestCase {
  func testCountsAreCatalanNumbers() {
    for (pairs, catalan) in [(1, 1), (2, 2), (3, 5), (4, 14), (5, 42), (8, 1430)] {
      for kinds in 1...4 {
        let power = (0..<pairs).reduce(1) { product, _ in product * kinds }
        XCTAssertEqual(BracketGrammar(kinds: kinds, length: 2 * pairs).count, catalan * power)
      }
    }
    XCTAssertEqual(BracketGrammar(kinds: 2, length: 16).bitsPerCharacter, 1.15511, accuracy: 1e-5)
  }

  /// All 4⁶ strings of six characters are tried: those that are valid are exactly those that are listed.
  func testTheListIsWhatTheParserAccepts() {
    let grammar = BracketGrammar(kinds: 2, length: 6)
    var valid: Set<[Int]> = []
    for code in 0..<4096 {
      let tokens = (0..<6).map { (code >> (2 * $0)) & 3 }
      if grammar.isValid(tokens) { valid.insert(tokens) }
    }
    XCTAssertEqual(valid, Set(grammar.strings()))
    XCTAssertEqual(grammar.strings().count, grammar.count)
    XCTAssertTrue(valid.allSatisfy { balances(String($0.map { grammar.alphabet[$0] })) })
  }

  /// Another way to check: take away matching neighbours until none are left.
  private func balances(_ text: String) -> Bool {
    var text = text
    while true {
      let shorter = text.replacingOccurrences(of: "()", with: "").replacingOccurrences(of: "[]", with: "")
      if shorter == text { return text.isEmpty }
      text = shorter
    }
  }

  func testWhereAStringGoesWrong() {
    let grammar = BracketGrammar(kinds: 2, length: 4)
    XCTAssertNil(grammar.firstError(in: [0, 2, 3, 1]), "([])")
    XCTAssertEqual(grammar.firstError(in: [0, 2, 1, 3]), 2, "([)]: the third")
    XCTAssertEqual(grammar.firstError(in: [1, 0, 0, 1]), 0, "closes nothing")
    XCTAssertEqual(grammar.firstError(in: [0, 0, 0, 1]), 4, "stays open")
    XCTAssertEqual(grammar.firstError(in: [0, 1]), 2, "too short")
    XCTAssertEqual(grammar.firstError(in: [0, 1, 0, 1, 0, 1]), 4, "too long")
    XCTAssertEqual(grammar.firstError(in: [0, 4, 0, 1]), 1, "a mask is no bracket")
    XCTAssertEqual(grammar.logProbability([0, 1, 0, 1]), -Foundation.log(8), accuracy: 1e-12)
    XCTAssertEqual(grammar.logProbability([0, 0, 0, 1]), -.infinity)
  }

  /// χ² of 8,960 samples over the 224 strings of eight brackets: mean 223, standard deviation 21.
  func testSamplesAreUniform() {
    let grammar = BracketGrammar(kinds: 2, length: 8)
    XCTAssertEqual(grammar.count, 224)
    var rng = RandomStream(seed: 7)
    var counts = Dictionary(uniqueKeysWithValues: grammar.strings().map { ($0, 0) })
    for _ in 0..<8960 { counts[grammar.sample(using: &rng), default: 0] += 1 }
    XCTAssertEqual(counts.count, 224, "a sample is not in the list")
    let chiSquared = counts.values.reduce(0.0) { $0 + (Double($1) - 40) * (Double($1) - 40) / 40 }
    XCTAssertEqual(chiSquared, 223, accuracy: 4 * 21.1)
  }
}
