import Chapter07DiscreteDiffusion
import Datasets
import Foundation
import LabKit
import Tensors

/// A law over all texts of a small alphabet, of which everything can be summed up.
struct SmallLaw {
  let name: String
  /// The texts over the graph's states, the mask among them if there is one.
  let space: SequenceSpace
  /// One probability a text; 0 for those with a mask.
  let law: [Double]
  let tokens: Int

  /// `tokens` characters, `length` of them, with weights exp(sharpness · N(0, 1)).
  static func random(
    tokens: Int, length: Int, sharpness: Double = 1.2, graph: (Int) -> TokenGraph = { .absorbing(tokens: $0) }
  ) throws -> SmallLaw {
    let space = try SequenceSpace(stateCount: graph(tokens).stateCount, length: length)
    var rng = RandomStream(seed: 7).stream("law \(tokens) \(length)")
    // The same law for both graphs: the texts without a mask come in the same order.
    let weights = space.sequences.map { text in
      text.allSatisfy { $0 < tokens } ? exp(sharpness * rng.nextNormal()) : 0
    }
    return SmallLaw(name: "random, N = \(tokens), L = \(length)", space: space, weights: weights, tokens: tokens)
  }

  /// The balanced strings of two kinds of brackets.
  static func brackets(length: Int) throws -> SmallLaw {
    let grammar = BracketGrammar(kinds: 2, length: length)
    let space = try SequenceSpace(stateCount: 5, length: length)
    var weights = [Double](repeating: 0, count: space.count)
    for text in grammar.strings() { weights[space.index(of: text)] = 1 }
    return SmallLaw(name: "brackets, L = \(length)", space: space, weights: weights, tokens: 4)
  }

  /// The texts of a Markov chain of three characters.
  static func markov(length: Int) throws -> SmallLaw {
    var rng = RandomStream(seed: 7).stream("markov")
    let source = MarkovSource.random(stateCount: 3, sharpness: 1.6, using: &rng)
    return try SmallLaw(source, length: length, graph: .absorbing(tokens: 3))
  }

  /// The texts of a Markov chain, over the states of a graph.
  init(_ source: MarkovSource, length: Int, graph: TokenGraph) throws {
    let space = try SequenceSpace(stateCount: graph.stateCount, length: length)
    let weights = space.sequences.map { text in
      text.allSatisfy { $0 < source.stateCount } ? exp(source.logProbability(text)) : 0
    }
    self.init(name: "Markov chain, L = \(length)", space: space, weights: weights, tokens: source.stateCount)
  }

  private init(name: String, space: SequenceSpace, weights: [Double], tokens: Int) {
    self.name = name
    self.space = space
    self.tokens = tokens
    let sum = weights.reduce(0, +)
    law = weights.map { $0 / sum }
  }

  /// The texts with a positive probability.
  var support: [(text: [Int], probability: Double)] {
    law.indices.filter { law[$0] > 0 }.map { (space.sequence(at: $0), law[$0]) }
  }

  /// H, in nats.
  var entropy: Double { law.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 } }

  /// E[NELBO_T] − H in nats for these numbers of steps T of the linear schedule, with exact conditionals and by all masks
  /// (exercise 7.8).
  func gaps(steps counts: [Int]) throws -> [Double] {
    var sums = [Double](repeating: -entropy, count: counts.count)
    let alphas = counts.map { count in (0...count).map { 1 - Double($0) / Double(count) } }
    let weights = try alphas.map { alphas in
      try (1...space.length).map { try maskWeight(masked: $0, length: space.length, alphas: alphas) }
    }
    for (text, probability) in support {
      let noisy = (1..<(1 << text.count)).map { subset in
        text.enumerated().map { subset >> $0 & 1 == 1 ? tokens : $1 }
      }
      // All that the bounds of one text ask is asked once.
      let answers = Dictionary(uniqueKeysWithValues: zip(noisy, try denoiser(noisy)))
      for place in counts.indices {
        let bound = try exactNELBO(
          of: text, mask: tokens, weight: { weights[place][$0 - 1] },
          denoiser: { asked in
            try asked.map { text in
              guard let answer = answers[text] else {
                throw LabError.wrongAnswer("exactNELBO asked about what is no mask of the text", exercise: "7.8")
              }
              return answer
            }
          })
        sums[place] += probability * bound
      }
    }
    return sums
  }

  /// The exact answer of a masked model: each place's law given all that is visible.
  var denoiser: CleanDenoiser {
    let (support, states) = (support, space.stateCount)
    return { [tokens] noisy in
      noisy.map { text in
        var rows = text.map { _ in [Double](repeating: 0, count: states) }
        var total = 0.0
        for (clean, probability) in support where zip(text, clean).allSatisfy({ $0 == tokens || $0 == $1 }) {
          total += probability
          for (place, token) in clean.enumerated() { rows[place][token] += probability }
        }
        return rows.map { row in row.map { $0 / total } }
      }
    }
  }
}
