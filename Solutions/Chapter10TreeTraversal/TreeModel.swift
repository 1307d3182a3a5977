import Exercises

/// A law over the symbols at the nodes of a rooted tree.
///
/// The root's symbol follows `prior`. Given the symbol of an inner node, those of its children are drawn *together*, by
/// one of its rules: a → (b, c, …) with a probability. So
///
///     p(x) = prior(x₀) · Π over inner nodes p(x_children | x_node)
///
/// With rules for all tuples it is a Markov law on the tree; with one child a node, a hidden Markov chain; with few
/// rules a node, a grammar on a fixed tree, such as the random hierarchy model.
public struct TreeModel: Equatable, Sendable {
  /// A parent's symbol, and its children's with their probability given the parent's.
  public struct Rule: Equatable, Sendable {
    public var parent: Int
    public var children: [Int]
    public var probability: Double

    public init(parent: Int, children: [Int], probability: Double) {
      self.parent = parent
      self.children = children
      self.probability = probability
    }
  }

  /// Symbols are 0 ..< symbolCount at every node.
  public let symbolCount: Int
  /// The law of the root's symbol.
  public let prior: [Double]
  /// Each node's parent: a node with a lower number. Node 0 is the root and has none.
  public let parents: [Int?]
  /// Each node's children, in rising order.
  public let children: [[Int]]
  /// The rules of each inner node, none for a leaf.
  public let rules: [[Rule]]
  /// The nodes without children, in rising order.
  public let leaves: [Int]

  public var nodeCount: Int { parents.count }

  /// - Throws: `InvalidArgument` unless the parents are a tree in which parents come first, the prior and the rules of
  ///   each inner node and symbol add up to 1 (within 10⁻⁹), and each rule has as many symbols as the node has
  ///   children.
  public init(symbolCount: Int, prior: [Double], parents: [Int?], rules: [[Rule]]) throws {
    try InvalidArgument.require(symbolCount > 0, "there must be a symbol at least, not \(symbolCount)")
    try InvalidArgument.require(
      prior.count == symbolCount && TreeModel.isLaw(prior), "the prior must be a law over \(symbolCount) symbols")
    try InvalidArgument.require(!parents.isEmpty && parents[0] == nil, "node 0 must be there, and have no parent")
    try InvalidArgument.require(
      rules.count == parents.count, "\(parents.count) nodes need as many lists of rules, not \(rules.count)")
    var children = [[Int]](repeating: [], count: parents.count)
    for (node, parent) in parents.enumerated().dropFirst() {
      guard let parent, (0..<node).contains(parent) else {
        throw InvalidArgument("the parent of node \(node) must have a lower number")
      }
      children[parent].append(node)
    }
    for (node, own) in rules.enumerated() {
      if children[node].isEmpty {
        try InvalidArgument.require(own.isEmpty, "node \(node) is a leaf, but has rules")
        continue
      }
      var sums = [Double](repeating: 0, count: symbolCount)
      for rule in own {
        for symbol in rule.children + [rule.parent] {
          try InvalidArgument.requireIndex(symbol, below: symbolCount, "a symbol of a rule")
        }
        try InvalidArgument.require(
          rule.children.count == children[node].count,
          "node \(node) has \(children[node].count) children, but a rule for \(rule.children.count)")
        try InvalidArgument.require(rule.probability >= 0, "a probability is \(rule.probability)")
        sums[rule.parent] += rule.probability
      }
      try InvalidArgument.require(
        sums.allSatisfy { abs($0 - 1) < 1e-9 }, "the rules of node \(node) do not add up to 1 for every symbol")
    }
    self.symbolCount = symbolCount
    self.prior = prior
    self.parents = parents
    self.children = children
    self.rules = rules
    leaves = children.indices.filter { children[$0].isEmpty }
  }

  /// A Markov law: given a node's symbol, its children's are independent of each other.
  ///
  /// - Parameter transitions: for each node but the root a matrix: `transitions[node][a][b]` is the probability of b at
  ///   the node if its parent has a; `transitions[0]` is not looked at. Nodes with k children get symbolCount^(k+1)
  ///   rules.
  public static func markov(
    prior: [Double], parents: [Int?], transitions: [[[Double]]]
  ) throws -> TreeModel {
    let symbolCount = prior.count
    try InvalidArgument.require(
      transitions.count == parents.count,
      "\(parents.count) nodes need as many matrices, not \(transitions.count)")
    var rules = [[Rule]](repeating: [], count: parents.count)
    var isInner = [Bool](repeating: false, count: parents.count)
    for (node, parent) in parents.enumerated() {
      guard node > 0, let parent, (0..<node).contains(parent) else { continue }
      let matrix = transitions[node]
      try InvalidArgument.require(
        matrix.count == symbolCount && matrix.allSatisfy { $0.count == symbolCount },
        "the matrix of node \(node) must be \(symbolCount) × \(symbolCount)")
      if !isInner[parent] {
        isInner[parent] = true
        rules[parent] = (0..<symbolCount).map { Rule(parent: $0, children: [], probability: 1) }
      }
      rules[parent] = rules[parent].flatMap { rule in
        (0..<symbolCount).map { symbol in
          Rule(
            parent: rule.parent, children: rule.children + [symbol],
            probability: rule.probability * matrix[rule.parent][symbol])
        }
      }
    }
    return try TreeModel(symbolCount: symbolCount, prior: prior, parents: parents, rules: rules)
  }

  /// The random hierarchy model (Cagnetta et al. 2023): a complete binary tree of `depth` levels below the root, in the
  /// order of a heap. On each level every symbol has m rules a → (b, c), equally probable, and no pair belongs to two
  /// symbols, so that the leaves of a sample determine all the symbols above them.
  ///
  /// - Throws: `InvalidArgument` unless 1 ≤ m ≤ v and v, depth ≥ 1.
  public static func randomHierarchy(
    depth: Int, symbolCount v: Int, rulesPerSymbol m: Int, using rng: inout some RandomNumberGenerator
  ) throws -> TreeModel {
    try InvalidArgument.require((1...20).contains(depth), "the depth must be from 1 to 20, not \(depth)")
    try InvalidArgument.require(
      v >= 1 && m >= 1 && m <= v, "each of \(v) symbols can have from 1 to \(v) rules of its own, not \(m)")
    let nodeCount = 1 << (depth + 1) - 1
    var rules: [[Rule]] = Array(repeating: [], count: nodeCount)
    for level in 0..<depth {
      let pairs = Array(0..<v * v).shuffled(using: &rng).prefix(v * m)
      let own = pairs.enumerated().map { place, pair in
        Rule(parent: place / m, children: [pair / v, pair % v], probability: 1 / Double(m))
      }
      for node in (1 << level) - 1..<(1 << (level + 1)) - 1 { rules[node] = own }
    }
    return try TreeModel(
      symbolCount: v, prior: Array(repeating: 1 / Double(v), count: v),
      parents: (0..<nodeCount).map { $0 == 0 ? nil : ($0 - 1) / 2 }, rules: rules)
  }

  private static func isLaw(_ numbers: [Double]) -> Bool {
    numbers.allSatisfy { $0 >= 0 } && abs(numbers.reduce(0, +) - 1) < 1e-9
  }

  /// Throws unless there is one vector of symbolCount numbers from 0 on, not all of them 0, for each of so many places.
  func requireWeights(_ weights: [[Double]], count: Int, _ name: String) throws {
    try InvalidArgument.require(weights.count == count, "\(name): \(count) vectors are needed, not \(weights.count)")
    for (place, vector) in weights.enumerated() {
      try InvalidArgument.require(
        vector.count == symbolCount && vector.allSatisfy { $0 >= 0 && $0.isFinite } && vector.contains { $0 > 0 },
        "\(name): vector \(place) must be \(symbolCount) numbers from 0 on, not all of them 0, but is \(vector)")
    }
  }
}

extension RandomNumberGenerator {
  /// A place with a probability in proportion to its weight. At least one weight must be positive.
  mutating func nextIndex(weights: [Double]) -> Int {
    var rest = Double(next() >> 11) * 0x1p-53 * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() where weight > 0 {
      if rest < weight { return index }
      rest -= weight
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}
