/// The tile of C that stays in registers: 8 rows of three 16-float vectors. That is 24 of the 32 registers that a
/// processor with AVX-512 has; three more hold the row of B.
enum Tile {
  static let rows = 8
  static let columns = 48
  typealias Vector = SIMD16<Float>
}

/// One row of the tile. Named variables and not an array: only those are kept in registers.
struct TileRow {
  var x = Tile.Vector.zero
  var y = Tile.Vector.zero
  var z = Tile.Vector.zero

  @inline(__always)
  mutating func add(_ a: Float, _ b0: Tile.Vector, _ b1: Tile.Vector, _ b2: Tile.Vector) {
    let factor = Tile.Vector(repeating: a)
    x.addProduct(factor, b0)
    y.addProduct(factor, b1)
    z.addProduct(factor, b2)
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, accumulate: Bool) {
    func put(_ value: Tile.Vector, _ offset: Int) {
      let place = UnsafeMutableRawPointer(c + offset)
      let sum = accumulate ? place.loadUnaligned(as: Tile.Vector.self) + value : value
      place.storeBytes(of: sum, as: Tile.Vector.self)
    }
    put(x, 0)
    put(y, 16)
    put(z, 32)
  }
}

/// A tile of C from 8 rows of A and 48 columns of B: in each step of the loop three vectors of B and eight numbers of A
/// are read for 24 vector multiply-adds.
///
/// Rows of A are `aRow` apart, rows of B `bRow`.
@inline(__always)
func microKernel(
  depth: Int, a: UnsafePointer<Float>, aRow: Int, b: UnsafePointer<Float>, bRow: Int,
  c: UnsafeMutablePointer<Float>, cRow: Int, accumulate: Bool
) {
  var r0 = TileRow()
  var r1 = TileRow()
  var r2 = TileRow()
  var r3 = TileRow()
  var r4 = TileRow()
  var r5 = TileRow()
  var r6 = TileRow()
  var r7 = TileRow()
  var a = a
  var b = UnsafeRawPointer(b)
  for _ in 0..<depth {
    let b0 = b.loadUnaligned(as: Tile.Vector.self)
    let b1 = b.loadUnaligned(fromByteOffset: 64, as: Tile.Vector.self)
    let b2 = b.loadUnaligned(fromByteOffset: 128, as: Tile.Vector.self)
    r0.add(a[0], b0, b1, b2)
    r1.add(a[aRow], b0, b1, b2)
    r2.add(a[2 &* aRow], b0, b1, b2)
    r3.add(a[3 &* aRow], b0, b1, b2)
    r4.add(a[4 &* aRow], b0, b1, b2)
    r5.add(a[5 &* aRow], b0, b1, b2)
    r6.add(a[6 &* aRow], b0, b1, b2)
    r7.add(a[7 &* aRow], b0, b1, b2)
    a += 1
    b += 4 &* bRow
  }
  r0.store(c, accumulate: accumulate)
  r1.store(c + cRow, accumulate: accumulate)
  r2.store(c + 2 * cRow, accumulate: accumulate)
  r3.store(c + 3 * cRow, accumulate: accumulate)
  r4.store(c + 4 * cRow, accumulate: accumulate)
  r5.store(c + 5 * cRow, accumulate: accumulate)
  r6.store(c + 6 * cRow, accumulate: accumulate)
  r7.store(c + 7 * cRow, accumulate: accumulate)
}

/// Step 4. C tile by tile, each summed in registers from its first product to its last, and written once.
func registers(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  for j in stride(from: 0, to: n, by: Tile.columns) {
    for i in stride(from: 0, to: n, by: Tile.rows) {
      microKernel(
        depth: n, a: a + i * n, aRow: n, b: b + j, bRow: n, c: c + i * n + j, cRow: n, accumulate: false)
    }
  }
}
