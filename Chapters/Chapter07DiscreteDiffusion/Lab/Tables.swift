import Chapter07DiscreteDiffusion
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The lesson's tables: what trained networks lose, over several seeds, by sums over all masks or all texts.
struct Tables {
  let seeds: [UInt64]
  let isQuick: Bool

  func print() throws {
    let names = seeds.map(String.init).joined(separator: " ")
    show("Steps: E[NELBO_T] − H in nats, exact conditionals", try stepsGap())
    show("Committed networks, shares of 400 texts in per cent, seeds \(names)", try committed())
    show("Absorbing and uniform: excess over the entropy in bits per character, seeds \(names)", try graphs())
    show("Blocks, brackets of 8: bits per character, seeds \(names)", try blocks())
  }

  /// Each table as soon as it is there, also into a file: the next one may take minutes.
  private func show(_ title: String, _ table: TextTable) {
    Swift.print("\(title)\n\(table)\n")
    fflush(nil)
  }

  private var steps: Int { isQuick ? 20 : 2500 }

  // MARK: - Steps

  private func stepsGap() throws -> TextTable {
    let counts = [1, 2, 4, 8, 16, 64, 256, 1024]
    let rows = try [SmallLaw.random(tokens: 3, length: 3), .markov(length: 5), .brackets(length: 6)].map { law in
      let gaps = try law.gaps(steps: counts)
      return [law.name, try totalCorrelation(of: law.law, space: law.space).short] + gaps.map(\.short)
    }
    return TextTable(["law", "total correlation"] + counts.map { "T = \($0)" }, rows)
  }

  // MARK: - The committed networks' samples

  private func committed() throws -> TextTable {
    let count = isQuick ? 20 : 400
    let counts = isQuick ? [1, 4] : [1, 2, 4, 8, 16, 32, 64]
    func row(_ name: String, _ share: (_ seed: UInt64) throws -> Double) throws -> [String] {
      let shares = try seeds.map { ((try share($0)) * 1000).rounded() / 10 }
      return [name, Spread(shares, digits: 1).description] + shares.map(\.description)
    }
    let brackets = try TextModel(committed: "brackets")
    let source = TextSource.brackets(length: brackets.length)
    var rows = try counts.map { steps in
      try row("brackets, ancestral, \(steps) steps: valid") { seed in
        var rng = RandomStream(seed: seed).stream("table")
        return source.shares(try brackets.sample(count, steps: steps, using: &rng)).valid
      }
    }
    rows.append(
      try row("brackets, first hitting: valid") { seed in
        var rng = RandomStream(seed: seed).stream("table")
        return source.shares(try brackets.firstHitting(count, using: &rng)).valid
      })
    let words = try TextModel(committed: "words")
    let list = try TextSource.words(length: words.length)
    let samples = try seeds.map { seed in
      var rng = RandomStream(seed: seed).stream("table")
      return list.shares(try words.firstHitting(count, using: &rng))
    }
    let bySeed = Dictionary(uniqueKeysWithValues: zip(seeds, samples))
    rows.append(try row("words, first hitting: words") { bySeed[$0]!.valid })
    rows.append(try row("words, first hitting: words never trained on") { bySeed[$0]!.new })
    rows.append(try row("words, first hitting: different") { bySeed[$0]!.distinct })
    return TextTable(["", "share"] + seeds.map { "seed \($0)" }, rows)
  }

  // MARK: - Absorbing and uniform

  /// The law that both graphs learn: a Markov chain of four characters.
  private static let length = 6

  private static func source() -> MarkovSource {
    var rng = RandomStream(seed: 7).stream("graphs")
    return .random(stateCount: 4, sharpness: 1, using: &rng)
  }

  private struct GraphItem: Sendable {
    let name: String
    let seed: UInt64
  }

  private func graphs() throws -> TextTable {
    let names = ["uniform, score entropy", "absorbing, score entropy", "absorbing, masked cross-entropy"]
    let items = names.flatMap { name in seeds.map { GraphItem(name: name, seed: $0) } }
    let steps = steps
    let isQuick = isQuick
    let values = try concurrently(items, title: "graphs") { item -> Double in
      let source = Self.source()
      let isUniform = item.name == names[0]
      let graph = isUniform ? TokenGraph.uniform(tokens: 4) : .absorbing(tokens: 4)
      let law = try SmallLaw(source, length: Self.length, graph: graph)
      let nats: Double
      if item.name == names[2] {
        var training = TextTraining(steps: steps, seed: item.seed)
        (training.dimensions, training.layerCount, training.isSilent) = (48, 2, true)
        let text = TextSource(
          name: "markov", characters: ["a", "b", "c", "d"], length: Self.length,
          draw: { source.sample(length: Self.length, using: &$0) }, judge: { _ in .unjudged })
        guard let model = try training.train(on: text) else { throw LabError("Interrupted.") }
        nats = try exactExcess(of: law, graph: graph, nodes: isQuick ? 2 : 24) { texts, sigma in
          let guess = try subsLogProbabilities(logits: model.network(texts), noisy: texts, mask: 4)
          return guess + Float(log(exp(-sigma) / -expm1(-sigma)))
        }
      } else {
        var initial = RandomStream(seed: item.seed).stream("init")
        let model = ScoreModel(graph: graph, length: Self.length, using: &initial)
        try model.train(steps: steps, seed: item.seed) { source.sample(length: Self.length, using: &$0) }
        nats = try exactExcess(of: law, graph: graph, nodes: isQuick ? 2 : 24) { texts, sigma in
          try model.logScores(texts, sigmas: Array(repeating: sigma, count: texts.count))
        }
      }
      return nats / log(2) / Double(Self.length)
    }
    let entropy = Self.source().entropy(length: Self.length) / log(2) / Double(Self.length)
    let rows = names.indices.map { index in
      let own = Array(values[index * seeds.count..<(index + 1) * seeds.count])
      return [names[index], Spread(own).description] + own.map { Spread([$0]).description }
    }
    return TextTable(
      ["Markov chain, N = 4, L = 6, H = \((entropy * 1e4).rounded() / 1e4)", "excess"] + seeds.map { "seed \($0)" },
      rows)
  }

  // MARK: - Blocks

  private struct BlockItem: Sendable {
    let block: Int
    let low: Double
    let high: Double
    let seed: UInt64
  }

  private func blocks() throws -> TextTable {
    let kinds: [(block: Int, low: Double, high: Double)] = [
      (1, 1, 1), (1, 0, 1), (2, 0, 1), (4, 0, 1), (8, 0, 1), (4, 0.3, 0.8),
    ]
    let items = kinds.flatMap { kind in
      seeds.map { BlockItem(block: kind.block, low: kind.low, high: kind.high, seed: $0) }
    }
    let steps = steps
    let isQuick = isQuick
    let results = try concurrently(items, title: "blocks") { item -> [Double] in
      let source = TextSource.brackets(length: 8)
      var training = TextTraining(steps: steps, seed: item.seed)
      (training.dimensions, training.layerCount, training.isSilent) = (48, 2, true)
      training.blockLength = item.block
      training.shares = item.low...item.high
      guard let model = try training.train(on: source) else { throw LabError("Interrupted.") }
      let texts = BracketGrammar(kinds: 2, length: 8).strings()
      let some = isQuick ? Array(texts.prefix(4)) : texts
      let bits = try model.bounds(of: some, weights: [model.maskWeights(steps: nil)])[0] / log(2) / 8
      return [bits, try training.deviation(of: model, source: source, count: isQuick ? 20 : 4000)]
    }
    let entropy = BracketGrammar(kinds: 2, length: 8).bitsPerCharacter
    let rows = kinds.indices.map { index -> [String] in
      let own = Array(results[index * seeds.count..<(index + 1) * seeds.count])
      let (kind, bits) = (kinds[index], own.map { $0[0] })
      let shares = kind.low == 1 ? "all masked" : "U[\(kind.low), \(kind.high)]"
      return [
        "L′ = \(kind.block), \(shares)", Spread(bits).description, Spread(bits.map { $0 - entropy }).description,
        Spread(own.map { $0[1] }, digits: 2).description,
      ]
    }
    return TextTable(
      ["H = \((entropy * 1e4).rounded() / 1e4)", "bits", "excess", "sd of the estimator, nats a text"], rows)
  }
}
