import CProcessor

/// The inner loop that nearly all of the arithmetic runs in: a small tile of a matrix product, held in registers.
///
///     C[i, j] (+)= Σₖ A[i, k] · B[k, j]        i < 8 rows, j < 3 vectors of 16 columns, k < depth
///
/// For every k it reads three vectors of B and eight single numbers of A, and does 24 fused multiply-adds: twice as
/// many as the processor can load in that time, so that arithmetic and not memory is the limit. Matrix products and
/// convolutions differ only in where A and B lie.
///
/// The sums are named variables, not an array: only so do they stay in registers. A `SIMD16` is one register with
/// AVX-512, two with AVX, four with NEON; the shape of the tile follows from how many registers there are.
enum Tile {
  typealias Vector = SIMD16<Float>

  /// The columns of one vector.
  static let lanes = 16
  /// The most rows of a tile, and the most vectors side by side.
  @inline(__always) static var mostRows: Int { VECTOR_REGISTER_FLOATS == 16 ? 8 : 4 }
  @inline(__always) static var mostVectors: Int { VECTOR_REGISTER_FLOATS == 16 ? 3 : 1 }

  /// The rows of the next tile when `remaining` are left: 8, 4, 2 or 1.
  @inline(__always)
  static func height(remaining: Int) -> Int {
    remaining >= mostRows ? mostRows : (remaining >= 4 ? 4 : (remaining >= 2 ? 2 : 1))
  }

  /// The vectors of the next tile when `remaining` are left. Four become two and two: a single one would leave half of
  /// the registers idle.
  @inline(__always)
  static func width(remaining: Int) -> Int {
    remaining == 4 && mostVectors == 3 ? 2 : min(remaining, mostVectors)
  }

  /// Floats of the buffer that a tile at the right edge is computed in.
  static var spareCount: Int { mostRows * mostVectors * lanes }

  /// A: element (i, k) lies at `pointer[i * rowStride + k * depthStride]`. Both orders are read where they are.
  struct Left {
    let pointer: UnsafePointer<Float>
    let rowStride: Int
    let depthStride: Int
  }

  /// The result: element (i, j) lies at `pointer[i * stride + j]`.
  struct Result {
    let pointer: UnsafeMutablePointer<Float>
    let stride: Int
    /// Whether the products are added to what is there.
    let accumulates: Bool
    /// What is added to every row of the products if they are not added to what is there: a number a column.
    var bias: UnsafePointer<Float>?
    /// What the sums pass through in the end.
    var gate: Gate?

    /// The row of numbers that the first row of products is added to, if any, and how far it is to the next.
    var addend: (start: UnsafePointer<Float>?, stride: Int) {
      accumulates ? (UnsafePointer(pointer), stride) : (bias, 0)
    }
  }

  /// The functions ``relu(_:)`` and ``leakyReLU(_:slope:)`` of a result, or their derivatives, with which the gradient
  /// that a product computes goes on: for a tile that has just been stored, and is still in the first-level cache. (In
  /// the registers of the sums there is no room for it.)
  struct Gate {
    /// Where these are positive the result stays as it is; they lie as the result does. Nil for the result's own
    /// numbers.
    let numbers: UnsafePointer<Float>?
    /// What the result is multiplied by elsewhere; nil for 0, which ∞ does not turn into NaN.
    let slope: Float?

    func advanced(by count: Int) -> Gate { Gate(numbers: numbers.map { $0 + count }, slope: slope) }

    /// Passes `rows` × `columns` numbers, rows `stride` apart.
    @inline(never)
    func pass(_ c: UnsafeMutablePointer<Float>, stride: Int, rows: Int, columns: Int) {
      for row in 0..<rows {
        let y = c + row * stride
        let x = numbers.map { $0 + row * stride } ?? UnsafePointer(y)
        var j = 0
        while j + lanes <= columns {
          UnsafeMutableRawPointer(y + j).storeBytes(of: passed(load(y + j), load(x + j)), as: Vector.self)
          j += lanes
        }
        while j < columns {
          y[j] = passed(Vector(repeating: y[j]), Vector(repeating: x[j]))[0]
          j += 1
        }
      }
    }

    @inline(__always)
    private func passed(_ y: Vector, _ x: Vector) -> Vector {
      if let slope { return (y * slope).replacing(with: y, where: x .> 0) }
      // A NaN stays one, but lets no gradient pass.
      return numbers == nil ? y.replacing(with: 0, where: x .<= 0) : Vector.zero.replacing(with: y, where: x .> 0)
    }
  }

  // MARK: Where the rows of B begin

  /// Row k of B at a fixed distance from row k − 1; the vectors of a row `between` apart.
  struct EvenRows: TileRows {
    var pointer: UnsafePointer<Float>
    let stride: Int
    let between: Int

    @inline(__always)
    mutating func next() -> UnsafePointer<Float> {
      let row = pointer
      pointer += stride
      return row
    }
  }

  /// Row k of B at `base + offsets[k]`: for a convolution, the pixels under one weight of the kernel. That is why an
  /// image needs no rearranging into patches.
  struct ListedRows: TileRows {
    let base: UnsafePointer<Float>
    var offsets: UnsafePointer<Int>
    var between = lanes

    @inline(__always)
    mutating func next() -> UnsafePointer<Float> {
      let row = base + offsets.pointee
      offsets += 1
      return row
    }
  }

  // MARK: The tile

  /// One row of the tile.
  ///
  /// Its three products come right after each other, so that the number of A is needed in a register only there: 24
  /// sums, three vectors of B and a few numbers of A are all that 32 registers hold.
  private struct Row {
    var x = Vector.zero
    var y = Vector.zero
    var z = Vector.zero

    @inline(__always)
    mutating func add(_ width: Int, _ a: Float, _ b0: Vector, _ b1: Vector, _ b2: Vector) {
      let number = Vector(repeating: a)
      x.addProduct(number, b0)
      if width > 1 { y.addProduct(number, b1) }
      if width > 2 { z.addProduct(number, b2) }
    }

    @inline(__always)
    func store(_ width: Int, _ c: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>?) {
      put(x, c, addend)
      if width > 1 { put(y, c + lanes, addend.map { $0 + lanes }) }
      if width > 2 { put(z, c + 2 * lanes, addend.map { $0 + 2 * lanes }) }
    }

    @inline(__always)
    private func put(_ v: Vector, _ c: UnsafeMutablePointer<Float>, _ addend: UnsafePointer<Float>?) {
      UnsafeMutableRawPointer(c).storeBytes(of: addend.map { load($0) + v } ?? v, as: Vector.self)
    }
  }

  @inline(__always)
  private static func load(_ p: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(as: Vector.self)
  }

  /// One loop for every shape of a tile: the counts are types, so that they are constants where it is compiled.
  @inline(never)
  private static func multiply<Height: TileExtent, Width: TileExtent, Rows: TileRows>(
    _: Height.Type, _: Width.Type, depth: Int, _ left: Left, _ right: Rows, _ c: UnsafeMutablePointer<Float>,
    _ stride: Int, _ addend: (start: UnsafePointer<Float>?, stride: Int)
  ) {
    let (height, width) = (Height.count, Width.count)
    var r0 = Row()
    var r1 = Row()
    var r2 = Row()
    var r3 = Row()
    var r4 = Row()
    var r5 = Row()
    var r6 = Row()
    var r7 = Row()
    var a = left.pointer
    let step = left.rowStride
    let between = right.between
    var rows = right
    // The result is far away; by the time that the sums are ready, it has come.
    for row in 0..<height {
      processor_prefetch_to_write(c + row &* stride)
      if width > 1 { processor_prefetch_to_write(c + row &* stride + lanes) }
      if width > 2 { processor_prefetch_to_write(c + row &* stride + 2 * lanes) }
    }
    for _ in 0..<depth {
      let b = rows.next()
      let b0 = load(b)
      let b1 = width > 1 ? load(b + between) : b0
      let b2 = width > 2 ? load(b + 2 &* between) : b0
      r0.add(width, a[0], b0, b1, b2)
      if height > 1 { r1.add(width, a[step], b0, b1, b2) }
      if height > 2 {
        r2.add(width, a[2 &* step], b0, b1, b2)
        r3.add(width, a[3 &* step], b0, b1, b2)
      }
      if height > 4 {
        r4.add(width, a[4 &* step], b0, b1, b2)
        r5.add(width, a[5 &* step], b0, b1, b2)
        r6.add(width, a[6 &* step], b0, b1, b2)
        r7.add(width, a[7 &* step], b0, b1, b2)
      }
      a += left.depthStride
    }
    @inline(__always) func row(_ i: Int) -> UnsafePointer<Float>? { addend.start.map { $0 + i &* addend.stride } }
    r0.store(width, c, addend.start)
    if height > 1 { r1.store(width, c + stride, row(1)) }
    if height > 2 {
      r2.store(width, c + 2 &* stride, row(2))
      r3.store(width, c + 3 &* stride, row(3))
    }
    if height > 4 {
      r4.store(width, c + 4 &* stride, row(4))
      r5.store(width, c + 5 &* stride, row(5))
      r6.store(width, c + 6 &* stride, row(6))
      r7.store(width, c + 7 &* stride, row(7))
    }
  }

  @inline(__always)
  private static func dispatch<Width: TileExtent, Rows: TileRows>(
    height: Int, _ width: Width.Type, depth: Int, _ left: Left, _ right: Rows, _ c: UnsafeMutablePointer<Float>,
    _ stride: Int, _ addend: (start: UnsafePointer<Float>?, stride: Int)
  ) {
    switch height {
    case 8: multiply(TileExtents.Eight.self, width, depth: depth, left, right, c, stride, addend)
    case 4: multiply(TileExtents.Four.self, width, depth: depth, left, right, c, stride, addend)
    case 2: multiply(TileExtents.Two.self, width, depth: depth, left, right, c, stride, addend)
    default: multiply(TileExtents.One.self, width, depth: depth, left, right, c, stride, addend)
    }
  }

  /// One tile of `height` (8, 4, 2 or 1) rows and `columns` columns. Whole vectors go straight to C; the columns of a
  /// partial one, for which B must nevertheless be readable, through `spare`.
  @inline(__always)
  private static func run<Rows: TileRows>(
    height: Int, columns: Int, depth: Int, _ left: Left, _ right: Rows, _ result: Result,
    spare: UnsafeMutablePointer<Float>
  ) {
    let vectors = (columns + lanes - 1) / lanes
    let isWhole = columns == vectors * lanes
    let c = isWhole ? result.pointer : spare
    let stride = isWhole ? result.stride : mostVectors * lanes
    let addend = isWhole ? result.addend : (nil, 0)
    switch vectors {
    case 3: dispatch(height: height, TileExtents.Three.self, depth: depth, left, right, c, stride, addend)
    case 2: dispatch(height: height, TileExtents.Two.self, depth: depth, left, right, c, stride, addend)
    default: dispatch(height: height, TileExtents.One.self, depth: depth, left, right, c, stride, addend)
    }
    if !isWhole { copy(rows: height, columns: columns, from: spare, stride: stride, to: result) }
    result.gate?.pass(result.pointer, stride: result.stride, rows: height, columns: columns)
  }

  /// What was computed in the spare buffer, to where it belongs.
  private static func copy(
    rows: Int, columns: Int, from spare: UnsafePointer<Float>, stride: Int, to result: Result
  ) {
    for i in 0..<rows {
      let source = spare + i * stride
      let target = result.pointer + i * result.stride
      if let addend = result.addend.start {
        let row = addend + i * result.addend.stride
        for j in 0..<columns { target[j] = row[j] + source[j] }
      } else {
        for j in 0..<columns { target[j] = source[j] }
      }
    }
  }

  /// A column of tiles: `rows` rows of A, and up to three vectors of B, whose rows are evenly spaced.
  @inline(never)
  static func column(
    rows: Int, columns: Int, depth: Int, _ left: Left, _ right: EvenRows, _ result: Result,
    spare: UnsafeMutablePointer<Float>
  ) {
    forEachTile(rows: rows, left, result) { height, left, result in
      run(height: height, columns: columns, depth: depth, left, right, result, spare: spare)
    }
  }

  /// A column of tiles, the rows of B by their offsets.
  @inline(never)
  static func column(
    rows: Int, columns: Int, depth: Int, _ left: Left, _ right: ListedRows, _ result: Result,
    spare: UnsafeMutablePointer<Float>
  ) {
    forEachTile(rows: rows, left, result) { height, left, result in
      run(height: height, columns: columns, depth: depth, left, right, result, spare: spare)
    }
  }

  @inline(__always)
  private static func forEachTile(
    rows: Int, _ left: Left, _ result: Result, _ body: (Int, Left, Result) -> Void
  ) {
    var row = 0
    while row < rows {
      let height = height(remaining: rows - row)
      body(
        height,
        Left(
          pointer: left.pointer + row * left.rowStride, rowStride: left.rowStride, depthStride: left.depthStride),
        Result(
          pointer: result.pointer + row * result.stride, stride: result.stride, accumulates: result.accumulates,
          bias: result.bias, gate: result.gate?.advanced(by: row * result.stride)))
      row += height
    }
  }
}

/// The rows of B in the order in which a tile reads them.
protocol TileRows {
  /// The distance between the vectors of a row.
  var between: Int { get }
  /// Where the next row begins.
  mutating func next() -> UnsafePointer<Float>
}

/// A number of rows or vectors, known when the loop over a tile is compiled.
protocol TileExtent {
  static var count: Int { get }
}

enum TileExtents {
  enum One: TileExtent { @inline(__always) static var count: Int { 1 } }
  enum Two: TileExtent { @inline(__always) static var count: Int { 2 } }
  enum Three: TileExtent { @inline(__always) static var count: Int { 3 } }
  enum Four: TileExtent { @inline(__always) static var count: Int { 4 } }
  enum Eight: TileExtent { @inline(__always) static var count: Int { 8 } }
}
