// Exercise 10.8: post-order of a graph, which is reverse-mode differentiation
//
// A computation is no tree: a result may be used twice. Walk it as if it were one and the work doubles at every such
// place. With one mark a node it is done once, and the order in which nodes are finished, read backwards, is the order
// in which derivatives can be computed: whoever uses a node comes before it.

import Exercises

/// The nodes that the outputs depend on, every node after all of its inputs: depth-first post-order of a directed graph
/// without cycles.
///
/// From each output in turn, follow the inputs in their order; a node is finished, and appended, when all its inputs
/// are. A node that is finished already is not entered again.
///
/// - Parameters:
///   - outputs: where to start; they may depend on each other, and one may be given twice.
///   - nodeCount: nodes are 0 ..< nodeCount.
///   - inputs: what a node was computed from; asked exactly once for each node of the result. What it throws is passed
///     on.
/// - Returns: each node that can be reached, once.
/// - Throws: `InvalidArgument` if there is a cycle among what can be reached, or an input does not exist.
/// - Complexity: O(nodes + links) time, no recursion: a chain of a million nodes is nothing special.
public func topologicalOrder(
  of outputs: [Int], nodeCount: Int, inputs: (_ node: Int) throws -> [Int]
) throws -> [Int] {
  for output in outputs { try InvalidArgument.requireIndex(output, below: nodeCount, "an output") }
  throw unsolved("10.8")
}

/// The derivatives of one node with respect to every node of the tape: the reverse sweep.
///
///     ḡ[output] = 1        ḡ[input] += ḡ[node] · ∂node/∂input   for every node, backwards, and each of its inputs
///
/// When a node's turn comes, all that use it have had theirs, so that its derivative is complete.
///
/// - Parameters:
///   - output: what is differentiated.
///   - order: a topological order that holds `output`; it may hold more.
/// - Returns: ∂output/∂node for each node of the tape; 0 where the output does not depend on it.
/// - Throws: `InvalidArgument` if `order` does not hold the output or is no topological order of the tape.
/// - Complexity: O(nodes + links), each link once: never once a way, of which there may be exponentially many.
public func gradients(of output: Int, on tape: Tape, order: [Int]) throws -> [Double] {
  try InvalidArgument.requireTopological(order, on: tape)
  try InvalidArgument.require(order.contains(output), "the order does not hold the output, \(output)")
  throw unsolved("10.8")
}
