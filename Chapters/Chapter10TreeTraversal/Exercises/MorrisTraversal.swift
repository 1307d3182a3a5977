// Exercise 10.6: no stack at all
//
// Half of a tree's links lead nowhere. Of these a node's in-order predecessor has one: its right link is empty whenever
// the predecessor lies below the node. Let it lead back to the node while we are below, and no stack is needed to
// return.

import Exercises

/// Visits the nodes in in-order in O(1) space (Morris 1979).
///
/// At a node with a left subtree, find the in-order predecessor: from the left child go right as long as possible. If
/// its right link is empty, we are here for the first time: let it lead to the node (a *thread*), and go left. If it
/// leads to the node already, we have come back along it: remove the thread, visit the node, and go right. A node
/// without a left subtree is visited at once.
///
/// In the end the tree is what it was, bit for bit: also when `visit` returned false or threw. Then nothing more is
/// visited and no new thread is laid, but those that are in the tree still have to be taken out.
///
/// - Parameters:
///   - links: the tree; its counters show the work.
///   - visit: called with each node, and with the tree as it is at that moment, threads and all; returns whether to go
///     on. What it throws is passed on after the tree was restored.
/// - Complexity: two writes for each node that has a left child, none for others; at most 7n reads. No memory.
public func morrisInOrder(
  _ links: inout ThreadableTree, visit: (_ node: Int, _ tree: BinaryTree) throws -> Bool
) throws {
  throw unsolved("10.6")
}
