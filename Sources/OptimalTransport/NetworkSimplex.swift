/// The cheapest way to carry the masses p to the masses q: minimises ⟨C, γ⟩ over γ ≥ 0 with row sums p and column sums q.
///
/// By the network simplex method (Dantzig 1951): a basis is a spanning tree of the senders and receivers, its flows
/// follow from the masses, its potentials from the costs (f + g = C on every edge). While some edge has C − f − g < 0, it
/// enters the tree and another leaves. The flows are whole numbers (of about 2⁻⁵⁰ of the whole mass), disturbed so that every step
/// gains something: so the method ends, with an exact basis. The potentials then prove that nothing is cheaper: f + g ≤ C
/// everywhere, and Σ pf + Σ qg = ⟨C, γ⟩.
///
/// At most n + m − 1 of the γᵢⱼ are not 0. Places without mass are left aside; they get the largest potentials allowed.
///
/// - Parameters:
///   - p, q: n and m masses, not negative, with one sum (to 10⁻⁹ of it). They need not add up to 1.
///   - cost: Cᵢⱼ, row by row, n × m. May be negative.
/// - Returns: the plan, with row sums p and column sums q up to rounding (10⁻¹⁵ of the whole mass).
/// - Throws: ``TransportError``.
/// - Complexity: O(nm) a step in the worst case, mostly O(m); between 2 and 10 times n + m steps on point clouds.
public func exactTransport(_ p: [Double], _ q: [Double], cost: [Double]) throws -> TransportPlan {
  let problem = try TransportProblem(p, q, cost: cost)
  if let smaller = problem.withoutEmptyPlaces() {
    return smaller.widened(try exactTransport(smaller.p, smaller.q, cost: smaller.cost))
  }
  let whole = WholeMasses(p, q, mass: problem.mass)
  return cost.withUnsafeBufferPointer { cost in
    var simplex = NetworkSimplex(whole, cost: cost.baseAddress!)
    defer { simplex.deallocate() }
    simplex.run()
    return simplex.plan(whole)
  }
}

/// The state of the method; see ``exactTransport(_:_:cost:)``.
struct NetworkSimplex {
  private let cost: UnsafePointer<Double>
  private let rows: Int
  private let columns: Int
  private let tree: SpanningTree
  private(set) var steps = 0

  init(_ masses: WholeMasses, cost: UnsafePointer<Double>) {
    self.cost = cost
    (rows, columns) = (masses.supplies.count, masses.demands.count)
    tree = SpanningTree(senders: rows, receivers: columns)
    let columns = columns
    tree.build(edges: Self.start(masses, cost: cost)) { cost[$0 * columns + $1] }
  }

  func deallocate() { tree.deallocate() }

  /// A first plan: one sender after another sends what it can to the cheapest receiver that still wants something, one
  /// receiver a turn (the modified row minimum rule: Gottschlich and Schuhmacher 2014).
  ///
  /// Every entry settles one sender or one receiver and never both (the last settles both), so that n + m − 1 entries
  /// result, and they make a tree.
  private static func start(
    _ masses: WholeMasses, cost: UnsafePointer<Double>
  ) -> [(sender: Int, receiver: Int, flow: Int64)] {
    var (supplies, demands) = (masses.supplies, masses.demands)
    let columns = demands.count
    // Takes the receivers out that want nothing more.
    var barred = [Double](repeating: 0, count: columns)
    var edges: [(sender: Int, receiver: Int, flow: Int64)] = []
    edges.reserveCapacity(supplies.count + columns)
    var waiting = Array(supplies.indices)
    while !waiting.isEmpty {
      waiting.removeAll { sender in
        let receiver = barred.withUnsafeBufferPointer {
          RowScan.smallest(cost + sender * columns, minus: $0.baseAddress!, count: columns).index
        }
        let flow = min(supplies[sender], demands[receiver])
        edges.append((sender, receiver, flow))
        supplies[sender] -= flow
        demands[receiver] -= flow
        if demands[receiver] == 0 { barred[receiver] = -.infinity }
        return supplies[sender] == 0
      }
    }
    return edges
  }

  /// Steps until no edge has a negative reduced cost: goes through the rows in turn, and takes of each the edge that is
  /// worst.
  mutating func run() {
    let receiverPotentials = UnsafePointer(tree.potentials + rows)
    // What rounding makes of 0: potentials are sums of costs along the tree.
    var largest = 0.0
    for k in 0..<(rows * columns) { largest = max(largest, abs(cost[k])) }
    let tolerance = 1e-13 * largest
    var (row, rowsWithout) = (0, 0)
    while rowsWithout < rows {
      let (index, smallest) = RowScan.smallest(cost + row * columns, minus: receiverPotentials, count: columns)
      let reduced = smallest - tree.potentials[row]
      if reduced < -tolerance {
        tree.enter(sender: row, receiver: index, reducedCost: reduced)
        steps += 1
        rowsWithout = 0
      } else {
        rowsWithout += 1
      }
      row += 1
      if row == rows { row = 0 }
    }
  }

  /// The flows of the tree for the masses as they were before they were disturbed, and what they cost.
  func plan(_ whole: WholeMasses) -> TransportPlan {
    var net = whole.plainSupplies + whole.plainDemands
    var masses = [Double](repeating: 0, count: rows * columns)
    var total = 0.0
    for node in tree.topDown().dropFirst().reversed() {
      // All of a subtree's surplus goes up if its top is a sender, and comes down if it is a receiver.
      let parent = Int(tree.nodes[node].parent)
      let flow = net[node]
      net[parent] -= flow
      let (sender, receiver) = node < rows ? (node, parent - rows) : (parent, node - rows)
      let mass = Double(flow) * whole.unit
      masses[sender * columns + receiver] = mass
      total += mass * cost[sender * columns + receiver]
    }
    let potentials = Array(UnsafeBufferPointer(start: tree.potentials, count: rows + columns))
    return TransportPlan(
      rows: rows, columns: columns, masses: masses, rowPotentials: Array(potentials[..<rows]),
      columnPotentials: Array(potentials[rows...]), cost: total)
  }
}

/// The place where a row of costs is smallest.
enum RowScan {
  /// The first place of the smallest aⱼ − bⱼ, and that number.
  static func smallest(
    _ a: UnsafePointer<Double>, minus b: UnsafePointer<Double>, count: Int
  ) -> (index: Int, value: Double) {
    let whole = count & ~31
    var smallest = Double.infinity
    if whole > 0 {
      var lanes0 = SIMD8<Double>(repeating: .infinity)
      var (lanes1, lanes2, lanes3) = (lanes0, lanes0, lanes0)
      var j = 0
      while j < whole {
        let x0 = load(a, j) - load(b, j)
        let x1 = load(a, j + 8) - load(b, j + 8)
        let x2 = load(a, j + 16) - load(b, j + 16)
        let x3 = load(a, j + 24) - load(b, j + 24)
        lanes0.replace(with: x0, where: x0 .< lanes0)
        lanes1.replace(with: x1, where: x1 .< lanes1)
        lanes2.replace(with: x2, where: x2 .< lanes2)
        lanes3.replace(with: x3, where: x3 .< lanes3)
        j += 32
      }
      lanes0.replace(with: lanes1, where: lanes1 .< lanes0)
      lanes2.replace(with: lanes3, where: lanes3 .< lanes2)
      lanes0.replace(with: lanes2, where: lanes2 .< lanes0)
      for lane in 0..<8 where lanes0[lane] < smallest { smallest = lanes0[lane] }
    }
    for j in whole..<count where a[j] - b[j] < smallest { smallest = a[j] - b[j] }
    var index = 0
    while index < count - 1, a[index] - b[index] != smallest { index += 1 }
    return (index, smallest)
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Double>, _ index: Int) -> SIMD8<Double> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD8<Double>.self)
  }
}
