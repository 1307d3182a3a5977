/// When a node is visited: before its subtrees, between them, or after them.
public enum TraversalOrder: String, CaseIterable, Sendable {
  case preOrder = "pre-order"
  case inOrder = "in-order"
  case postOrder = "post-order"

  /// The same as a list of steps, for the marker method.
  public var steps: [TraversalStep] {
    switch self {
    case .preOrder: [.node, .left, .right]
    case .inOrder: [.left, .node, .right]
    case .postOrder: [.left, .right, .node]
    }
  }
}

/// What a traversal does at a node.
public enum TraversalStep: String, CaseIterable, Sendable {
  /// Visit the node itself.
  case node
  /// Traverse its left subtree.
  case left
  /// Traverse its right subtree.
  case right
}
