import Chapter07DiscreteDiffusion
import ExerciseTesting
import Foundation
import Tensors

/// A law on all texts of a few tokens, and what follows from it by plain sums: the oracle of this chapter's tests, which
/// uses none of its exercises.
struct TinyLaw: Decodable {
  /// N.
  let symbols: Int
  /// L.
  let length: Int
  /// p₀, by the index of the text.
  let law: [Double]

  /// A random law in which no text is impossible.
  static func random(symbols: Int, length: Int, using rng: inout RandomStream) -> TinyLaw {
    let weights = texts(symbols, length).map { _ in 0.02 - log(1 - rng.nextUniform()) }
    let total = weights.reduce(0, +)
    return TinyLaw(symbols: symbols, length: length, law: weights.map { $0 / total })
  }

  var texts: [[Int]] { TinyLaw.texts(symbols, length) }
  var entropy: Double { -law.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 } }

  func probability(of text: [Int]) -> Double { law[text.reduce(0) { $0 * symbols + $1 }] }

  /// The law on all sequences of `states` ≥ N states: sequences with other states have probability 0.
  func embedded(states: Int) -> [Double] {
    TinyLaw.texts(states, length).map { text in text.allSatisfy { $0 < symbols } ? probability(of: text) : 0 }
  }

  /// p_σ on all S^L sequences: the sum over texts, as it is written.
  func marginal(_ kernel: Kernel) -> [Double] {
    let known = zip(texts, law).map { $0 }
    return TinyLaw.texts(kernel.count, length).map { y in
      known.reduce(0) { sum, text in sum + zip(y, text.0).reduce(text.1) { $0 * kernel[$1.0][$1.1] } }
    }
  }

  /// p_σ(x with y at position i)/p_σ(x) for all i and y.
  func scores(_ marginal: [Double], states: Int, at x: [Int]) -> [[Double]] {
    func value(_ x: [Int]) -> Double { marginal[x.reduce(0) { $0 * states + $1 }] }
    return x.indices.map { i in
      (0..<states).map { y in
        var other = x
        other[i] = y
        return value(other) / value(x)
      }
    }
  }

  /// p(xᵢ = v | the tokens that are not masked), for the N tokens and a 0 for the mask, which is N.
  func conditionals(_ noisy: [Int]) -> [[Double]] {
    var rows = Array(repeating: Array(repeating: 0.0, count: symbols + 1), count: length)
    var total = 0.0
    for (text, probability) in zip(texts, law) where zip(text, noisy).allSatisfy({ $1 == symbols || $0 == $1 }) {
      total += probability
      for (i, token) in text.enumerated() { rows[i][token] += probability }
    }
    return rows.map { row in row.map { $0 / total } }
  }

  /// The perfect denoiser of masked texts: ``conditionals(_:)`` of each, worked out beforehand.
  var denoiser: CleanDenoiser {
    let table = TinyLaw.texts(symbols + 1, length).map { conditionals($0) }
    return { batch in batch.map { text in table[text.reduce(0) { $0 * (symbols + 1) + $1 }] } }
  }

  /// All sequences of this length, the first position counting most.
  static func texts(_ states: Int, _ length: Int) -> [[Int]] {
    (0..<length).reduce([[]]) { texts, _ in texts.flatMap { text in (0..<states).map { text + [$0] } } }
  }
}

/// Plain definitions of rates and their exponential.
enum Chain {
  /// The rates of the fixtures' `kind`.
  static func rates(_ kind: String, _ symbols: Int) -> Kernel {
    if kind == "uniform" {
      return (0..<symbols).map { y in (0..<symbols).map { x in 1 / Double(symbols) - (x == y ? 1 : 0) } }
    }
    return (0...symbols).map { y in
      (0...symbols).map { x in x == symbols ? 0 : y == symbols ? 1 : x == y ? -1 : 0 }
    }
  }

  static func graph(_ kind: String, _ symbols: Int) -> TokenGraph {
    kind == "uniform" ? .uniform(tokens: symbols) : .absorbing(tokens: symbols)
  }

  /// exp(σQ) by the power series of σQ/2ᵏ, squared k times.
  static func kernel(_ kind: String, _ symbols: Int, sigma: Double) -> Kernel {
    let halvings = max(0, Int(log2(max(Swift.abs(sigma), 1e-9)).rounded(.up)) + 4)
    let small = rates(kind, symbols).map { row in row.map { $0 * sigma / pow(2, Double(halvings)) } }
    var sum = identity(small.count)
    var power = sum
    for n in 1...14 {
      power = product(power, small).map { row in row.map { $0 / Double(n) } }
      sum = zip(sum, power).map { zip($0, $1).map { $0 + $1 } }
    }
    for _ in 0..<halvings { sum = product(sum, sum) }
    return sum
  }

  static func identity(_ count: Int) -> Kernel { (0..<count).map { y in (0..<count).map { $0 == y ? 1 : 0 } } }

  static func product(_ a: Kernel, _ b: Kernel) -> Kernel {
    a.map { row in b[0].indices.map { x in row.indices.reduce(0) { $0 + row[$1] * b[$1][x] } } }
  }

  /// Σ q log(q/p).
  static func divergence(_ q: [Double], _ p: [Double]) -> Double {
    zip(q, p).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
  }

  /// The law of independent positions, on all sequences.
  static func product(of rows: [[Double]]) -> [Double] {
    rows.reduce([1]) { law, row in law.flatMap { probability in row.map { probability * $0 } } }
  }
}

/// How far counts are from probabilities, in standard deviations of a normal variable: Pearson's χ² with d degrees of
/// freedom, by Wilson and Hilferty's cube root. Beyond 5 it is no chance (one in three million).
func excess(of counts: [Int], over law: [Double]) -> Double {
  let total = Double(counts.reduce(0, +))
  var statistic = 0.0
  var freedom = -1.0
  for (count, probability) in zip(counts, law) {
    if probability == 0 {
      if count > 0 { return .infinity }
      continue
    }
    let expected = total * probability
    statistic += (Double(count) - expected) * (Double(count) - expected) / expected
    freedom += 1
  }
  let spread = 2 / (9 * freedom)
  return (cbrt(statistic / freedom) - (1 - spread)) / spread.squareRoot()
}
