/// The basis of the transport simplex: a spanning tree of the n senders and m receivers, with the flow on each of its
/// edges.
///
/// Nodes 0 ..< n are senders, nodes n ..< n + m receivers; an edge joins one of each, so along any way through the tree they
/// take turns. Node 0 is the root. The children of a node are a doubly linked list, so that a subtree can be cut off and
/// hung elsewhere in the time that it takes to walk along the way between the two places, and all its nodes can be
/// visited without recursion.
struct SpanningTree {
  struct Node {
    var parent: Int32 = -1
    var firstChild: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
    var depth: Int32 = 0
    /// On the edge to the parent.
    var flow: Int64 = 0
  }

  let senders: Int
  let count: Int
  let nodes: UnsafeMutablePointer<Node>
  /// f of the senders, then g of the receivers: f + g = cost on every edge.
  let potentials: UnsafeMutablePointer<Double>

  init(senders: Int, receivers: Int) {
    self.senders = senders
    count = senders + receivers
    nodes = .allocate(capacity: count)
    nodes.initialize(repeating: Node(), count: count)
    potentials = .allocate(capacity: count)
    potentials.initialize(repeating: 0, count: count)
  }

  func deallocate() {
    nodes.deallocate()
    potentials.deallocate()
  }

  /// Makes a tree of these edges, and of their costs the potentials. f of the first sender is 0.
  func build(edges: [(sender: Int, receiver: Int, flow: Int64)], cost: (Int, Int) -> Double) {
    // Every node's edges, one list after another.
    var starts = [Int](repeating: 0, count: count + 1)
    for edge in edges {
      starts[edge.sender + 1] += 1
      starts[senders + edge.receiver + 1] += 1
    }
    for node in 0..<count { starts[node + 1] += starts[node] }
    var ends = starts
    var incident = [Int](repeating: 0, count: 2 * edges.count)
    for (index, edge) in edges.enumerated() {
      for node in [edge.sender, senders + edge.receiver] {
        incident[ends[node]] = index
        ends[node] += 1
      }
    }
    var queue = [0]
    queue.reserveCapacity(count)
    var head = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      for place in starts[node]..<starts[node + 1] {
        let edge = edges[incident[place]]
        let other = node < senders ? senders + edge.receiver : edge.sender
        if other == nodes[node].parent { continue }
        hang(Int32(other), from: Int32(node))
        nodes[other].flow = edge.flow
        nodes[other].depth = nodes[node].depth + 1
        potentials[other] = cost(edge.sender, edge.receiver) - potentials[node]
        queue.append(other)
      }
    }
  }

  private func hang(_ child: Int32, from parent: Int32) {
    let first = nodes[Int(parent)].firstChild
    nodes[Int(child)].parent = parent
    nodes[Int(child)].previous = -1
    nodes[Int(child)].next = first
    if first >= 0 { nodes[Int(first)].previous = child }
    nodes[Int(parent)].firstChild = child
  }

  private func cut(_ child: Int32) {
    let node = nodes[Int(child)]
    if node.previous >= 0 {
      nodes[Int(node.previous)].next = node.next
    } else {
      nodes[Int(node.parent)].firstChild = node.next
    }
    if node.next >= 0 { nodes[Int(node.next)].previous = node.previous }
  }

  /// One step of the simplex method: the edge from a sender to a receiver enters the tree; the cycle that it closes
  /// carries as much more as it can, and the edge that is emptied leaves.
  ///
  /// - Parameters:
  ///   - receiver: counted from 0.
  ///   - reducedCost: C − f − g of the edge, which is negative.
  func enter(sender: Int, receiver: Int, reducedCost: Double) {
    let (i, j) = (Int32(sender), Int32(senders + receiver))
    // On the way up from the sender its own edges carry less and the receivers' more; on the way up from the receiver it
    // is the other way round. The cycle ends where the two ways meet.
    var (a, b) = (i, j)
    var least = Int64.max
    var leaving: Int32 = -1
    var leavesOnSendersSide = false
    while a != b {
      if nodes[Int(a)].depth >= nodes[Int(b)].depth {
        if Int(a) < senders, nodes[Int(a)].flow < least {
          (least, leaving, leavesOnSendersSide) = (nodes[Int(a)].flow, a, true)
        }
        a = nodes[Int(a)].parent
      } else {
        if Int(b) >= senders, nodes[Int(b)].flow < least {
          (least, leaving, leavesOnSendersSide) = (nodes[Int(b)].flow, b, false)
        }
        b = nodes[Int(b)].parent
      }
    }
    let top = a
    (a, b) = (i, j)
    while a != top {
      nodes[Int(a)].flow += Int(a) < senders ? -least : least
      a = nodes[Int(a)].parent
    }
    while b != top {
      nodes[Int(b)].flow += Int(b) < senders ? least : -least
      b = nodes[Int(b)].parent
    }

    // The subtree below the leaving edge is hung up by its end of the entering edge.
    let (end, other) = leavesOnSendersSide ? (i, j) : (j, i)
    var (node, above, flow) = (end, other, least)
    while true {
      let (parent, itsFlow) = (nodes[Int(node)].parent, nodes[Int(node)].flow)
      cut(node)
      hang(node, from: above)
      nodes[Int(node)].flow = flow
      if node == leaving { break }
      (above, flow, node) = (node, itsFlow, parent)
    }
    // Its side of the entering edge gets the reduced cost, the other side gives as much: all its edges stay tight.
    shift(end, by: leavesOnSendersSide ? reducedCost : -reducedCost)
  }

  /// Adds a number to f of all senders below (and at) a node, takes it from g of the receivers, and counts the depths anew.
  private func shift(_ top: Int32, by amount: Double) {
    var node = top
    while true {
      let parent = nodes[Int(node)].parent
      nodes[Int(node)].depth = nodes[Int(parent)].depth + 1
      potentials[Int(node)] += Int(node) < senders ? amount : -amount
      if nodes[Int(node)].firstChild >= 0 {
        node = nodes[Int(node)].firstChild
        continue
      }
      while node != top, nodes[Int(node)].next < 0 { node = nodes[Int(node)].parent }
      if node == top { return }
      node = nodes[Int(node)].next
    }
  }

  /// The nodes so that every node comes after its parent.
  func topDown() -> [Int] {
    var order = [0]
    order.reserveCapacity(count)
    var head = 0
    while head < order.count {
      var child = nodes[order[head]].firstChild
      while child >= 0 {
        order.append(Int(child))
        child = nodes[Int(child)].next
      }
      head += 1
    }
    return order
  }
}
