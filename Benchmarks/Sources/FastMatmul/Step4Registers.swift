/// The tile of C that stays in registers: 12 rows of two 16-float vectors. That is 24 of the 32 registers that a
/// processor with AVX-512 has; two more hold the row of B.
enum Tile {
  static let rows = 12
  static let columns = 32
  typealias Vector = SIMD16<Float>
}

/// Four rows of one vector each. Named variables and not an array: only those are kept in registers.
struct FourRows {
  var r0 = Tile.Vector.zero
  var r1 = Tile.Vector.zero
  var r2 = Tile.Vector.zero
  var r3 = Tile.Vector.zero

  @inline(__always)
  mutating func add(_ a0: Float, _ a1: Float, _ a2: Float, _ a3: Float, times b: Tile.Vector) {
    r0.addProduct(Tile.Vector(repeating: a0), b)
    r1.addProduct(Tile.Vector(repeating: a1), b)
    r2.addProduct(Tile.Vector(repeating: a2), b)
    r3.addProduct(Tile.Vector(repeating: a3), b)
  }

  @inline(__always)
  func store(_ c: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool) {
    func put(_ row: Int, _ value: Tile.Vector) {
      let place = UnsafeMutableRawPointer(c + row * stride)
      let sum = accumulate ? place.loadUnaligned(as: Tile.Vector.self) + value : value
      place.storeBytes(of: sum, as: Tile.Vector.self)
    }
    put(0, r0)
    put(1, r1)
    put(2, r2)
    put(3, r3)
  }
}

/// A tile of C from 12 rows of A and 32 columns of B: in each step of the loop two vectors of B and twelve numbers of
/// A are read for 24 vector multiply-adds.
///
/// Element (r, k) of A lies at `a[r · aRow + k · aColumn]`, row k of B at `b + k · bRow`.
@inline(__always)
func microKernel(
  depth: Int, a: UnsafePointer<Float>, aRow: Int, aColumn: Int, b: UnsafePointer<Float>, bRow: Int,
  c: UnsafeMutablePointer<Float>, cRow: Int, accumulate: Bool
) {
  var left0 = FourRows()
  var left4 = FourRows()
  var left8 = FourRows()
  var right0 = FourRows()
  var right4 = FourRows()
  var right8 = FourRows()
  var a = a
  var b = UnsafeRawPointer(b)
  for _ in 0..<depth {
    let left = b.loadUnaligned(as: Tile.Vector.self)
    let right = b.loadUnaligned(fromByteOffset: 64, as: Tile.Vector.self)
    let (a0, a1, a2, a3) = (a[0], a[aRow], a[2 * aRow], a[3 * aRow])
    left0.add(a0, a1, a2, a3, times: left)
    right0.add(a0, a1, a2, a3, times: right)
    let (a4, a5, a6, a7) = (a[4 * aRow], a[5 * aRow], a[6 * aRow], a[7 * aRow])
    left4.add(a4, a5, a6, a7, times: left)
    right4.add(a4, a5, a6, a7, times: right)
    let (a8, a9, a10, a11) = (a[8 * aRow], a[9 * aRow], a[10 * aRow], a[11 * aRow])
    left8.add(a8, a9, a10, a11, times: left)
    right8.add(a8, a9, a10, a11, times: right)
    a += aColumn
    b += 4 * bRow
  }
  left0.store(c, stride: cRow, accumulate: accumulate)
  right0.store(c + 16, stride: cRow, accumulate: accumulate)
  left4.store(c + 4 * cRow, stride: cRow, accumulate: accumulate)
  right4.store(c + 4 * cRow + 16, stride: cRow, accumulate: accumulate)
  left8.store(c + 8 * cRow, stride: cRow, accumulate: accumulate)
  right8.store(c + 8 * cRow + 16, stride: cRow, accumulate: accumulate)
}

/// Step 4. C tile by tile, each summed in registers from its first product to its last, and written once.
func registers(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  for j in stride(from: 0, to: n, by: Tile.columns) {
    for i in stride(from: 0, to: n, by: Tile.rows) {
      microKernel(
        depth: n, a: a + i * n, aRow: n, aColumn: 1, b: b + j, bRow: n, c: c + i * n + j, cRow: n, accumulate: false)
    }
  }
}
