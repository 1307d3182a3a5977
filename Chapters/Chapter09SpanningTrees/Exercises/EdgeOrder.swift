extension Graph {
  /// The places of all edges, lightest first, in the order of ``precedes(_:_:)``.
  ///
  /// - Complexity: O(m) for weights that are spread over their range, by three rounds of a radix sort; never more than
  ///   O(m log m).
  public func edgeOrder() -> [Int] {
    let byComparisons = { edges.indices.sorted(by: precedes) }
    // Three rounds over 2,048 boxes are no gain for a few edges.
    guard edges.count >= 1024, var lowest = edges.first?.weight, var highest = edges.first?.weight else {
      return byComparisons()
    }
    for edge in edges {
      lowest = min(lowest, edge.weight)
      highest = max(highest, edge.weight)
    }
    // Halves, or else the greatest number less the smallest one would overflow.
    let range = highest / 2 - lowest / 2
    guard range > 0 else { return byComparisons() }
    // The weight as one of 2³³ steps from the lowest to the highest, and below it the edge's place: 64 bits in all. Rounding
    // may make different weights equal, but never changes their order.
    var records = [UInt64](repeating: 0, count: edges.count)
    for (place, edge) in edges.enumerated() {
      let step = (edge.weight / 2 - lowest / 2) / range * 0x1_ffff_ffff
      records[place] = UInt64(step) << 31 | UInt64(place)
    }
    var other = records
    for shift in [UInt64(31), 42, 53] {
      Graph.distribute(records, into: &other, byDigitAt: shift)
      swap(&records, &other)
    }
    var order = records.map { Int($0 & 0x7fff_ffff) }
    sortRuns(of: records, in: &order)
    return order
  }

  /// One round: by 11 binary digits, keeping the order of records with equal digits.
  private static func distribute(_ records: [UInt64], into result: inout [UInt64], byDigitAt shift: UInt64) {
    var starts = [Int](repeating: 0, count: 2049)
    for record in records { starts[Int(record >> shift & 2047) + 1] += 1 }
    for digit in 1...2048 { starts[digit] += starts[digit - 1] }
    for record in records {
      let digit = Int(record >> shift & 2047)
      result[starts[digit]] = record
      starts[digit] += 1
    }
  }

  /// Puts edges in order whose weights fell on the same step.
  private func sortRuns(of records: [UInt64], in order: inout [Int]) {
    var start = 0
    while start < records.count {
      let step = records[start] >> 31
      var end = start + 1
      var isSorted = true
      while end < records.count, records[end] >> 31 == step {
        isSorted = isSorted && precedes(order[end - 1], order[end])
        end += 1
      }
      if !isSorted { order[start..<end].sort(by: precedes) }
      start = end
    }
  }
}
