import CxxRivals
import Dispatch
import HeapModule
import Tensors

/// How the rivals that are called from Swift do the algorithms' rows.
enum Rivals {
  /// A row's work, with the way that was found fastest; nil if it is none of theirs.
  ///
  /// - Throws: ``BenchmarkError`` if the rival is not there.
  static func prepare(_ row: Row, _ t: [String: Tensor], as rival: Contestant) throws -> (work: Work, name: String)? {
    switch rival {
    case .cpp where row.kind == "heap": (heap(row, t), "std::priority_queue")
    case .cpp where row.kind == "traversal":
      fastest([("pointers", tree(row, t, ofPointers: true)), ("links by number", tree(row, t, ofPointers: false))])
    case .collections where row.op == "sort": (minMaxHeap(t), "Heap")
    case .collections where row.op == "median": (medianByMinMaxHeaps(t), "two Heaps")
    case .boost where row.kind == "spanning-tree": (try spanningTree(row, t), "adjacency_list")
    default: nil
    }
  }

  /// The fastest of several ways, by the best of five runs each.
  private static func fastest(_ ways: [(name: String, work: Work)]) -> (work: Work, name: String) {
    let timed = ways.map { way in
      let times = (0..<5).map { _ in
        let start = DispatchTime.now().uptimeNanoseconds
        way.work.step()
        return DispatchTime.now().uptimeNanoseconds - start
      }
      return (way, times.min()!)
    }
    let best = timed.min { $0.1 < $1.1 }!.0
    return (best.work, best.name)
  }

  // MARK: - C++

  private static func heap(_ row: Row, _ t: [String: Tensor]) -> Work {
    let keys = t["keys"]!.integers.map { Int64($0) }
    if row.op == "median" {
      return Work {
        [Double](unsafeUninitializedCapacity: keys.count) { medians, count in
          cxx_medians(keys, Int64(keys.count), medians.baseAddress)
          count = keys.count
        }
      } values: {
        ["0": Tensor($0, shape: [$0.count])]
      }
    }
    return Work {
      [Int64](unsafeUninitializedCapacity: keys.count) { sorted, count in
        cxx_push_and_pop(keys, Int64(keys.count), sorted.baseAddress)
        count = keys.count
      }
    } values: {
      ["0": Tensor($0.map { Int($0) })]
    }
  }

  private static func tree(_ row: Row, _ t: [String: Tensor], ofPointers: Bool) -> Work {
    let count = row.sizes["n"]!
    func links(_ name: String) -> [Int32] { t[name]!.scalars.map { Int32($0) } }
    // Kept for as long as the process lives.
    let tree = cxx_make_tree(links("left"), links("right"), Int64(count), ofPointers)
    let order = ["pre": cxx_pre, "in": cxx_in, "post": cxx_post][row.op!] ?? cxx_level
    return Work {
      [Int32](unsafeUninitializedCapacity: count) { numbers, initialized in
        cxx_traverse(tree, order, numbers.baseAddress)
        initialized = count
      }
    } values: {
      ["0": Tensor($0.map { Int($0) })]
    }
  }

  // MARK: - Boost

  private static func spanningTree(_ row: Row, _ t: [String: Tensor]) throws -> Work {
    func ends(_ name: String) -> [Int32] { t[name]!.scalars.map { Int32($0) } }
    let weights = t["weight"]!.scalars.map(Double.init)
    guard
      let graph = boost_make_graph(
        ends("u"), ends("v"), weights, Int64(weights.count), Int64(row.sizes["vertices"]!))
    else { throw BenchmarkError("Boost was not there when this was built (libboost-graph-dev)") }
    let isPrim = row.op == "prim"
    return Work {
      var edges: Int64 = 0
      let weight = isPrim ? boost_prim(graph, &edges) : boost_kruskal(graph, &edges)
      return (weight, edges)
    } values: {
      ["weight": Tensor([Float($0.0)]), "edges": Tensor([Float($0.1)])]
    }
  }

  // MARK: - swift-collections

  private static func minMaxHeap(_ t: [String: Tensor]) -> Work {
    let keys = t["keys"]!.integers
    return Work {
      var heap = Heap<Int>()
      for key in keys { heap.insert(key) }
      var sorted: [Int] = []
      sorted.reserveCapacity(keys.count)
      while let key = heap.popMin() { sorted.append(key) }
      return sorted
    } values: {
      ["0": Tensor($0)]
    }
  }

  private static func medianByMinMaxHeaps(_ t: [String: Tensor]) -> Work {
    let keys = t["keys"]!.integers
    return Work {
      var lower = Heap<Int>()
      var upper = Heap<Int>()
      var medians: [Double] = []
      medians.reserveCapacity(keys.count)
      for key in keys {
        if let greatest = lower.max, greatest < key { upper.insert(key) } else { lower.insert(key) }
        if lower.count > upper.count + 1 {
          upper.insert(lower.removeMax())
        } else if upper.count > lower.count {
          lower.insert(upper.removeMin())
        }
        medians.append(
          lower.count > upper.count ? Double(lower.max!) : Double(lower.max! + upper.min!) / 2)
      }
      return medians
    } values: {
      ["0": Tensor($0, shape: [$0.count])]
    }
  }
}
