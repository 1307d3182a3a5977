/// The walk around a tree: every link once down and once up.
public struct EulerTour: Equatable, Sendable {
  /// The nodes that the walk passes, the root first and last: 2n − 1 of them.
  public var nodes: [Int]
  /// How many links below the root each of these lies.
  public var depths: [Int]
  /// For each node of the tree the place in `nodes` where it is passed first.
  public var first: [Int]

  public init(nodes: [Int], depths: [Int], first: [Int]) {
    self.nodes = nodes
    self.depths = depths
    self.first = first
  }
}
