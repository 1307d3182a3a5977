/// Memory for packed panels, on the borders of cache lines.
func panels(_ count: Int) -> UnsafeMutablePointer<Float> {
  UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64).bindMemory(to: Float.self, capacity: count)
}

/// Copies `rows` rows and `depth` columns of A, panel by panel of 12 rows, in the order in which the micro-kernel reads
/// them: the 12 numbers of a column side by side.
func packRows(
  _ a: UnsafePointer<Float>, stride n: Int, rows: Int, depth: Int, to packed: UnsafeMutablePointer<Float>
) {
  for first in stride(from: 0, to: rows, by: Tile.rows) {
    let panel = packed + first * depth
    for r in 0..<Tile.rows {
      let row = a + (first + r) * n
      for k in 0..<depth { panel[k * Tile.rows + r] = row[k] }
    }
  }
}

/// Copies `depth` rows and 32 columns of B: a panel in which the rows follow each other without a gap.
func packColumns(_ b: UnsafePointer<Float>, stride n: Int, depth: Int, to packed: UnsafeMutablePointer<Float>) {
  for k in 0..<depth { (packed + k * Tile.columns).update(from: b + k * n, count: Tile.columns) }
}

/// Step 5. Both matrices copied once into the order in which they are read.
///
/// In step 4 consecutive reads are n floats apart: each touches another cache line and, from n = 1,024 on, another
/// page, more than the processor's tables hold. n² copies pay for n³ reads that follow each other.
func packed(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  let (packedA, packedB) = (panels(n * n), panels(n * n))
  defer {
    packedA.deallocate()
    packedB.deallocate()
  }
  packRows(a, stride: n, rows: n, depth: n, to: packedA)
  for j in stride(from: 0, to: n, by: Tile.columns) {
    packColumns(b + j, stride: n, depth: n, to: packedB + j * n)
    for i in stride(from: 0, to: n, by: Tile.rows) {
      microKernel(
        depth: n, a: packedA + i * n, aRow: 1, aColumn: Tile.rows, b: packedB + j * n, bRow: Tile.columns,
        c: c + i * n + j, cRow: n, accumulate: false)
    }
  }
}
