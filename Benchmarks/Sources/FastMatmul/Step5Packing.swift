/// Memory for packed panels, on the borders of cache lines.
func panels(_ count: Int) -> UnsafeMutablePointer<Float> {
  UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64).bindMemory(to: Float.self, capacity: count)
}

/// Copies `depth` rows and 48 columns of B: a panel in which the rows follow each other without a gap.
func packColumns(_ b: UnsafePointer<Float>, stride n: Int, depth: Int, to panel: UnsafeMutablePointer<Float>) {
  for k in 0..<depth { (panel + k * Tile.columns).update(from: b + k * n, count: Tile.columns) }
}

/// Step 5. B copied, 48 columns at a time, into the order in which it is read.
///
/// In step 4 consecutive rows of a panel are n floats apart: every 48 numbers the reader jumps to another place and,
/// from n = 1,024 on, to another page, more pages than the processor's table of them holds. n² copies pay for n³ reads
/// that follow each other. A is read along its rows, eight of them at once, which the processor follows by itself.
func packed(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  let panel = panels(n * Tile.columns)
  defer { panel.deallocate() }
  for j in stride(from: 0, to: n, by: Tile.columns) {
    packColumns(b + j, stride: n, depth: n, to: panel)
    for i in stride(from: 0, to: n, by: Tile.rows) {
      microKernel(
        depth: n, a: a + i * n, aRow: n, b: panel, bRow: Tile.columns, c: c + i * n + j, cRow: n, accumulate: false)
    }
  }
}
