import Chapter10TreeTraversal
import ExerciseTesting
import Foundation
import Tensors

final class Exercise10_10_BeliefPropagation: ExerciseTestCase {
  /// The lesson's seven nodes: a root with two children, each with two leaves; every link changes the state with
  /// probability 0.1.
  private func lessonModel() throws -> TreeModel {
    let flip = [[0.9, 0.1], [0.1, 0.9]]
    return try TreeModel.markov(
      prior: [0.5, 0.5], parents: [nil, 0, 0, 1, 1, 2, 2], transitions: Array(repeating: flip, count: 7))
  }

  func test1_EmptyAndRefusals() throws {
    let none = try leafEvidence([], symbolCount: 3, noise: 0.1)
    expectEqual(none, [], "no leaves")
    for noise in [-0.1, 1.1, .nan] {
      try expectRefusal("the noise \(noise)") { _ = try leafEvidence([0], symbolCount: 2, noise: noise) }
    }
    for symbol in [-1, 2] {
      try expectRefusal("symbol \(symbol) of two") { _ = try leafEvidence([symbol], symbolCount: 2, noise: 0) }
    }
    try expectRefusal("noise among one symbol") { _ = try leafEvidence([0], symbolCount: 1, noise: 0.5) }

    let alone = try TreeModel(symbolCount: 2, prior: [0.3, 0.7], parents: [nil], rules: [[]])
    let up = try upwardPass(alone, evidence: [[0.5, 0.25]])
    expectClose(
      up.messages.flatMap { $0 }, [2 / 3, 1 / 3], relative: 1e-12,
      "the only node is a leaf: its evidence, divided by its sum")
    expectClose(up.logEvidence, log(0.3 * 0.5 + 0.7 * 0.25), relative: 1e-12, "ln Σ prior · evidence")
    let law = try posteriors(alone, messages: [[0.5, 0.25]])
    expectClose(law.flatMap { $0 }, [0.15 / 0.325, 0.175 / 0.325], relative: 1e-12, "Bayes' rule")

    let model = try lessonModel()
    let fair = [1.0, 1.0]
    for (name, evidence) in [
      ("three vectors for four leaves", [fair, fair, fair]),
      ("a vector that is too long", [fair, fair, fair, [1, 1, 1]]),
      ("a negative number", [fair, fair, fair, [1, -1]]), ("a vector of zeros", [fair, fair, fair, [0, 0]]),
    ] {
      try expectRefusal(name) { _ = try upwardPass(model, evidence: evidence) }
    }
    try expectRefusal("six messages for seven nodes") {
      _ = try posteriors(model, messages: Array(repeating: fair, count: 6))
    }
    var rng = stream("draws")
    try expectRefusal("six messages for seven nodes") {
      _ = try sample(model, messages: Array(repeating: fair, count: 6), using: &rng)
    }
    // Both leaves copy the root, and yet differ.
    let copy = try TreeModel.markov(
      prior: [0.5, 0.5], parents: [nil, 0, 0], transitions: Array(repeating: [[1, 0], [0, 1]], count: 3))
    try expectRefusal("two copies of the root that differ") { _ = try upwardPass(copy, evidence: [[1, 0], [0, 1]]) }
    let sure = try TreeModel.markov(
      prior: [1, 0], parents: [nil, 0], transitions: Array(repeating: [[1, 0], [0, 1]], count: 2))
    try expectRefusal("what the prior rules out") { _ = try upwardPass(sure, evidence: [[0, 1]]) }
    try expectRefusal("what the prior rules out") { _ = try posteriors(sure, messages: [[0, 1], [0, 1]]) }
    try expectRefusal("what the prior rules out") { _ = try sample(sure, messages: [[0, 1], [0, 1]], using: &rng) }
  }

  func test2_ByHand() throws {
    let evidence = try leafEvidence([2, nil, 0], symbolCount: 3, noise: 0.1)
    expectClose(
      evidence.flatMap { $0 }, [0.05, 0.05, 0.9, 1, 1, 1, 0.9, 0.05, 0.05], relative: 1e-12,
      "1 − noise for what was seen, the noise shared among the others; a masked leaf says 1 for every symbol")
    let clean = try leafEvidence([1], symbolCount: 2, noise: 0)
    expectEqual(clean, [[0, 1]], "without noise what was seen is certain")

    // Both leaves of the first child show 1; of the second one, one shows 0 and one is masked.
    let model = try lessonModel()
    let up = try upwardPass(model, evidence: [[0, 1], [0, 1], [1, 0], [1, 1]])
    expectClose(
      up.messages[1], [0.01 / 0.82, 0.81 / 0.82], relative: 1e-12, "β of the first child is in proportion to 0.1², 0.9²"
    )
    expectClose(
      up.messages[2], [0.9, 0.1], relative: 1e-12, "a masked leaf leaves β of the second child to its sister")
    expectClose(up.messages[0], [0.0738 / 0.2052, 0.1314 / 0.2052], relative: 1e-12, "0.09 · 0.82 and 0.73 · 0.18")
    expectClose(up.messages[3], [0, 1], relative: 1e-12, "a leaf's message is its evidence")
    expectClose(up.messages[6], [0.5, 0.5], relative: 1e-12, "every message is divided by its sum")
    expectClose(
      exp(up.logEvidence), 0.1026, relative: 1e-12,
      "p(all that was seen): what was divided away comes back as logarithms")
    // Messages by hand, so that a wrong upward pass does not spoil this.
    let laws = try posteriors(
      model, messages: [[0.0738, 0.1314], [0.01, 0.81], [0.9, 0.1], [0, 1], [0, 1], [1, 0], [1, 1]])
    expectClose(laws[0][1], 0.0657 / 0.1026, relative: 1e-12, "the root: prior times β")
    expectClose(
      laws[2][1], 0.0333 / 0.1026, relative: 1e-12,
      "the second child: what comes from above, without its own message in it")
    expectClose(laws[6][1], 0.0369 / 0.1026, relative: 1e-12, "the masked leaf")
    expectClose(laws[3], [0, 1], relative: 1e-12, "a leaf that was seen without noise is what it is")
    expectClose(laws.map { $0.reduce(0, +) }, Array(repeating: 1, count: 7), relative: 1e-12, "posteriors are laws")

    // Rules 0 → (0, 1), 1 → (1, 0) or (1, 1): children that depend on each other.
    let paired = try TreeModel(
      symbolCount: 2, prior: [0.2, 0.8], parents: [nil, 0, 0],
      rules: [
        [
          .init(parent: 0, children: [0, 1], probability: 1), .init(parent: 1, children: [1, 0], probability: 0.75),
          .init(parent: 1, children: [1, 1], probability: 0.25),
        ], [], [],
      ])
    let pairedUp = try upwardPass(paired, evidence: [[1, 1], [0, 1]])
    expectClose(
      pairedUp.messages[0], [0.8, 0.2], relative: 1e-12,
      "1 · 1 against 0.25 · 1: sum over the rules of each parent symbol")
    expectClose(exp(pairedUp.logEvidence), 0.4, relative: 1e-12, "0.2 · 1 + 0.8 · 0.25")
    let pairedLaws = try posteriors(paired, messages: [[0.8, 0.2], [0.5, 0.5], [0, 1]])
    expectClose(
      pairedLaws[1], [0.5, 0.5], relative: 1e-12, "if the right leaf is 1, both parents are equally probable")
  }

  func test3_AgainstEnumeration() throws {
    for known in try knownModels() {
      let up = try upwardPass(known.model, evidence: known.evidence)
      expectClose(
        up.logEvidence, known.logEvidence, relative: 1e-10, absolute: 1e-12,
        "ln p(evidence) by enumeration, \(known.model.nodeCount) nodes")
      expectClose(
        up.messages.map { $0.reduce(0, +) }, Array(repeating: 1, count: known.model.nodeCount), relative: 1e-12,
        "every message has the sum 1")
      let root = zip(known.model.prior, up.messages[0]).map { $0 * $1 }
      let sum = root.reduce(0, +)
      expectClose(
        root.map { $0 / sum }, known.posteriors[0], relative: 1e-10, absolute: 1e-14,
        "the root's posterior by enumeration")
    }
  }

  func test4_PosteriorsAgainstEnumeration() throws {
    for known in try knownModels() {
      // The test's own messages: a child is summed out by going over all rules.
      let messages = plainMessages(known.model, known.evidence)
      let laws = try posteriors(known.model, messages: messages)
      expectEqual(laws.count, known.posteriors.count, "one law a node")
      for (node, (law, want)) in zip(laws, known.posteriors).enumerated() {
        expectClose(
          law, want, relative: 1e-9, absolute: 1e-14,
          "p(symbol | all that was seen) at node \(node) of \(known.model.nodeCount), by enumeration")
      }
      let scaled = try posteriors(known.model, messages: messages.map { message in message.map { $0 * 1e-30 } })
      expectClose(
        scaled.flatMap { $0 }, laws.flatMap { $0 }, relative: 1e-9, absolute: 1e-14,
        "a factor before a message is of no importance")
    }
  }

  func test5_DeepAndWide() throws {
    // A hidden Markov chain of 2,000 steps, each with a leaf beside it: about 10^−600 without scaling.
    let length = 2000
    let change: [[Double]] = [[0.95, 0.05], [0.15, 0.85]]
    let show: [[Double]] = [[0.7, 0.3], [0.4, 0.6]]
    var parents: [Int?] = [nil]
    var transitions: [[[Double]]] = [[]]
    var end = 0
    for _ in 0..<length {
      parents += [end, end]
      transitions += [change, show]
      end = parents.count - 2
    }
    let model = try TreeModel.markov(prior: [0.75, 0.25], parents: parents, transitions: transitions)
    var rng = stream("chain")
    let outcomes: [[Double]] = [[1, 0], [0, 1], [1, 1]]
    let evidence: [[Double]] = model.leaves.map { _ in outcomes[rng.integer(below: 3)] }
    let up = try upwardPass(model, evidence: evidence)
    // The forward algorithm, with its own scaling. The end of the chain is the last leaf but one.
    let leafOf = Dictionary(uniqueKeysWithValues: zip(model.leaves, evidence))
    var belief: [Double] = [0.75, 0.25]
    var logEvidence = 0.0
    for step in 0..<length {
      let seen = leafOf[2 * step + 2] ?? []
      for state in 0..<2 { belief[state] *= show[state][0] * seen[0] + show[state][1] * seen[1] }
      belief = (0..<2).map { next in belief[0] * change[0][next] + belief[1] * change[1][next] }
      let sum = belief[0] + belief[1]
      logEvidence += log(sum)
      belief = belief.map { $0 / sum }
    }
    let last = leafOf[end] ?? []
    for state in 0..<2 { belief[state] *= last[state] }
    let sum = belief[0] + belief[1]
    logEvidence += log(sum)
    expectClose(
      up.logEvidence, logEvidence, relative: 1e-9, "ln p(evidence) of a chain of 2,000 steps, by the forward algorithm")
    let laws = try posteriors(model, messages: up.messages)
    expectClose(
      laws[end], belief.map { $0 / sum }, relative: 1e-6, absolute: 1e-9,
      "the chain's last node, by the forward algorithm")

    // A random hierarchy of eight levels: nothing seen, then everything.
    let full = try TreeModel.randomHierarchy(depth: 7, symbolCount: 3, rulesPerSymbol: 2, using: &rng)
    let blind = try upwardPass(full, evidence: Array(repeating: [1, 1, 1], count: full.leaves.count))
    expectClose(blind.logEvidence, 0, absolute: 1e-9, "nothing seen has probability 1")
    let symbols = try sample(full, using: &rng)
    let seen = try leafEvidence(full.leaves.map { symbols[$0] }, symbolCount: 3, noise: 0)
    let known = try upwardPass(full, evidence: seen)
    let sure = try posteriors(full, messages: known.messages)
    for node in 0..<full.nodeCount {
      expectClose(
        sure[node][symbols[node]], 1, relative: 1e-9, "in a random hierarchy all leaves together say what is above them"
      )
    }
  }

  func test6_Samples() throws {
    var rng = stream("samples")
    let model = try TreeModel(
      symbolCount: 2, prior: [0.3, 0.7], parents: [nil, 0, 0, 1],
      rules: [
        [
          .init(parent: 0, children: [0, 1], probability: 0.5), .init(parent: 0, children: [1, 0], probability: 0.5),
          .init(parent: 1, children: [1, 1], probability: 0.8), .init(parent: 1, children: [0, 0], probability: 0.2),
        ],
        [
          .init(parent: 0, children: [0], probability: 0.6), .init(parent: 0, children: [1], probability: 0.4),
          .init(parent: 1, children: [1], probability: 1),
        ], [], [],
      ])
    let evidence = [[0.9, 0.3], [0.2, 0.6]]
    for (name, messages) in [("the model", nil), ("the posterior", plainMessages(model, evidence))]
      as [(String, [[Double]]?)]
    {
      var weights: [[Int]: Double] = [:]
      for number in 0..<16 {
        let x = [number >> 3 & 1, number >> 2 & 1, number >> 1 & 1, number & 1]
        var p = model.prior[x[0]]
        for (node, children) in [(0, [1, 2]), (1, [3])] {
          p *=
            model.rules[node].first { $0.parent == x[node] && $0.children == children.map { x[$0] } }?.probability ?? 0
        }
        if messages != nil { p *= evidence[0][x[2]] * evidence[1][x[3]] }
        if p > 0 { weights[x] = p }
      }
      let total = weights.values.reduce(0, +)
      let draws = 6000
      var counts: [[Int]: Int] = [:]
      for _ in 0..<draws {
        let symbols = try sample(model, messages: messages, using: &rng)
        counts[symbols, default: 0] += 1
      }
      let impossible = counts.keys.first { weights[$0] == nil }
      expect(
        impossible == nil,
        "a sample of \(name) is \(impossible ?? []), which has probability 0: draw the children of a node together")
      var chi = 0.0
      for (symbols, weight) in weights {
        let expected = Double(draws) * weight / total
        let off = Double(counts[symbols] ?? 0) - expected
        chi += off * off / expected
      }
      // χ² with as many degrees of freedom as there are states, less one; its mean and six standard deviations.
      let degrees = Double(weights.count - 1)
      expect(
        chi < degrees + 6 * (2 * degrees).squareRoot(),
        "\(draws) samples of \(name): χ² is \(chi) with \(Int(degrees)) degrees of freedom")
    }
  }

  func test7_ExactDenoiser() throws {
    // Masks alone: the posterior of each leaf is the share of the law's sequences that agree with what is open.
    var rng = stream("hierarchy")
    let model = try TreeModel.randomHierarchy(depth: 2, symbolCount: 3, rulesPerSymbol: 2, using: &rng)
    var law: [[Int]: Double] = [:]
    for root in model.rules[0] {
      for left in model.rules[1] where left.parent == root.children[0] {
        for right in model.rules[2] where right.parent == root.children[1] {
          law[left.children + right.children, default: 0] += root.probability * left.probability * right.probability / 3
        }
      }
    }
    for _ in 0..<40 {
      let symbols = try sample(model, using: &rng)
      let text = model.leaves.map { symbols[$0] }
      expect(law[text] != nil, "the leaves of a sample are one of the law's sequences")
      let observed = text.map { rng.integer(below: 2) == 0 ? nil : $0 }
      for noise in [0, 0.2] {
        let evidence = try leafEvidence(observed, symbolCount: 3, noise: noise)
        let up = try upwardPass(model, evidence: evidence)
        let laws = try posteriors(model, messages: up.messages)
        var sums = [[Double]](repeating: [0, 0, 0], count: 4)
        var total = 0.0
        for (sequence, probability) in law {
          let weight = zip(sequence, observed).reduce(probability) { product, pair in
            guard let seen = pair.1 else { return product }
            return product * (seen == pair.0 ? 1 - noise : noise / 2)
          }
          total += weight
          for (place, symbol) in sequence.enumerated() { sums[place][symbol] += weight }
        }
        expectClose(
          up.logEvidence, log(total), relative: 1e-10, absolute: 1e-12, "ln p(what was seen), over all sequences")
        for (leaf, want) in zip(model.leaves, sums) {
          expectClose(
            laws[leaf], want.map { $0 / total }, relative: 1e-9, absolute: 1e-12,
            "the denoiser p(x₀ | xₜ) at noise \(noise), over all sequences")
        }
      }
    }
  }

  // MARK: - The tests' own

  private struct KnownModel {
    let model: TreeModel
    let evidence: [[Double]]
    let logEvidence: Double
    let posteriors: [[Double]]
  }

  private func knownModels() throws -> [KnownModel] {
    struct Content: Decodable {
      struct Rule: Decodable {
        let rule: TreeModel.Rule
        init(from decoder: any Decoder) throws {
          var list = try decoder.unkeyedContainer()
          let parent = try list.decode(Int.self)
          let children = try list.decode([Int].self)
          rule = TreeModel.Rule(parent: parent, children: children, probability: try list.decode(Double.self))
        }
      }
      struct Case: Decodable {
        let states: Int
        let parents: [Int]
        let prior: [Double]
        let rules: [[Rule]]
        let evidence: [[Double]]
        let logEvidence: Double
        let posteriors: [[Double]]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("beliefs", from: .module)
    return try content.cases.map { known in
      let model = try TreeModel(
        symbolCount: known.states, prior: known.prior, parents: known.parents.map { $0 < 0 ? nil : $0 },
        rules: known.rules.map { $0.map(\.rule) })
      return KnownModel(
        model: model, evidence: known.evidence, logEvidence: known.logEvidence, posteriors: known.posteriors)
    }
  }

  /// p(all that was seen below | symbol), by recursion.
  private func plainMessages(_ model: TreeModel, _ evidence: [[Double]]) -> [[Double]] {
    var messages = [[Double]](repeating: [], count: model.nodeCount)
    func message(_ node: Int) -> [Double] {
      let children = model.children[node]
      if children.isEmpty { return evidence[model.leaves.firstIndex(of: node) ?? 0] }
      let below = children.map(message)
      return (0..<model.symbolCount).map { symbol in
        model.rules[node].filter { $0.parent == symbol }.reduce(0) { sum, rule in
          sum + zip(below, rule.children).reduce(rule.probability) { $0 * $1.0[$1.1] }
        }
      }
    }
    for node in 0..<model.nodeCount { messages[node] = message(node) }
    return messages
  }
}
