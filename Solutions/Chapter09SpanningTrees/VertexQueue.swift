import Exercises

/// A priority queue of vertices for Prim's algorithm: each waits with the lightest edge by which it could be reached so far,
/// and the one whose edge comes first is the next.
///
/// An indexed heap (chapter 8 builds one from nothing) with four children a node, so that the four stand side by side in
/// memory. Edges are ordered by weight, and by place in the graph's list if equally heavy.
public struct VertexQueue: Sendable {
  /// A vertex and the edge by which it would be reached.
  public struct Entry: Sendable {
    public let weight: Double
    private let vertex32: Int32
    private let edge32: Int32
    public var vertex: Int { Int(vertex32) }
    /// The edge's place in the graph's list; −1 stands for none, as for the first vertex of a tree.
    public var edge: Int { Int(edge32) }

    init(vertex: Int, weight: Double, edge: Int) {
      self.weight = weight
      vertex32 = Int32(truncatingIfNeeded: vertex)
      edge32 = Int32(truncatingIfNeeded: edge)
    }

    func precedes(_ other: Entry) -> Bool {
      weight < other.weight || (weight == other.weight && edge32 < other.edge32)
    }
  }

  private var heap: [Entry] = []
  /// Where in the heap each vertex stands; −1 if it does not wait.
  private var places: [Int32]
  /// How often two entries were compared so far.
  public private(set) var comparisons = 0
  /// How often a vertex came out so far.
  public private(set) var removals = 0
  /// How often a vertex came out since the last one began a tree, without an edge.
  private var recentRemovals = 0

  /// An empty queue for the vertices 0 ..< capacity.
  ///
  /// - Throws: `InvalidArgument` if the capacity is negative.
  public init(capacity: Int) throws {
    try InvalidArgument.requireCount(capacity, "a capacity")
    places = Array(repeating: -1, count: capacity)
    heap.reserveCapacity(capacity)
  }

  public var capacity: Int { places.count }
  public var isEmpty: Bool { heap.isEmpty }
  /// The vertex whose edge comes first, which stays; nil if none waits.
  public var first: Entry? { heap.first }

  /// Offers an edge to a vertex: if it does not wait, it waits from now on; if it waits with an edge that comes later, it takes
  /// this one; otherwise nothing happens.
  ///
  /// - Throws: `InvalidArgument` if there is no such vertex, or the weight is NaN.
  /// - Complexity: one comparison a level, and one more to see which edge comes first; n vertices fill ⌊log₄(3n)⌋ + 1 levels.
  public mutating func offer(_ vertex: Int, weight: Double, edge: Int) throws {
    try InvalidArgument.requireVertex(vertex, below: places.count)
    try InvalidArgument.require(weight == weight, "the weight of edge \(edge) is not a number")
    if edge < 0 { recentRemovals = 0 }
    try InvalidArgument.require(
      recentRemovals <= 4 * places.count,
      "\(recentRemovals) times a vertex came out, but there are only \(places.count): who was reached is not offered again"
    )
    let entry = Entry(vertex: vertex, weight: weight, edge: edge)
    var hole = Int(places[vertex])
    if hole < 0 {
      hole = heap.count
      heap.append(entry)
    } else {
      comparisons += 1
      guard entry.precedes(heap[hole]) else { return }
    }
    while hole > 0 {
      let parent = (hole - 1) / 4
      comparisons += 1
      guard entry.precedes(heap[parent]) else { break }
      put(heap[parent], at: hole)
      hole = parent
    }
    put(entry, at: hole)
  }

  /// Takes out the vertex whose edge comes first; nil if none waits.
  ///
  /// - Complexity: four comparisons for each level below the root.
  public mutating func popFirst() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    removals += 1
    places[first.vertex] = -1
    recentRemovals += 1
    if heap.isEmpty { return first }
    var hole = 0
    while 4 * hole + 1 < heap.count {
      var child = 4 * hole + 1
      for other in child + 1..<min(child + 4, heap.count) {
        comparisons += 1
        if heap[other].precedes(heap[child]) { child = other }
      }
      comparisons += 1
      guard heap[child].precedes(last) else { break }
      put(heap[child], at: hole)
      hole = child
    }
    put(last, at: hole)
    return first
  }

  private mutating func put(_ entry: Entry, at place: Int) {
    heap[place] = entry
    places[entry.vertex] = Int32(truncatingIfNeeded: place)
  }
}
