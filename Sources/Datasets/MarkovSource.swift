import Foundation
import Tensors

/// A Markov chain of order 1 as a source of texts: x₁ ~ π, xᵢ₊₁ ~ P(xᵢ, ·).
///
/// Its likelihood, its entropy and the conditional law of any characters given any others are all exact, so that a
/// model of texts can be compared with the best that there can be.
public struct MarkovSource: Sendable {
  /// π, the law of the first character.
  public let initial: [Double]
  /// P, row by row: `transition[a][b]` is the probability that b follows a.
  public let transition: [[Double]]

  /// - Parameters:
  ///   - initial: V probabilities.
  ///   - transition: V rows of V probabilities.
  public init(initial: [Double], transition: [[Double]]) {
    let rows = [initial] + transition
    guard !initial.isEmpty, transition.count == initial.count,
      rows.allSatisfy({ row in
        row.count == initial.count && row.allSatisfy { $0 >= 0 } && abs(row.reduce(0, +) - 1) < 1e-9
      })
    else { fatalError("MarkovSource: π and every row of P must be \(initial.count) probabilities that sum to 1.") }
    self.initial = initial
    self.transition = transition
  }

  /// A source of V states whose rows are drawn at random, P(a, b) ∝ exp(sharpness · N(0, 1)), and which starts in its
  /// stationary law. With sharpness 0 all is uniform; the larger, the more predictable.
  public static func random(stateCount: Int, sharpness: Double, using rng: inout RandomStream) -> MarkovSource {
    let rows = (0..<stateCount).map { _ -> [Double] in
      let weights = (0..<stateCount).map { _ in exp(sharpness * rng.nextNormal()) }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    var law = [Double](repeating: 1 / Double(stateCount), count: stateCount)
    // Rows of positive numbers: the chain forgets its start, each step by a constant factor.
    for _ in 0..<2000 { law = step(law, rows) }
    let sum = law.reduce(0, +)
    return MarkovSource(initial: law.map { $0 / sum }, transition: rows)
  }

  /// V, the number of characters.
  public var stateCount: Int { initial.count }

  private static func step(_ law: [Double], _ rows: [[Double]]) -> [Double] {
    law.indices.map { b in law.indices.reduce(0) { $0 + law[$1] * rows[$1][b] } }
  }

  private func step(_ law: [Double]) -> [Double] { Self.step(law, transition) }

  /// A text of so many characters.
  public func sample(length: Int, using rng: inout RandomStream) -> [Int] {
    var tokens: [Int] = []
    for _ in 0..<length {
      let law = tokens.last.map { transition[$0] } ?? initial
      var rest = rng.nextUniform()
      var token = law.lastIndex { $0 > 0 }!
      for (candidate, probability) in law.enumerated() {
        rest -= probability
        if rest < 0 {
          token = candidate
          break
        }
      }
      tokens.append(token)
    }
    return tokens
  }

  /// log p(x) in nats.
  public func logProbability(_ tokens: [Int]) -> Double {
    guard let first = tokens.first else { return 0 }
    return zip(tokens, tokens.dropFirst()).reduce(log(initial[first])) { $0 + log(transition[$1.0][$1.1]) }
  }

  /// The entropy of a text of so many characters, in nats: H(x₁) + Σ H(xᵢ₊₁ | xᵢ).
  public func entropy(length: Int) -> Double {
    func entropy(_ law: [Double]) -> Double { law.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 } }
    var law = initial
    var total = length > 0 ? entropy(law) : 0
    for _ in 1..<max(1, length) {
      total += zip(law, transition).reduce(0) { $0 + $1.0 * entropy($1.1) }
      law = step(law)
    }
    return total
  }

  /// The law of every character given those that are known (nil: unknown), by sums forward and backward; a known
  /// character's law has all its mass there.
  ///
  /// - Returns: a row of V probabilities a place; nil if what is known has probability 0.
  /// - Complexity: O(L V²).
  public func conditionals(given known: [Int?]) -> [[Double]]? {
    func fits(_ place: Int, _ token: Int) -> Bool { known[place] == nil || known[place] == token }
    // Each scaled to sum 1: only ratios count, and long texts would leave the range of a Double.
    var forward: [[Double]] = []
    for place in known.indices {
      let law = forward.last.map(step) ?? initial
      guard let scaled = Self.scaled(law.indices.map { fits(place, $0) ? law[$0] : 0 }) else { return nil }
      forward.append(scaled)
    }
    var backward = [Double](repeating: 1, count: stateCount)
    var result = forward
    for place in known.indices.reversed() {
      guard let row = Self.scaled(zip(forward[place], backward).map { $0 * $1 }) else { return nil }
      result[place] = row
      let own = backward.indices.map { fits(place, $0) ? backward[$0] : 0 }
      let earlier = backward.indices.map { a in own.indices.reduce(0) { $0 + transition[a][$1] * own[$1] } }
      guard let scaled = Self.scaled(earlier) else { return nil }
      backward = scaled
    }
    return result
  }

  private static func scaled(_ weights: [Double]) -> [Double]? {
    let sum = weights.reduce(0, +)
    return sum > 0 ? weights.map { $0 / sum } : nil
  }
}
