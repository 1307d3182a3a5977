import CProcessor

/// The two inner loops that nearly all of the arithmetic runs in. Matrix products and convolutions differ only in how
/// they lay out what these loops read.
///
/// Accumulators are named variables, not arrays: only so do they stay in registers. Sixteen-lane vectors are one
/// register with AVX-512, two with AVX, four with NEON; the tile sizes below are chosen so that the accumulators fit
/// what there is.
enum Kernels {
  typealias Vector = SIMD16<Float>

  /// The lanes of a vector.
  static let lanes = 16

  /// The most rows of the result that one tile has (a multiple of 4), and the most vectors side by side.
  @inline(__always) static var tileRows: Int { VECTOR_REGISTER_FLOATS == 16 ? 12 : 4 }
  @inline(__always) static var tileVectors: Int { VECTOR_REGISTER_FLOATS == 16 ? 2 : 1 }
  @inline(__always) static var tileColumns: Int { tileVectors * lanes }

  /// The heights of the tiles that cover `rows` rows: as many of the tallest as fit, then one for the rest.
  @inline(__always)
  static func tileHeight(remaining: Int) -> Int { remaining >= tileRows ? tileRows : (remaining + 3) & ~3 }

  // MARK: Sum of outer products

  /// Four rows of a tile, one vector wide.
  private struct FourRows {
    var r0 = Vector.zero
    var r1 = Vector.zero
    var r2 = Vector.zero
    var r3 = Vector.zero

    @inline(__always)
    mutating func addProduct(_ a: UnsafePointer<Float>, _ b: Vector) {
      r0.addProduct(Vector(repeating: a[0]), b)
      r1.addProduct(Vector(repeating: a[1]), b)
      r2.addProduct(Vector(repeating: a[2]), b)
      r3.addProduct(Vector(repeating: a[3]), b)
    }

    @inline(__always)
    func store(_ c: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool) {
      let raw = UnsafeMutableRawPointer(c)
      let step = stride * 4
      if accumulate {
        raw.storeBytes(of: raw.loadUnaligned(as: Vector.self) + r0, as: Vector.self)
        raw.storeBytes(
          of: raw.loadUnaligned(fromByteOffset: step, as: Vector.self) + r1, toByteOffset: step, as: Vector.self)
        raw.storeBytes(
          of: raw.loadUnaligned(fromByteOffset: 2 * step, as: Vector.self) + r2, toByteOffset: 2 * step, as: Vector.self
        )
        raw.storeBytes(
          of: raw.loadUnaligned(fromByteOffset: 3 * step, as: Vector.self) + r3, toByteOffset: 3 * step, as: Vector.self
        )
      } else {
        raw.storeBytes(of: r0, as: Vector.self)
        raw.storeBytes(of: r1, toByteOffset: step, as: Vector.self)
        raw.storeBytes(of: r2, toByteOffset: 2 * step, as: Vector.self)
        raw.storeBytes(of: r3, toByteOffset: 3 * step, as: Vector.self)
      }
    }
  }

  @inline(__always)
  private static func load(_ p: UnsafePointer<Float>, _ offset: Int) -> Vector {
    UnsafeRawPointer(p).loadUnaligned(fromByteOffset: 4 * offset, as: Vector.self)
  }

  /// C[i, j] = (C[i, j] +) Σₖ A[k, i] · B[k][j] for a tile of `height` rows and `vectors` · 16 columns.
  ///
  /// - Parameters:
  ///   - a: the rows of A packed as [depth, height].
  ///   - row: where row k of B begins; its scalars lie side by side. For a packed matrix that is a stride, for a
  ///     convolution a place in the image, which is why an image needs no rearranging.
  ///   - c: the tile's corner; all of the tile must be writable.
  @inline(__always)
  private static func outerProducts(
    height: Int, vectors: Int, depth: Int, a: UnsafePointer<Float>, row: (Int) -> UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
  ) {
    var t00 = FourRows()
    var t01 = FourRows()
    var t10 = FourRows()
    var t11 = FourRows()
    var t20 = FourRows()
    var t21 = FourRows()
    var a = a
    for k in 0..<depth {
      let b = row(k)
      let b0 = load(b, 0)
      let b1 = vectors > 1 ? load(b, lanes) : b0
      t00.addProduct(a, b0)
      if vectors > 1 { t01.addProduct(a, b1) }
      if height > 4 {
        t10.addProduct(a + 4, b0)
        if vectors > 1 { t11.addProduct(a + 4, b1) }
      }
      if height > 8 {
        t20.addProduct(a + 8, b0)
        if vectors > 1 { t21.addProduct(a + 8, b1) }
      }
      a += height
    }
    t00.store(c, stride: stride, accumulate: accumulate)
    if vectors > 1 { t01.store(c + lanes, stride: stride, accumulate: accumulate) }
    if height > 4 {
      t10.store(c + 4 * stride, stride: stride, accumulate: accumulate)
      if vectors > 1 { t11.store(c + 4 * stride + lanes, stride: stride, accumulate: accumulate) }
    }
    if height > 8 {
      t20.store(c + 8 * stride, stride: stride, accumulate: accumulate)
      if vectors > 1 { t21.store(c + 8 * stride + lanes, stride: stride, accumulate: accumulate) }
    }
  }

  /// One specialised loop for every tile shape.
  @inline(__always)
  private static func dispatch(
    height: Int, vectors: Int, depth: Int, a: UnsafePointer<Float>, row: (Int) -> UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
  ) {
    switch (height, vectors) {
    case (12, 2):
      outerProducts(height: 12, vectors: 2, depth: depth, a: a, row: row, c: c, stride: stride, accumulate: accumulate)
    case (8, 2):
      outerProducts(height: 8, vectors: 2, depth: depth, a: a, row: row, c: c, stride: stride, accumulate: accumulate)
    case (4, 2):
      outerProducts(height: 4, vectors: 2, depth: depth, a: a, row: row, c: c, stride: stride, accumulate: accumulate)
    case (12, 1):
      outerProducts(height: 12, vectors: 1, depth: depth, a: a, row: row, c: c, stride: stride, accumulate: accumulate)
    case (8, 1):
      outerProducts(height: 8, vectors: 1, depth: depth, a: a, row: row, c: c, stride: stride, accumulate: accumulate)
    default:
      outerProducts(height: 4, vectors: 1, depth: depth, a: a, row: row, c: c, stride: stride, accumulate: accumulate)
    }
  }

  /// A tile of which only `rows` × `columns` are wanted: whole tiles go straight to C, the others through a buffer.
  @inline(__always)
  private static func tile(
    height: Int, rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, row: (Int) -> UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool, spare: UnsafeMutablePointer<Float>
  ) {
    let vectors = (columns + lanes - 1) / lanes
    if rows == height && columns == vectors * lanes {
      dispatch(
        height: height, vectors: vectors, depth: depth, a: a, row: row, c: c, stride: stride, accumulate: accumulate)
      return
    }
    let width = vectors * lanes
    dispatch(height: height, vectors: vectors, depth: depth, a: a, row: row, c: spare, stride: width, accumulate: false)
    for i in 0..<rows {
      let source = spare + i * width
      let target = c + i * stride
      if accumulate {
        for j in 0..<columns { target[j] += source[j] }
      } else {
        for j in 0..<columns { target[j] = source[j] }
      }
    }
  }

  /// A tile whose rows of B are `bStride` apart.
  @inline(never)
  static func tile(
    height: Int, rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>, bStride: Int,
    c: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool, spare: UnsafeMutablePointer<Float>
  ) {
    tile(
      height: height, rows: rows, columns: columns, depth: depth, a: a, row: { b + $0 * bStride }, c: c, stride: stride,
      accumulate: accumulate, spare: spare)
  }

  /// A tile whose row k of B begins at `b + offsets[k]`.
  @inline(never)
  static func tile(
    height: Int, rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
    offsets: UnsafePointer<Int>, c: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool,
    spare: UnsafeMutablePointer<Float>
  ) {
    tile(
      height: height, rows: rows, columns: columns, depth: depth, a: a, row: { b + offsets[$0] }, c: c, stride: stride,
      accumulate: accumulate, spare: spare)
  }

  /// Floats that a tile's buffer must hold.
  static var spareCount: Int { tileRows * tileColumns }

  /// Packs `rows` rows of A, of which element (i, k) lies at `a[i * rowStride + k * columnStride]`, tile after tile
  /// as [depth, height], the missing rows of the last tile as zeros.
  static func packRows(
    _ a: UnsafePointer<Float>, rowStride: Int, columnStride: Int, rows: Int, depth: Int,
    to packed: UnsafeMutablePointer<Float>
  ) {
    var packed = packed
    var first = 0
    while first < rows {
      let height = tileHeight(remaining: rows - first)
      let present = min(height, rows - first)
      if columnStride == 1 {
        for i in 0..<present {
          let source = a + (first + i) * rowStride
          for k in 0..<depth { packed[k * height + i] = source[k] }
        }
      } else {
        for k in 0..<depth {
          let source = a + first * rowStride + k * columnStride
          for i in 0..<present { packed[k * height + i] = source[i * rowStride] }
        }
      }
      if present < height {
        for k in 0..<depth { for i in present..<height { packed[k * height + i] = 0 } }
      }
      packed += height * depth
      first += height
    }
  }

  /// Floats that ``packRows`` writes.
  static func packedRowCount(rows: Int, depth: Int) -> Int { ((rows + 3) & ~3) * depth }

  // MARK: Dot products

  /// How many rows, and how many shifted rows, one tile of dot products has.
  @inline(__always) static var dotRows: Int { VECTOR_REGISTER_COUNT == 32 && VECTOR_REGISTER_FLOATS == 16 ? 8 : 2 }
  static let dotShifts = 3

  /// What a tile of dot products runs over: `images` stretches of `length` scalars, `aImage` and `bImage` apart. The
  /// length is a multiple of 16.
  struct Stretch {
    let images: Int
    let length: Int
    let aImage: Int
    let bImage: Int
  }

  /// C[i · stride + j] += Σ A[i · aStride + p] · B[bⱼ + p] over all p of the stretches, for `dotRows` rows of A and
  /// three rows of B that begin anywhere.
  ///
  /// The weight gradient of a convolution is this: rows of A are output channels, rows of B are shifted images. Small
  /// images are taken several at a time, or adding up the lanes at the end would cost more than the products.
  @inline(__always)
  private static func dotProducts(
    rows: Int, over s: Stretch, a: UnsafePointer<Float>, aStride: Int,
    b0: UnsafePointer<Float>, b1: UnsafePointer<Float>, b2: UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    var x0 = FourRows()
    var x1 = FourRows()
    var y0 = FourRows()
    var y1 = FourRows()
    var z0 = FourRows()
    var z1 = FourRows()
    for image in 0..<s.images {
      let a = a + image * s.aImage
      let b0 = b0 + image * s.bImage
      let b1 = b1 + image * s.bImage
      let b2 = b2 + image * s.bImage
      var p = 0
      while p < s.length {
        let u = load(b0, p)
        let v = load(b1, p)
        let w = load(b2, p)
        let a0 = load(a, p)
        let a1 = load(a + aStride, p)
        x0.r0.addProduct(a0, u)
        y0.r0.addProduct(a0, v)
        z0.r0.addProduct(a0, w)
        x0.r1.addProduct(a1, u)
        y0.r1.addProduct(a1, v)
        z0.r1.addProduct(a1, w)
        if rows > 2 {
          let a2 = load(a + 2 * aStride, p)
          let a3 = load(a + 3 * aStride, p)
          x0.r2.addProduct(a2, u)
          y0.r2.addProduct(a2, v)
          z0.r2.addProduct(a2, w)
          x0.r3.addProduct(a3, u)
          y0.r3.addProduct(a3, v)
          z0.r3.addProduct(a3, w)
        }
        if rows > 4 {
          let a4 = load(a + 4 * aStride, p)
          let a5 = load(a + 5 * aStride, p)
          let a6 = load(a + 6 * aStride, p)
          let a7 = load(a + 7 * aStride, p)
          x1.r0.addProduct(a4, u)
          y1.r0.addProduct(a4, v)
          z1.r0.addProduct(a4, w)
          x1.r1.addProduct(a5, u)
          y1.r1.addProduct(a5, v)
          z1.r1.addProduct(a5, w)
          x1.r2.addProduct(a6, u)
          y1.r2.addProduct(a6, v)
          z1.r2.addProduct(a6, w)
          x1.r3.addProduct(a7, u)
          y1.r3.addProduct(a7, v)
          z1.r3.addProduct(a7, w)
        }
        p += lanes
      }
    }
    @inline(__always) func add(_ row: Int, _ x: Vector, _ y: Vector, _ z: Vector) {
      c[row * stride] += Summation.horizontalSum(x)
      c[row * stride + 1] += Summation.horizontalSum(y)
      c[row * stride + 2] += Summation.horizontalSum(z)
    }
    add(0, x0.r0, y0.r0, z0.r0)
    add(1, x0.r1, y0.r1, z0.r1)
    if rows > 2 {
      add(2, x0.r2, y0.r2, z0.r2)
      add(3, x0.r3, y0.r3, z0.r3)
    }
    if rows > 4 {
      add(4, x1.r0, y1.r0, z1.r0)
      add(5, x1.r1, y1.r1, z1.r1)
      add(6, x1.r2, y1.r2, z1.r2)
      add(7, x1.r3, y1.r3, z1.r3)
    }
  }

  @inline(never)
  static func dotTile(
    rows: Int, over stretch: Stretch, a: UnsafePointer<Float>, aStride: Int,
    b0: UnsafePointer<Float>, b1: UnsafePointer<Float>, b2: UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    if rows == 8 {
      dotProducts(rows: 8, over: stretch, a: a, aStride: aStride, b0: b0, b1: b1, b2: b2, c: c, stride: stride)
    } else {
      dotProducts(rows: 2, over: stretch, a: a, aStride: aStride, b0: b0, b1: b1, b2: b2, c: c, stride: stride)
    }
  }
}
