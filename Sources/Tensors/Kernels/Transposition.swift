/// The transpose of a matrix, in squares of 16 × 16 that are turned with vector shuffles.
///
/// A loop that moves one number at a time is limited by its stores; sixteen rows at a time read and write whole cache
/// lines.
enum Transposition {
  private typealias Vector = SIMD16<Float>

  /// 16 × 16 numbers on the stack, every row a cache line. (A temporary allocation with that alignment would come from
  /// the heap, and cost more than the shuffles.)
  private struct Square {
    private typealias Four = (Vector, Vector, Vector, Vector)
    private static var zeros: Four { (.zero, .zero, .zero, .zero) }
    private var rows: (Four, Four, Four, Four) = (zeros, zeros, zeros, zeros)
  }

  /// target[c · targetStride + r] = source[r · sourceStride + c] for `rows` × `columns` numbers.
  static func run(
    _ source: UnsafePointer<Float>, stride sourceStride: Int, rows: Int, columns: Int,
    to target: UnsafeMutablePointer<Float>, stride targetStride: Int
  ) {
    let (wholeRows, wholeColumns) = (rows & ~15, columns & ~15)
    if wholeRows > 0 && wholeColumns > 0 {
      var (first, second) = (Square(), Square())
      withUnsafeMutableBytes(of: &first) { first in
        withUnsafeMutableBytes(of: &second) { second in
          let a = first.baseAddress!.assumingMemoryBound(to: Float.self)
          let b = second.baseAddress!.assumingMemoryBound(to: Float.self)
          for r in stride(from: 0, to: wholeRows, by: 16) {
            for c in stride(from: 0, to: wholeColumns, by: 16) {
              shuffle(source + r * sourceStride + c, sourceStride, to: a, 16)
              shuffle(a, 16, to: b, 16)
              shuffle(b, 16, to: a, 16)
              shuffle(a, 16, to: target + c * targetStride + r, targetStride)
            }
          }
        }
      }
    }
    move(source, sourceStride, rows: 0..<wholeRows, columns: wholeColumns..<columns, to: target, targetStride)
    move(source, sourceStride, rows: wholeRows..<rows, columns: 0..<columns, to: target, targetStride)
  }

  /// What is left at the edges, number by number.
  private static func move(
    _ source: UnsafePointer<Float>, _ sourceStride: Int, rows: Range<Int>, columns: Range<Int>,
    to target: UnsafeMutablePointer<Float>, _ targetStride: Int
  ) {
    for c in columns {
      for r in rows { target[c * targetStride + r] = source[r * sourceStride + c] }
    }
  }

  /// A perfect shuffle of 16 × 16 numbers: rows i and i + 8 are dealt alternately into rows 2i and 2i + 1.
  ///
  /// A number's place has eight bits, four for the row and four for the column. The shuffle takes the topmost bit of
  /// the row and puts it behind the column's last; after four of them rows and columns have changed places.
  @inline(never)
  private static func shuffle(
    _ source: UnsafePointer<Float>, _ sourceStride: Int, to target: UnsafeMutablePointer<Float>, _ targetStride: Int
  ) {
    for i in 0..<8 {
      let upper = UnsafeRawPointer(source + i &* sourceStride).loadUnaligned(as: Vector.self)
      let lower = UnsafeRawPointer(source + (i + 8) &* sourceStride).loadUnaligned(as: Vector.self)
      var left = Vector()
      left.evenHalf = upper.lowHalf
      left.oddHalf = lower.lowHalf
      var right = Vector()
      right.evenHalf = upper.highHalf
      right.oddHalf = lower.highHalf
      UnsafeMutableRawPointer(target + 2 &* i &* targetStride).storeBytes(of: left, as: Vector.self)
      UnsafeMutableRawPointer(target + (2 &* i + 1) &* targetStride).storeBytes(of: right, as: Vector.self)
    }
  }
}
