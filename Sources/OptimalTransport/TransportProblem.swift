/// Two laws on finitely many places and the cost of carrying a unit of mass from each place of the first to each of the
/// second.
struct TransportProblem {
  let p: [Double]
  let q: [Double]
  /// Cᵢⱼ, row by row: n × m.
  let cost: [Double]
  /// Σpᵢ = Σqⱼ.
  let mass: Double

  var rows: Int { p.count }
  var columns: Int { q.count }

  /// - Throws: ``TransportError`` if a law has no places, a mass is negative or not finite, the masses don't add up to the
  ///   same (to 10⁻⁹ of their sum), or a cost is missing or not finite.
  init(_ p: [Double], _ q: [Double], cost: [Double]) throws {
    try TransportError.require(
      !p.isEmpty && !q.isEmpty,
      "there is nothing to transport between \(p.count) and \(q.count) places; give at least 1 of each")
    for (name, masses) in [("p", p), ("q", q)] {
      if let i = masses.firstIndex(where: { !($0 >= 0 && $0 < .infinity) }) {
        throw TransportError("\(name)[\(i)] is \(masses[i]): a mass must be finite and not negative")
      }
    }
    let (sent, received) = (p.reduce(0, +), q.reduce(0, +))
    try TransportError.require(
      sent > 0 && sent < .infinity && abs(sent - received) <= 1e-9 * sent,
      "p adds up to \(sent) and q to \(received): both must hold the same mass, more than 0; divide each by its sum")
    try TransportError.require(
      cost.count == p.count * q.count,
      "\(cost.count) costs for \(p.count) × \(q.count) pairs of places; give them row by row")
    // A sum is finite only if all its terms are; adding is faster than asking each.
    if !cost.reduce(0, { $0 + $1 * 0 }).isZero, let k = cost.firstIndex(where: { !$0.isFinite }) {
      throw TransportError(
        "the cost from place \(k / q.count) to place \(k % q.count) is \(cost[k]): costs must be finite; for a way that "
          + "is barred give a number larger than any plan's cost")
    }
    (self.p, self.q, self.cost, mass) = (p, q, cost, sent)
  }
}
