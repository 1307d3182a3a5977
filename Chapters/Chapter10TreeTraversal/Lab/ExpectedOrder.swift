import Chapter10TreeTraversal
import LabKit

/// Throws unless an exercise returned every node of the tree exactly once: a wrong answer shall say so, not crash a
/// drawing.
func requireEveryNode(_ order: [Int], of count: Int, _ what: String, exercise: String) throws {
  var isSeen = [Bool](repeating: false, count: count)
  for node in order {
    guard isSeen.indices.contains(node), !isSeen[node] else {
      throw LabError.wrongAnswer("\(what) returned node \(node) twice, or it doesn't exist", exercise: exercise)
    }
    isSeen[node] = true
  }
  guard order.count == count else {
    throw LabError.wrongAnswer("\(what) returned \(order.count) nodes of \(count)", exercise: exercise)
  }
}

extension BinaryTree {
  /// The nodes in one of the three orders, by the stack of exercise 10.4.
  func order(_ order: TraversalOrder) throws -> [Int] {
    var stack = NodeStack()
    let nodes = try traverse(self, in: order, stack: &stack)
    try requireEveryNode(nodes, of: count, "traverse", exercise: "10.4")
    return nodes
  }

  /// How many links below the root each node lies.
  func levels() throws -> [Int] {
    var levels = [Int](repeating: 0, count: count)
    for node in try order(.preOrder) {
      for child in [self[node].left, self[node].right] { if let child { levels[child] = levels[node] + 1 } }
    }
    return levels
  }

  /// The search tree that grows when these keys are inserted one by one. Node i is the i-th key.
  static func searchTree(inserting keys: [Int]) throws -> BinaryTree {
    var left = [Int?](repeating: nil, count: keys.count)
    var right = left
    for node in keys.indices.dropFirst() {
      var above = 0
      while true {
        let next = keys[node] < keys[above] ? left[above] : right[above]
        guard let next else { break }
        above = next
      }
      if keys[node] < keys[above] { left[above] = node } else { right[above] = node }
    }
    return try BinaryTree(values: keys, left: left, right: right)
  }
}
