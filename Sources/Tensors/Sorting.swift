extension Tensor {
  /// The scalars sorted along one axis, and where each came from (row-major, in the shape of this tensor).
  ///
  /// Equal scalars keep their order, also when descending; −0 equals 0; NaN counts as larger than everything, as in
  /// PyTorch. Gradients pass to the places that the values came from.
  ///
  /// - Complexity: O(n) for an axis of length n: a radix sort of four passes.
  public func sorted(axis: Int = -1, descending: Bool = false) -> (values: Tensor, indices: [Int]) {
    let indices = argSort(axis: axis, descending: descending)
    return (gathered(indices, shape: shape, axis: axis), indices)
  }

  /// Where the scalars came from that ``sorted(axis:descending:)`` puts in each place.
  public func argSort(axis: Int = -1, descending: Bool = false) -> [Int] {
    ranked(axis: resolved(axis), count: dim(axis), descending: descending)
  }

  /// The k largest (or smallest) scalars along one axis, best first, and where each is (row-major, in the shape of the
  /// values). Of equal ones the first is taken; NaN counts as larger than everything. Gradients pass to the chosen.
  ///
  /// - Complexity: O(n + k log k) for an axis of length n: a radix selection, then a sort of the selected.
  public func topK(_ k: Int, axis: Int = -1, largest: Bool = true) -> (values: Tensor, indices: [Int]) {
    let axis = resolved(axis)
    guard (0...shape[axis]).contains(k) else {
      fatalError("topK: axis \(axis) of shape \(shape) does not have \(k) scalars.")
    }
    let indices = ranked(axis: axis, count: k, descending: largest)
    var part = shape
    part[axis] = k
    return (gathered(indices, shape: part, axis: axis), indices)
  }

  /// The places along an axis of the `count` first scalars in order.
  private func ranked(axis: Int, count: Int, descending: Bool) -> [Int] {
    let (outer, length, inner) = layout(around: axis)
    let x = pointer
    guard length <= UInt32.max else { fatalError("An axis of shape \(shape) is too long to be sorted.") }
    return [Int](unsafeUninitializedCapacity: outer * count * inner) { buffer, initialized in
      initialized = outer * count * inner
      guard let result = buffer.baseAddress, initialized > 0 else { return }
      parallelRows(outer * inner, length: 16 * length) { rows in
        var ranking = Ranking(length: length)
        for row in rows {
          let (block, column) = row.quotientAndRemainder(dividingBy: inner)
          ranking.fill(x + block * length * inner + column, stride: inner, descending: descending)
          ranking.sort(count)
          let target = result + block * count * inner + column
          for place in 0..<count { target[place * inner] = ranking.index(at: place) }
        }
      }
    }
  }
}

/// Sorts a row of scalars with their places: each is a word, the scalar's rank above, its place below.
private struct Ranking {
  private var words: [UInt64]
  private var spare: [UInt64]

  init(length: Int) {
    words = [UInt64](repeating: 0, count: length)
    spare = words
  }

  /// A number that is ordered like the scalar: of IEEE's bits, a positive one's sign is set and a negative one's are
  /// all turned over.
  @inline(__always)
  private static func rank(_ x: Float) -> UInt32 {
    let bits = x == 0 ? 0 : x.bitPattern
    let rank = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    return x != x ? .max : rank
  }

  mutating func fill(_ x: UnsafePointer<Float>, stride: Int, descending: Bool) {
    let flip: UInt32 = descending ? .max : 0
    for place in words.indices {
      words[place] = UInt64(Self.rank(x[place * stride]) ^ flip) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
    }
  }

  func index(at place: Int) -> Int { Int(words[place] & 0xffff_ffff) }

  /// Puts the `count` smallest words in order at the front.
  mutating func sort(_ count: Int) {
    if count < words.count { select(count) }
    if count < 200 { words[..<count].sort() } else { radixSort(count) }
  }

  /// From the lowest byte of the rank to the highest, each pass keeping the order of equals: then, as the places rise
  /// to begin with, they rise among equals at the end.
  private mutating func radixSort(_ count: Int) {
    for shift in stride(from: UInt64(32), to: 64, by: 8) {
      var starts = [Int](repeating: 0, count: 256)
      for place in 0..<count { starts[Int(words[place] >> shift & 255)] += 1 }
      if starts.contains(count) { continue }
      var start = 0
      for digit in 0..<256 { (starts[digit], start) = (start, start + starts[digit]) }
      for place in 0..<count {
        let word = words[place]
        let digit = Int(word >> shift & 255)
        spare[starts[digit]] = word
        starts[digit] += 1
      }
      swap(&words, &spare)
    }
  }

  /// Moves the `count` smallest words to the front, in the order of their places: byte by byte from the highest, finds
  /// the rank of the last that still belongs.
  private mutating func select(_ count: Int) {
    guard count > 0 else { return }
    var border: UInt64 = 0
    var wanted = count
    for shift in stride(from: UInt64(56), through: 32, by: -8) {
      var counts = [Int](repeating: 0, count: 256)
      for word in words where (word >> shift) >> 8 == border { counts[Int(word >> shift & 255)] += 1 }
      var digit = 0
      while counts[digit] < wanted {
        wanted -= counts[digit]
        digit += 1
      }
      border = border << 8 | UInt64(digit)
    }
    // Everything below the border's rank, and the first `wanted` of that rank.
    var kept = 0
    for place in words.indices {
      let rank = words[place] >> 32
      if rank < border || (rank == border && wanted > 0) {
        if rank == border { wanted -= 1 }
        words[kept] = words[place]
        kept += 1
      }
    }
  }
}
