// Exercise 9.5: is it minimal, and what is the second best?
//
// A tree is minimal exactly if no single exchange makes it lighter: put an edge in, and take the heaviest edge of the cycle
// out. So one question answers both: which edge is the heaviest on the path between u and v?

import Exercises

/// The heaviest edges on the paths of a forest.
///
/// The forest's edges are added in rising order, as Kruskal would do, to trees of pointers: the root of the smaller set is hung
/// below the root of the larger one, and the edge is noted at the pointer. Pointers are never changed afterwards. So on the way
/// from any vertex to its root the noted edges come later and later; and the edge that first connected u with v, which is the
/// heaviest on their path, is the last one on the way from u and v to where their ways meet.
public struct PathMaxima: Sendable {
  /// The pointers; a root points at itself.
  public internal(set) var parents: [Int]
  /// The edge noted at each pointer, by its place in the graph's list; −1 at a root.
  var links: [Int]
  /// When the pointer was made: 0 for the first edge, 1 for the second, …; `Int.max` at a root.
  var times: [Int]

  /// - Throws: `InvalidArgument` if the edges are not a forest of the graph: one does not exist, or closes a cycle.
  /// - Complexity: O(n log n).
  public init(_ forest: SpanningForest, in graph: Graph) throws {
    try forest.require(isOf: graph)
    parents = Array(0..<graph.vertexCount)
    links = Array(repeating: -1, count: graph.vertexCount)
    times = Array(repeating: .max, count: graph.vertexCount)
    throw unsolved("9.5")
  }

  /// The place of the heaviest edge on the path from u to v, the last in the order of ``Graph/precedes(_:_:)``; nil if there is
  /// no path, or u = v.
  ///
  /// - Throws: `InvalidArgument` if there is no such vertex.
  /// - Complexity: at most 2⌊log₂ n⌋ steps.
  public func heaviestEdge(between u: Int, and v: Int) throws -> Int? {
    try InvalidArgument.requireVertex(u, below: parents.count)
    try InvalidArgument.requireVertex(v, below: parents.count)
    throw unsolved("9.5")
  }
}

/// What a look at a would-be minimum spanning forest finds.
public enum Verdict: Hashable, Sendable {
  /// It is a spanning forest, and none is lighter.
  case minimal
  /// This edge closes a cycle with edges before it in the forest's list.
  case cycle(edge: Int)
  /// This edge of the graph joins two of the trees, so that they should be one.
  case notSpanning(edge: Int)
  /// The forest is lighter with the one edge in place of the other.
  case improvable(removing: Int, adding: Int)
}

/// Whether a forest is a minimum spanning forest of a graph.
///
/// In this order:
/// 1. the first edge of the forest that closes a cycle with those before it (a self-loop does, and an edge listed twice);
/// 2. the first edge of the graph that joins two trees;
/// 3. the first edge {u, v} of the graph that is *lighter* than the heaviest edge on the forest's path from u to v.
///
/// An edge as heavy as that one is no fault: there may be several minimum spanning forests.
///
/// - Throws: `InvalidArgument` if the forest has another number of vertices than the graph, or an edge that does not exist.
/// - Complexity: O((n + m) log n).
public func verify(_ forest: SpanningForest, of graph: Graph) throws -> Verdict {
  try forest.require(isOf: graph)
  throw unsolved("9.5")
}

/// One edge of a spanning forest for another.
public struct Exchange: Hashable, Sendable {
  /// The place of the edge that goes.
  public let removed: Int
  /// The place of the edge that comes.
  public let added: Int
  /// By how much the forest becomes heavier.
  public let increase: Double

  public init(removed: Int, added: Int, increase: Double) {
    self.removed = removed
    self.added = added
    self.increase = increase
  }
}

/// The exchange that turns a minimum spanning forest into a second-best one: the lightest of all other spanning forests.
///
/// For each edge e = {u, v} outside the forest the edge to give up is f, the heaviest on the path from u to v; the exchange
/// with the least w(e) − w(f) is the answer, and of equal ones that with the earliest e. An increase of 0 says that there is
/// another minimum spanning forest.
///
/// - Parameter best: a minimum spanning forest.
/// - Returns: nil if there is no other spanning forest.
/// - Throws: `InvalidArgument` if `best` is not a forest of the graph, or does not span it.
/// - Complexity: O((n + m) log n).
public func cheapestExchange(in best: SpanningForest, of graph: Graph) throws -> Exchange? {
  try best.require(isOf: graph)
  var components = ComponentLabels(count: graph.vertexCount)
  for place in best.edges { components.unite(graph.edges[place].u, graph.edges[place].v) }
  try InvalidArgument.require(
    components.count == best.treeCount && graph.edges.allSatisfy { components.areConnected($0.u, $0.v) },
    "the forest to improve on must be a spanning forest of the graph")
  throw unsolved("9.5")
}
