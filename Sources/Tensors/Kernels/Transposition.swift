import CProcessor

/// The transpose of a matrix, sixteen rows by four columns at a time, with vector shuffles.
///
/// A loop that moves one number at a time is limited by its stores; here every store is a vector of sixteen numbers.
enum Transposition {
  private typealias Vector = SIMD16<Float>

  /// target[c · targetStride + r] = source[r · sourceStride + c] for `rows` × `columns` numbers.
  static func run(
    _ source: UnsafePointer<Float>, stride sourceStride: Int, rows: Int, columns: Int,
    to target: UnsafeMutablePointer<Float>, stride targetStride: Int
  ) {
    let (wholeRows, wholeColumns) = (rows & ~15, columns & ~3)
    for r in stride(from: 0, to: wholeRows, by: 16) {
      for c in stride(from: 0, to: wholeColumns, by: 4) {
        turn(source + r &* sourceStride + c, sourceStride, to: target + c &* targetStride + r, targetStride)
      }
    }
    move(source, sourceStride, rows: 0..<wholeRows, columns: wholeColumns..<columns, to: target, targetStride)
    move(source, sourceStride, rows: wholeRows..<rows, columns: 0..<columns, to: target, targetStride)
  }

  /// Sixteen rows by four columns.
  ///
  /// Four vectors hold four rows each. A number's place among them has six bits: two for the vector, and in the vector
  /// two for the row and two for the column. To deal two vectors by even and odd places takes the last bit of the place
  /// in the vector for the number of the vector, and puts that of the vector in front of the place. After two such
  /// deals the vector is the column, and the place in it the row.
  @inline(__always)
  private static func turn(
    _ source: UnsafePointer<Float>, _ sourceStride: Int, to target: UnsafeMutablePointer<Float>, _ targetStride: Int
  ) {
    @inline(__always) func fourRows(from first: Int) -> Vector {
      @inline(__always) func row(_ index: Int) -> SIMD4<Float> {
        UnsafeRawPointer(source + (first &+ index) &* sourceStride).loadUnaligned(as: SIMD4<Float>.self)
      }
      return processor_opaque(
        Vector(
          lowHalf: SIMD8(lowHalf: row(0), highHalf: row(1)), highHalf: SIMD8(lowHalf: row(2), highHalf: row(3))))
    }
    @inline(__always) func even(_ a: Vector, _ b: Vector) -> Vector {
      Vector(lowHalf: a.evenHalf, highHalf: b.evenHalf)
    }
    @inline(__always) func odd(_ a: Vector, _ b: Vector) -> Vector {
      Vector(lowHalf: a.oddHalf, highHalf: b.oddHalf)
    }
    @inline(__always) func store(_ vector: Vector, column: Int) {
      UnsafeMutableRawPointer(target + column &* targetStride).storeBytes(of: vector, as: Vector.self)
    }
    let (a, b, c, d) = (fourRows(from: 0), fourRows(from: 4), fourRows(from: 8), fourRows(from: 12))
    let (evenUpper, evenLower, oddUpper, oddLower) = (even(a, b), even(c, d), odd(a, b), odd(c, d))
    store(even(evenUpper, evenLower), column: 0)
    store(even(oddUpper, oddLower), column: 1)
    store(odd(evenUpper, evenLower), column: 2)
    store(odd(oddUpper, oddLower), column: 3)
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
}
