extension Graph {
  /// The places of all edges, lightest first, in the order of ``precedes(_:_:)``.
  ///
  /// - Complexity: O(m) for weights that differ within their first 20 binary digits, by three rounds of a radix sort;
  ///   never more than O(m log m).
  public func edgeOrder() -> [Int] {
    // Three rounds over 2,048 boxes are no gain for a few edges.
    if edges.count < 1024 { return edges.indices.sorted(by: precedes) }
    // The first 32 bits of a weight and the edge's place in one number. For weights that are not negative the bits of a
    // Double are in the order of the numbers; for negative ones in the reverse order, and behind the others.
    var records = edges.enumerated().map { place, edge -> UInt64 in
      let bits = (edge.weight + 0).bitPattern  // + 0 makes −0 the same as 0
      let ordered = bits >> 63 == 1 ? ~bits : bits | 1 << 63
      return ordered & 0xffff_ffff_0000_0000 | UInt64(place)
    }
    var other = [UInt64](repeating: 0, count: records.count)
    for shift in [UInt64(32), 43, 54] {
      Graph.distribute(records, into: &other, byDigitAt: shift)
      swap(&records, &other)
    }
    var order = records.map { Int($0 & 0xffff_ffff) }
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

  /// Puts edges in order whose weights agree in their first 32 bits.
  private func sortRuns(of records: [UInt64], in order: inout [Int]) {
    var start = 0
    while start < records.count {
      var end = start + 1
      var isSorted = true
      while end < records.count, records[end] >> 32 == records[start] >> 32 {
        isSorted = isSorted && precedes(order[end - 1], order[end])
        end += 1
      }
      if !isSorted { order[start..<end].sort(by: precedes) }
      start = end
    }
  }
}
