import Chapter09SpanningTrees

/// Spanning forests by slow and readable ways, without disjoint sets or queues.
enum PlainForests {
  /// For each vertex the lowest vertex that it is connected with: a flood from every vertex not yet wet.
  static func components(_ count: Int, _ edges: [Edge]) -> [Int] {
    var neighbours = [[Int]](repeating: [], count: count)
    for edge in edges {
      neighbours[edge.u].append(edge.v)
      neighbours[edge.v].append(edge.u)
    }
    var labels = [Int](repeating: -1, count: count)
    for start in 0..<count where labels[start] < 0 {
      labels[start] = start
      var wet = [start]
      while let vertex = wet.popLast() {
        for next in neighbours[vertex] where labels[next] < 0 {
          labels[next] = start
          wet.append(next)
        }
      }
    }
    return labels
  }

  /// How many components there are.
  static func componentCount(_ count: Int, _ edges: [Edge]) -> Int {
    components(count, edges).enumerated().count { $0 == $1 }
  }

  /// Whether the edges have no cycle: then, and only then, there are n − m components.
  static func isForest(_ count: Int, _ edges: [Edge]) -> Bool {
    componentCount(count, edges) == count - edges.count
  }

  /// The minimum spanning forest in the order (weight, place): the edges from the last to the first, each thrown out
  /// unless that would tear something apart (Kruskal's "reverse delete"). Places in rising order.
  static func minimum(_ graph: Graph) -> [Int] {
    var kept = graph.edges.indices.sorted { a, b in
      graph.edges[a].weight < graph.edges[b].weight || (graph.edges[a].weight == graph.edges[b].weight && a < b)
    }
    let parts = componentCount(graph.vertexCount, graph.edges)
    for index in kept.indices.reversed() {
      var others = kept
      others.remove(at: index)
      if componentCount(graph.vertexCount, others.map { graph.edges[$0] }) == parts { kept = others }
    }
    return kept.sorted()
  }

  /// Every spanning forest of a small graph, as lists of places in rising order.
  static func all(_ graph: Graph) -> [[Int]] {
    let size = graph.vertexCount - componentCount(graph.vertexCount, graph.edges)
    var forests: [[Int]] = []
    func extend(_ chosen: [Int], from place: Int) {
      if chosen.count == size {
        forests.append(chosen)
        return
      }
      guard place + size - chosen.count <= graph.edges.count else { return }
      let longer = chosen + [place]
      if isForest(graph.vertexCount, longer.map { graph.edges[$0] }) { extend(longer, from: place + 1) }
      extend(chosen, from: place + 1)
    }
    extend([], from: 0)
    return forests
  }

  /// The edges on the way from u to v in a forest, by their places in its list; nil if there is none.
  static func path(_ count: Int, _ edges: [Edge], from u: Int, to v: Int) -> [Int]? {
    var arrivals = [Int: Int?]([(u, nil)], uniquingKeysWith: { first, _ in first })
    var frontier = [u]
    while let vertex = frontier.popLast() {
      if vertex == v {
        var path: [Int] = []
        var here = v
        while let edge = arrivals[here] ?? nil {
          path.append(edge)
          here = edges[edge].u == here ? edges[edge].v : edges[edge].u
        }
        return path
      }
      for (place, edge) in edges.enumerated() where edge.u == vertex || edge.v == vertex {
        let next = edge.u == vertex ? edge.v : edge.u
        if arrivals[next] == nil {
          arrivals[next] = .some(place)
          frontier.append(next)
        }
      }
    }
    return nil
  }
}
