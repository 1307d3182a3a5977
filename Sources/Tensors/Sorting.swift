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
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * length) { memory in
          var ranking = Ranking(length: length, memory: memory.baseAddress!)
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
}

/// Sorts a row of scalars with their places: each is a word, the scalar's rank above, its place below. Hence no two words
/// are equal, and of equal scalars the first has the smaller word.
private struct Ranking {
  private let length: Int
  private var words: UnsafeMutablePointer<UInt64>
  private var spare: UnsafeMutablePointer<UInt64>

  /// `memory` holds two words a scalar.
  init(length: Int, memory: UnsafeMutablePointer<UInt64>) {
    self.length = length
    words = memory
    spare = memory + length
  }

  /// A number that is ordered like the scalar: of IEEE's bits, a positive one's sign is set and a negative one's are
  /// all turned over.
  @inline(__always)
  private static func rank(_ x: Float) -> UInt32 {
    let bits = x == 0 ? 0 : x.bitPattern
    let rank = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    return x != x ? .max : rank
  }

  func fill(_ x: UnsafePointer<Float>, stride: Int, descending: Bool) {
    let flip: UInt32 = descending ? .max : 0
    for place in 0..<length {
      words[place] = UInt64(Self.rank(x[place * stride]) ^ flip) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
    }
  }

  func index(at place: Int) -> Int { Int(words[place] & 0xffff_ffff) }

  /// Puts the `count` smallest words in order at the front.
  mutating func sort(_ count: Int) {
    if count == 0 { return }
    if count < length { select(count) }
    if count < 200 {
      var front = UnsafeMutableBufferPointer(start: words, count: count)
      front.sort()
    } else {
      radixSort(count)
    }
  }

  /// From the lowest byte of the rank to the highest, each pass keeping the order of equals: so the places, which rise
  /// to begin with, rise among equals at the end.
  private mutating func radixSort(_ count: Int) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { starts in
      for shift in stride(from: UInt64(32), to: 64, by: 8) {
        starts.update(repeating: 0)
        for place in 0..<count { starts[Int(words[place] >> shift & 255)] += 1 }
        // A byte that all have in common sorts nothing.
        if starts[Int(words[0] >> shift & 255)] == count { continue }
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
  }

  /// Moves the `count` smallest words to the front, keeping their order. Byte by byte from the highest, finds the byte of
  /// the last that still belongs; only words with that byte are looked at again.
  private mutating func select(_ count: Int) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { counts in
      var border: UInt64 = 0
      var wanted = count
      var candidates = length
      for shift in stride(from: UInt64(56), through: 32, by: -8) {
        counts.update(repeating: 0)
        var kept = 0
        for place in 0..<candidates {
          let word = shift == 56 ? words[place] : spare[place]
          guard shift == 56 || (word >> shift) >> 8 == border else { continue }
          spare[kept] = word
          kept += 1
          counts[Int(word >> shift & 255)] += 1
        }
        candidates = kept
        var digit = 0
        while counts[digit] < wanted {
          wanted -= counts[digit]
          digit += 1
        }
        border = border << 8 | UInt64(digit)
      }
      // Everything below the border's rank, and the first `wanted` of that rank.
      var kept = 0
      for place in 0..<length where words[place] >> 32 <= border {
        if words[place] >> 32 == border {
          if wanted == 0 { continue }
          wanted -= 1
        }
        words[kept] = words[place]
        kept += 1
      }
    }
  }
}
