// Exercise 10.10: belief propagation
//
// Something is known of the leaves, noisily or with gaps; what does it say about every node? One traversal upwards
// collects what is known below each node, one downwards tells it what is known elsewhere. The work grows with the
// number of nodes, the number of cases with its exponential.

import Exercises
import Foundation

/// What is known of each leaf: the probability of what was seen there, for each symbol that may be the true one.
///
/// A symbol is seen rightly with probability 1 − noise, and as each of the v − 1 others with noise/(v − 1). A leaf that
/// is masked says nothing: 1 for every symbol.
///
/// - Parameters:
///   - observed: the symbol seen at each leaf; nil where it is masked.
///   - noise: a probability.
/// - Returns: one vector [v] a leaf.
/// - Throws: `InvalidArgument` if a symbol does not exist, the noise is no probability, or there is noise among one
///   symbol only.
public func leafEvidence(_ observed: [Int?], symbolCount: Int, noise: Double) throws -> [[Double]] {
  try InvalidArgument.require((0...1).contains(noise), "the noise must be from 0 to 1, not \(noise)")
  try InvalidArgument.require(
    symbolCount > 1 || noise == 0, "where there is one symbol, none can be mistaken for another")
  for symbol in observed {
    if let symbol { try InvalidArgument.requireIndex(symbol, below: symbolCount, "a symbol") }
  }
  throw unsolved("10.10")
}

/// What the leaves below each node say about its symbol.
public struct UpwardPass: Equatable, Sendable {
  /// For each node [v], in proportion to p(what was seen below | symbol), and with the sum 1.
  public var messages: [[Double]]
  /// ln p(all that was seen).
  public var logEvidence: Double

  public init(messages: [[Double]], logEvidence: Double) {
    self.messages = messages
    self.logEvidence = logEvidence
  }
}

/// The upward pass: children before parents.
///
///     β_leaf(a) = evidence(a)        β_node(a) = Σ over rules a → (b₁, b₂, …)  p(rule) · Π β_child k(b_k)
///     p(evidence) = Σ_a prior(a) · β_root(a)
///
/// Each message is divided by its sum, or else those of deep trees would be smaller than the smallest number; the
/// logarithms of the sums add up to what was divided away.
///
/// - Parameter evidence: one vector [v] for each of `model.leaves`.
/// - Throws: `InvalidArgument` if there is not one vector a leaf, a number is negative, or what was seen is impossible.
/// - Complexity: O(number of rules of all nodes).
public func upwardPass(_ model: TreeModel, evidence: [[Double]]) throws -> UpwardPass {
  try model.requireWeights(evidence, count: model.leaves.count, "the evidence of the leaves")
  throw unsolved("10.10")
}

/// The law of every node's symbol given all that was seen: the downward pass, parents before children.
///
///     α_root(a) = prior(a)
///     α_child k(b) = Σ over rules a → (…, b_k = b, …)  α_node(a) · p(rule) · Π over *other* children β_child j(b_j)
///     p(a at node | evidence) ∝ α_node(a) · β_node(a)
///
/// - Parameter messages: β, as ``upwardPass(_:evidence:)`` returns them; any factor before a message is of no
///   importance.
/// - Returns: for each node a law [v].
/// - Throws: `InvalidArgument` if there is not one message a node, or what was seen is impossible.
/// - Complexity: O(number of rules of all nodes) for nodes with few children.
public func posteriors(_ model: TreeModel, messages: [[Double]]) throws -> [[Double]] {
  try model.requireWeights(messages, count: model.nodeCount, "the messages")
  throw unsolved("10.10")
}

/// A sample of all symbols at once, from the root down: of the model, or of its posterior.
///
/// The root's symbol is drawn in proportion to prior(a) · β_root(a); then for each inner node one of the rules for its
/// symbol, in proportion to p(rule) · Π β_child k(b_k). Without messages every β is 1.
///
/// Drawing each node from its own posterior instead would make tuples that no rule has.
///
/// - Parameter messages: β, as ``upwardPass(_:evidence:)`` returns them; nil for the law of the model itself.
/// - Returns: the symbol of each node.
/// - Throws: `InvalidArgument` if there is not one message a node, or what was seen is impossible.
public func sample(
  _ model: TreeModel, messages: [[Double]]? = nil, using rng: inout some RandomNumberGenerator
) throws -> [Int] {
  if let messages { try model.requireWeights(messages, count: model.nodeCount, "the messages") }
  throw unsolved("10.10")
}
