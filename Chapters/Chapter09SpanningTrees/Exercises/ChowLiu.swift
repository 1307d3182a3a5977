// Exercise 9.10: the best tree of dependences
//
// Of all laws in which each variable depends on one other at most, which is nearest to the data? Chow and Liu showed in 1968
// that it is a maximum spanning tree: each pair is worth its mutual information.

import Exercises
import Foundation

/// The mutual information of two variables, in nats:
///
///     I = Σ_ab p(a, b) log( p(a, b) / (p(a) p(b)) )        0 log 0 = 0
///
/// It is 0 exactly if they are independent, and never negative; rounding may leave −1e−17, for which 0 is returned.
public func mutualInformation(_ law: JointLaw) throws -> Double {
  throw unsolved("9.10")
}

/// A law of L variables that are true or false, in which each depends on its parent alone:
///
///     p(x) = p(x_root) Π_i p(x_i | x_parent(i))
public struct DependenceTree: Sendable {
  /// The parent of each variable; nil for the root.
  public let parents: [Int?]
  /// The variables, each after its parent.
  public let order: [Int]
  /// The probability that a variable is true if its parent is false; for the root, that it is true.
  public let ifParentFalse: [Double]
  /// The probability that a variable is true if its parent is true; for the root, that it is true.
  public let ifParentTrue: [Double]

  /// - Throws: `InvalidArgument` unless the arrays have the same length, each variable comes once in the order and after its parent,
  ///   exactly one has none, and probabilities are from 0 to 1.
  public init(parents: [Int?], order: [Int], ifParentFalse: [Double], ifParentTrue: [Double]) throws {
    try InvalidArgument.require(
      [order.count, ifParentFalse.count, ifParentTrue.count].allSatisfy { $0 == parents.count },
      "parents, order and probabilities must be of the same length")
    var isPlaced = [Bool](repeating: false, count: parents.count)
    for (place, variable) in order.enumerated() {
      try InvalidArgument.requireVertex(variable, below: parents.count, "a variable")
      try InvalidArgument.require(!isPlaced[variable], "variable \(variable) comes twice")
      isPlaced[variable] = true
      let parent = parents[variable]
      try InvalidArgument.require(
        (place == 0) == (parent == nil), "the first variable, and no other, is the root, which has no parent")
      if let parent {
        try InvalidArgument.require(
          isPlaced.indices.contains(parent) && isPlaced[parent] && parent != variable,
          "variable \(variable) comes before its parent \(parent)")
      }
    }
    try InvalidArgument.require(
      (ifParentFalse + ifParentTrue).allSatisfy { $0 >= 0 && $0 <= 1 }, "a probability is from 0 to 1")
    self.parents = parents
    self.order = order
    self.ifParentFalse = ifParentFalse
    self.ifParentTrue = ifParentTrue
  }

  /// The number of variables.
  public var variableCount: Int { parents.count }
}

/// The tree of dependences with the greatest likelihood for the data (Chow and Liu 1968): a *maximum* spanning tree with
/// mutual informations as weights. Variable 0 is the root.
///
/// ``completeSpanningTree(count:weight:)``, which is given, finds *minimum* spanning trees, from vertex 0 outwards.
///
/// - Parameters:
///   - table: the data.
///   - alpha: the pseudo-count of ``BinaryTable/joint(_:_:pseudoCount:)``, positive.
/// - Throws: `InvalidArgument` if there is no variable or no observation, or α is not positive and finite.
/// - Complexity: L(L − 1)/2 mutual informations.
public func chowLiu(_ table: BinaryTable, pseudoCount alpha: Double) throws -> DependenceTree {
  try InvalidArgument.require(
    table.count > 0 && table.variableCount > 0, "a tree needs an observation and a variable at least")
  try InvalidArgument.requirePositive(alpha, "the pseudo-count")
  throw unsolved("9.10")
}

extension DependenceTree {
  /// log p(x), in nats.
  ///
  /// - Returns: −∞ for what cannot happen.
  /// - Throws: `InvalidArgument` if x has another number of variables.
  public func logLikelihood(_ x: [Bool]) throws -> Double {
    try InvalidArgument.require(
      x.count == variableCount, "the tree has \(variableCount) variables, but the observation \(x.count)")
    throw unsolved("9.10")
  }

  /// One observation drawn from the law, each variable after its parent (ancestral sampling).
  ///
  /// - Parameter generator: gives one `Double.random(in: 0..<1, using:)` a variable, in the tree's order; a variable is true if the
  ///   number is less than its probability.
  public func sample(using generator: inout some RandomNumberGenerator) throws -> [Bool] {
    throw unsolved("9.10")
  }
}
