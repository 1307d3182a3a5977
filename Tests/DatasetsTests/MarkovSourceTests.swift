import Datasets
import Foundation
import Tensors
import XCTest

final class MarkovSourceTests: XCTestCase {
  private func source() -> MarkovSource {
    var rng = RandomStream(seed: 3)
    return .random(stateCount: 3, sharpness: 1.5, using: &rng)
  }

  private func texts(_ source: MarkovSource, length: Int) -> [[Int]] {
    (0..<length).reduce([[]]) { texts, _ in texts.flatMap { text in (0..<source.stateCount).map { text + [$0] } } }
  }

  func testEntropyAndStationarity() {
    let source = source()
    let all = texts(source, length: 4)
    let laws = all.map { exp(source.logProbability($0)) }
    XCTAssertEqual(laws.reduce(0, +), 1, accuracy: 1e-12)
    let entropy = zip(laws, all).reduce(0) { $0 - $1.0 * source.logProbability($1.1) }
    XCTAssertEqual(entropy, source.entropy(length: 4), accuracy: 1e-12)
    for state in 0..<3 {
      let share = zip(laws, all).reduce(0) { $0 + ($1.1[3] == state ? $1.0 : 0) }
      XCTAssertEqual(share, source.initial[state], accuracy: 1e-12, "the chain starts in its stationary law")
    }
    let two = MarkovSource(initial: [0.5, 0.5], transition: [[0.9, 0.1], [0.1, 0.9]])
    XCTAssertEqual(two.entropy(length: 3) / log(2), 1 + 2 * 0.468996, accuracy: 1e-5)
  }

  /// Against sums over all 81 texts, for every choice of known places.
  func testConditionals() throws {
    let source = source()
    let all = texts(source, length: 4)
    let text = [2, 0, 1, 1]
    for mask in 0..<16 {
      let known = text.indices.map { mask >> $0 & 1 == 1 ? nil : text[$0] }
      let rows = try XCTUnwrap(source.conditionals(given: known))
      var sums = [[Double]](repeating: [0, 0, 0], count: 4)
      for other in all where zip(known, other).allSatisfy({ $0 == nil || $0 == $1 }) {
        for place in 0..<4 { sums[place][other[place]] += exp(source.logProbability(other)) }
      }
      for place in 0..<4 {
        let sum = sums[place].reduce(0, +)
        for state in 0..<3 { XCTAssertEqual(rows[place][state], sums[place][state] / sum, accuracy: 1e-12) }
      }
    }
    let never = MarkovSource(initial: [1, 0], transition: [[0, 1], [1, 0]])
    XCTAssertNil(never.conditionals(given: [0, nil, 1]))
  }

  func testSamples() {
    let source = source()
    var rng = RandomStream(seed: 5)
    var sum = 0.0
    for _ in 0..<4000 { sum -= source.logProbability(source.sample(length: 5, using: &rng)) }
    XCTAssertEqual(sum / 4000, source.entropy(length: 5), accuracy: 0.1)
  }
}
