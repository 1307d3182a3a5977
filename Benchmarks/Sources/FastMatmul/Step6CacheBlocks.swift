/// How much is worked on at a time.
enum Block {
  /// Depth: a panel of B of 192 × 48 floats (36 KB) stays in the nearest cache while the rows of a block pass by.
  static let depth = 192
  /// Rows: a block of A of 384 × 192 floats (288 KB) stays in the second-level cache while all panels of B pass by.
  static let rows = 384
}

/// The tiles of `rows` of C += a block of A, from column `start` on, times the packed panels of B.
@inline(__always)
func multiplyBlock(
  _ n: Int, rows: Range<Int>, start: Int, depth: Int, a: UnsafePointer<Float>, packedB: UnsafePointer<Float>,
  _ c: UnsafeMutablePointer<Float>
) {
  for j in stride(from: 0, to: n, by: Tile.columns) {
    for i in stride(from: rows.lowerBound, to: rows.upperBound, by: Tile.rows) {
      microKernel(
        depth: depth, a: a + i * n + start, aRow: n, b: packedB + j * depth, bRow: Tile.columns, c: c + i * n + j,
        cRow: n, accumulate: start > 0)
    }
  }
}

/// Step 6. The sum over k in blocks of 192, the rows in blocks of 384, so that what is read again and again comes from
/// the nearest caches whatever n is.
///
/// A tile of C is now read and written once a block of depth, which is cheap: 192 multiply-adds a number.
func cacheBlocks(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  let packedB = panels(n * Block.depth)
  defer { packedB.deallocate() }
  for start in stride(from: 0, to: n, by: Block.depth) {
    let depth = min(Block.depth, n - start)
    for j in stride(from: 0, to: n, by: Tile.columns) {
      packColumns(b + start * n + j, stride: n, depth: depth, to: packedB + j * depth)
    }
    for first in stride(from: 0, to: n, by: Block.rows) {
      multiplyBlock(
        n, rows: first..<min(n, first + Block.rows), start: start, depth: depth, a: a, packedB: packedB, c)
    }
  }
}
