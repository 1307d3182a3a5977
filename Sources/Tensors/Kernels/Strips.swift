/// A matrix rearranged into strips of 16 rows: row i, column k lies at `[i / 16][k][i % 16]`, missing rows as zeros.
///
/// A tile then reads memory strictly in order, 16 floats (one cache line) at a time, whatever the matrix's own layout.
/// B in a product is packed so, by its columns; and an image of which sums over the pixels are wanted, by its channels.
enum Strips {
  private typealias Vector = SIMD16<Float>

  /// Floats that ``pack`` writes.
  static func count(rows: Int, depth: Int) -> Int { roundUp(rows, to: 16) * depth }

  /// Packs `rows` × `depth` of a matrix of which element (i, k) lies at `source[i * rowStride + k * depthStride]`; one
  /// of the strides is 1. Strips begin `stripStride` apart, one right after the other if that is left out.
  static func pack(
    _ source: UnsafePointer<Float>, rowStride: Int, depthStride: Int, rows: Int, depth: Int,
    to target: UnsafeMutablePointer<Float>, stripStride: Int? = nil
  ) {
    let stripStride = stripStride ?? 16 * depth
    var first = 0
    var target = target
    // Four strips at a time: one alone would take a single cache line of every row, and where rows lie a multiple of
    // the page size apart, each from another page and all from one place in the cache.
    if rowStride == 1 {
      while first + 64 <= rows {
        for k in 0..<depth {
          let from = source + first + k &* depthStride
          let to = target + 16 &* k
          move(from, to: to)
          move(from + 16, to: to + stripStride)
          move(from + 32, to: to + 2 &* stripStride)
          move(from + 48, to: to + 3 &* stripStride)
        }
        target += 4 * stripStride
        first += 64
      }
    }
    while first < rows {
      let present = min(16, rows - first)
      let corner = source + first * rowStride
      if present < 16 { target.update(repeating: 0, count: 16 * depth) }
      if rowStride != 1 {
        Transposition.run(corner, stride: rowStride, rows: present, columns: depth, to: target, stride: 16)
      } else if present == 16 {
        for k in 0..<depth { move(corner + k * depthStride, to: target + 16 * k) }
      } else {
        for k in 0..<depth {
          for i in 0..<present { target[16 * k + i] = corner[k * depthStride + i] }
        }
      }
      target += stripStride
      first += 16
    }
  }

  /// Copies 16 numbers.
  @inline(__always)
  private static func move(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
    let numbers = UnsafeRawPointer(source).loadUnaligned(as: Vector.self)
    UnsafeMutableRawPointer(target).storeBytes(of: numbers, as: Vector.self)
  }
}

func roundUp(_ value: Int, to step: Int) -> Int { (value + step - 1) / step * step }
