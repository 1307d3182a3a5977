extension TransportProblem {
  /// A problem without the places that hold no mass, and where the others stood.
  struct Reduced {
    let p: [Double]
    let q: [Double]
    let cost: [Double]
    fileprivate let whole: TransportProblem
    fileprivate let rows: [Int]
    fileprivate let columns: [Int]
  }

  /// Less than this part of the whole mass counts as none: ``exactTransport(_:_:cost:)`` has no smaller unit.
  private var least: Double { mass / Double(WholeMasses.units(senders: rows, receivers: columns)) }

  /// Nil if every place holds some mass.
  func withoutEmptyPlaces() -> Reduced? {
    let rows = p.indices.filter { p[$0] > least }
    let columns = q.indices.filter { q[$0] > least }
    if rows.count == p.count, columns.count == q.count { return nil }
    return Reduced(
      p: rows.map { p[$0] }, q: columns.map { q[$0] },
      cost: rows.flatMap { i in columns.map { cost[i * self.columns + $0] } }, whole: self, rows: rows,
      columns: columns)
  }
}

extension TransportProblem.Reduced {
  /// A plan between some places as a plan between all: those left out carry nothing, and their potentials are the largest
  /// with f + g ≤ C.
  func widened(_ plan: TransportPlan) -> TransportPlan {
    let (count, cost) = (whole.columns, whole.cost)
    var masses = [Double](repeating: 0, count: whole.rows * count)
    var f = [Double?](repeating: nil, count: whole.rows)
    var g = [Double?](repeating: nil, count: count)
    for (a, i) in rows.enumerated() {
      f[i] = plan.rowPotentials[a]
      for (b, j) in columns.enumerated() { masses[i * count + j] = plan[a, b] }
    }
    for (b, j) in columns.enumerated() { g[j] = plan.columnPotentials[b] }
    // Only the chosen rows are known when the columns are filled in; then all columns are.
    let allG: [Double] = (0..<count).map { j in
      g[j] ?? rows.map { i in cost[i * count + j] - f[i]! }.min()!
    }
    let allF: [Double] = (0..<whole.rows).map { i in
      f[i] ?? allG.indices.map { j in cost[i * count + j] - allG[j] }.min()!
    }
    return TransportPlan(
      rows: whole.rows, columns: count, masses: masses, rowPotentials: allF, columnPotentials: allG, cost: plan.cost)
  }
}
