import Chapter08Heaps
import Chapter09SpanningTrees
import Chapter10TreeTraversal
import Tensors

/// The reference solutions of chapters 8 to 10.
extension Work {
  /// How ours does an algorithm's row.
  static func algorithm(_ row: Row, _ t: [String: Tensor]) throws -> Work {
    switch row.op {
    case "sort":
      let keys = t["keys"]!.integers
      return Work {
        var heap: [Int] = []
        for key in keys { try heapPush(key, onto: &heap, by: <) }
        var sorted: [Int] = []
        sorted.reserveCapacity(keys.count)
        while let key = try heapPop(from: &heap, by: <) { sorted.append(key) }
        return sorted
      } values: {
        ["0": Tensor($0)]
      }
    case "median":
      let keys = t["keys"]!.integers
      return Work {
        var finder = MedianFinder<Int>()
        var medians: [Double] = []
        medians.reserveCapacity(keys.count)
        for key in keys {
          try finder.insert(key)
          if let median = try finder.median() { medians.append(median) }
        }
        return medians
      } values: {
        ["0": Tensor($0, shape: [$0.count])]
      }
    case "kruskal", "prim":
      let graph = try graph(row, t)
      let isPrim = row.op == "prim"
      return Work {
        isPrim ? try prim(graph) : try kruskal(graph)
      } values: {
        ["weight": Tensor([Float($0.weight(in: graph))]), "edges": Tensor([Float($0.edges.count)])]
      }
    default:
      func links(_ name: String) -> [Int?] { t[name]!.integers.map { $0 < 0 ? nil : $0 } }
      let tree = try BinaryTree(
        values: Array(0..<row.sizes["n"]!), left: links("left"), right: links("right"))
      let op = row.op
      return Work {
        var stack = NodeStack()
        var queue = NodeQueue()
        switch op {
        case "pre": return try preOrder(tree, stack: &stack)
        case "in": return try inOrder(tree, stack: &stack)
        case "post": return try traverse(tree, in: .postOrder, stack: &stack)
        default: return try levelOrder(tree, queue: &queue)
        }
      } values: {
        ["0": Tensor($0)]
      }
    }
  }

  private static func graph(_ row: Row, _ t: [String: Tensor]) throws -> Graph {
    let (u, v, weights) = (t["u"]!.integers, t["v"]!.integers, t["weight"]!.scalars.map(Double.init))
    return try Graph(
      vertexCount: row.sizes["vertices"]!, edges: weights.indices.map { Edge(u[$0], v[$0], weights[$0]) })
  }

  /// Work whose result must agree with the others'; what makes tensors of it is not timed.
  init<Output>(solve: @escaping () throws -> Output, values: @escaping (Output) -> [String: Tensor]) {
    func solved() -> Output {
      do { return try solve() } catch { fatalError("Compare: \(error)") }
    }
    self.init(check: { _ in values(solved()) }, step: { withExtendedLifetime(solved()) {} })
  }
}

extension Tensor {
  /// Whole numbers.
  var integers: [Int] { scalars.map { Int($0) } }

  /// A row of whole numbers, each below 2²⁴.
  init(_ values: [Int]) { self.init(values.map { Float($0) }) }
}
