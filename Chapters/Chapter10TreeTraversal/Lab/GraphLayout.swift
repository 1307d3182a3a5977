/// A drawing of a directed graph without cycles, in layers (Sugiyama, Tagawa and Toda 1981).
///
/// A node stands one layer before the first of those that use it. Links that span several layers get a bend in each.
/// Within a layer, nodes and bends are sorted by the mean place of their neighbours, back and forth until links cross
/// little.
struct GraphLayout {
  /// The layer of each node; 0 holds the inputs that are farthest from the output.
  private(set) var layer: [Int]
  /// The place of each node within its layer, around 0, in units of a node's distance to the next.
  private(set) var place: [Double]
  /// For each node, for each of its inputs, the (layer, place) points of the link from the input to the node.
  private(set) var ways: [[[(layer: Double, place: Double)]]]
  var layerCount: Int { (layer.max() ?? 0) + 1 }

  /// - Parameters:
  ///   - inputs: what each node was computed from.
  ///   - order: a topological order of all nodes, inputs first.
  init(inputs: [[Int]], order: [Int]) {
    // Layers from the output backwards, then turned round.
    var distance = [Int](repeating: 0, count: inputs.count)
    for node in order.reversed() {
      for input in inputs[node] { distance[input] = max(distance[input], distance[node] + 1) }
    }
    let last = distance.max() ?? 0
    layer = distance.map { last - $0 }

    // Bends are nodes of their own while layers are sorted.
    var allLayers = layer
    var chains: [[[Int]]] = []
    var neighbours: [(before: [Int], after: [Int])] = inputs.map { _ in ([], []) }
    for node in inputs.indices {
      var own: [[Int]] = []
      for input in inputs[node] {
        var chain = [input]
        for between in stride(from: layer[input] + 1, to: layer[node], by: 1) {
          allLayers.append(between)
          neighbours.append(([], []))
          chain.append(allLayers.count - 1)
        }
        chain.append(node)
        for (a, b) in zip(chain, chain.dropFirst()) {
          neighbours[a].after.append(b)
          neighbours[b].before.append(a)
        }
        own.append(chain)
      }
      chains.append(own)
    }

    var layers: [[Int]] = Array(repeating: [], count: last + 1)
    // Post-order is a good beginning: what is finished together is used together.
    for node in order { layers[allLayers[node]].append(node) }
    for bend in inputs.count..<max(inputs.count, allLayers.count) { layers[allLayers[bend]].append(bend) }
    var x = [Double](repeating: 0, count: allLayers.count)
    func settle(_ layers: [[Int]]) {
      for nodes in layers {
        for (index, node) in nodes.enumerated() { x[node] = Double(index) - Double(nodes.count - 1) / 2 }
      }
    }
    settle(layers)
    for round in 0..<24 {
      let goesForward = round % 2 == 0
      for index in goesForward ? Array(layers.indices) : layers.indices.reversed() {
        let wanted = layers[index].map { node -> (node: Int, x: Double) in
          let around = goesForward ? neighbours[node].before : neighbours[node].after
          guard !around.isEmpty else { return (node, x[node]) }
          return (node, around.reduce(0) { $0 + x[$1] } / Double(around.count))
        }
        layers[index] = wanted.enumerated().sorted {
          ($0.element.x, $0.offset) < ($1.element.x, $1.offset)
        }.map(\.element.node)
        for (order, node) in layers[index].enumerated() {
          x[node] = Double(order) - Double(layers[index].count - 1) / 2
        }
      }
    }
    // Then each comes as near to its neighbours as the order within the layer allows.
    for round in 0..<60 {
      for nodes in round % 2 == 0 ? layers : layers.reversed() {
        let wanted = nodes.map { node -> Double in
          let around = neighbours[node].before + neighbours[node].after
          return around.isEmpty ? x[node] : around.reduce(0) { $0 + x[$1] } / Double(around.count)
        }
        for (index, node) in nodes.enumerated() {
          let low = index > 0 ? x[nodes[index - 1]] + 1 : -.infinity
          let high = index + 1 < nodes.count ? x[nodes[index + 1]] - 1 : .infinity
          x[node] = max(low, min(high, wanted[index]))
        }
      }
    }
    place = Array(x[0..<inputs.count])
    ways = chains.map { $0.map { $0.map { (Double(allLayers[$0]), x[$0]) } } }
  }
}
