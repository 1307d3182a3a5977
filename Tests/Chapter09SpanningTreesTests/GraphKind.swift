import Chapter09SpanningTrees
import Tensors

/// The kinds of graph that break algorithms on spanning trees.
enum GraphKind: String, CaseIterable {
  case tree, sparse, dense, complete, equal, fewWeights, rising, falling, negative, extreme, parallel, inParts

  /// A graph of this kind with `count` vertices. Weights are whole numbers, so that sums are exact.
  func graph(_ count: Int, using rng: inout RandomStream) throws -> Graph {
    guard count > 0 else { return try Graph(vertexCount: 0, edges: []) }
    var pairs: [(Int, Int)]
    switch self {
    case .tree:
      pairs = (1..<max(1, count)).map { ($0, rng.integer(below: $0)) }
    case .complete, .equal:
      pairs = (0..<count).flatMap { u in (0..<u).map { (u, $0) } }
    case .dense, .rising, .falling:
      pairs = (0..<count).flatMap { u in (0..<u).map { (u, $0) } }.filter { _ in rng.integer(below: 3) > 0 }
    case .inParts:
      // Even numbers among themselves, and every third of the odd ones.
      pairs = (0..<2 * count).map { _ in (rng.integer(below: count), rng.integer(below: count)) }
        .filter { ($0 - $1) % 2 == 0 && ($0 % 2 == 0 || ($0 - $1) % 3 == 0) }
    default:
      pairs = (0..<2 * count).map { _ in (rng.integer(below: count), rng.integer(below: count)) }
    }
    pairs = rng.shuffled(pairs)
    if self == .parallel {
      // Each pair three times, the second time turned round; and loops.
      pairs = rng.shuffled(pairs.flatMap { [$0, ($0.1, $0.0), $0, ($0.0, $0.0)] })
    }
    let edges = pairs.enumerated().map { index, pair in
      Edge(pair.0, pair.1, weight(index, of: pairs.count, using: &rng))
    }
    return try Graph(vertexCount: count, edges: edges)
  }

  private func weight(_ index: Int, of count: Int, using rng: inout RandomStream) -> Double {
    switch self {
    case .equal: 7
    case .fewWeights, .parallel: Double(rng.integer(below: 3))
    case .rising: Double(index)
    case .falling: Double(count - index)
    case .negative: -Double(rng.integer(below: 50))
    case .extreme: [-0x1p53, -1, -0.0, 0, 1, 0x1p53 - 1, 0x1p53, 0x1p-1074][rng.integer(below: 8)]
    default: Double(rng.integer(below: 1000))
    }
  }
}

/// The graph of the lesson: a, …, f are 0, …, 5.
///
///     0 ab 4    1 ac 3    2 bc 3    3 bd 5    4 cd 6    5 ce 7    6 de 2    7 df 6    8 ef 6
func lessonGraph() throws -> Graph {
  let edges = [
    (0, 1, 4), (0, 2, 3), (1, 2, 3), (1, 3, 5), (2, 3, 6), (2, 4, 7), (3, 4, 2), (3, 5, 6), (4, 5, 6),
  ]
  return try Graph(vertexCount: 6, edges: edges.map { Edge($0.0, $0.1, Double($0.2)) })
}

extension Graph {
  /// A graph from a flat list of u, v, weight.
  init(vertexCount: Int, flat: [Int]) throws {
    let edges = stride(from: 0, to: flat.count, by: 3).map { Edge(flat[$0], flat[$0 + 1], Double(flat[$0 + 2])) }
    try self.init(vertexCount: vertexCount, edges: edges)
  }

  /// A graph from a flat list of u, v; all weights are 1.
  init(vertexCount: Int, pairs flat: [Int]) throws {
    let edges = stride(from: 0, to: flat.count, by: 2).map { Edge(flat[$0], flat[$0 + 1], 1) }
    try self.init(vertexCount: vertexCount, edges: edges)
  }
}
