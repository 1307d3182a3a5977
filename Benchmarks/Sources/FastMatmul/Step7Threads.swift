import Dispatch
import Tensors

/// Step 7. The rows shared among the cores. They write different rows of C and only read B's panels, so nothing has to
/// be locked; and as each number is summed in the same order as before, the result has the same bits.
func threaded(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  let workers = Threads.available
  // Whole tiles, and as many rows for one as for another.
  let share = (n / Tile.rows + workers - 1) / workers * Tile.rows
  let packedB = panels(n * Block.depth)
  defer { packedB.deallocate() }
  nonisolated(unsafe) let (a, b, c, panelsOfB) = (a, b, c, packedB)
  for start in stride(from: 0, to: n, by: Block.depth) {
    let depth = min(Block.depth, n - start)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let columns = n / Tile.columns
      for panel in columns * worker / workers..<columns * (worker + 1) / workers {
        let j = panel * Tile.columns
        packColumns(b + start * n + j, stride: n, depth: depth, to: panelsOfB + j * depth)
      }
    }
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let end = min(n, (worker + 1) * share)
      for first in stride(from: worker * share, to: end, by: Block.rows) {
        multiplyBlock(
          n, rows: first..<min(end, first + Block.rows), start: start, depth: depth, a: a, packedB: panelsOfB, c)
      }
    }
  }
}
