/// A matrix as the product sees it: element (i, k) lies at `pointer[i * rowStride + k * columnStride]`, so a
/// transposed operand is never copied.
struct MatrixView {
  let pointer: UnsafePointer<Float>
  let rowStride: Int
  let columnStride: Int

  /// A row-major matrix of `columns` columns, or the transpose of one.
  init(_ pointer: UnsafePointer<Float>, columns: Int, isTransposed: Bool) {
    self.pointer = pointer
    rowStride = isTransposed ? 1 : columns
    columnStride = isTransposed ? columns : 1
  }

  private init(pointer: UnsafePointer<Float>, rowStride: Int, columnStride: Int) {
    self.pointer = pointer
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  func offset(row: Int, column: Int) -> MatrixView {
    MatrixView(
      pointer: pointer + row * rowStride + column * columnStride, rowStride: rowStride, columnStride: columnStride)
  }
}

/// C = A · B, or C += A · B, on Goto's plan: B is packed into panels as wide as a tile, A into panels as high as one,
/// both in blocks that stay in the caches, and ``Kernels`` does the rest in registers.
///
/// Source: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008.
enum MatrixProduct {
  /// Depth of a block: a panel of B (256 × 32 floats) fills two thirds of the first-level cache.
  private static let depthBlock = 256
  /// Rows of a block of A: 192 × 256 floats lie in the second-level cache.
  private static let rowBlock = 192
  /// Multiply-adds below which a second thread does not pay.
  private static let parallelWork = 400_000

  /// C (m × n, rows `cStride` apart) = A (m × k) · B (k × n).
  static func run(
    m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cStride: Int,
    accumulate: Bool = false, isParallel: Bool = true
  ) {
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
      if !accumulate { for i in 0..<m { (c + i * cStride).update(repeating: 0, count: n) } }
      return
    }
    let isParallel = isParallel && Threads.count > 1 && m * n * k > parallelWork
    let columnTiles = (n + Kernels.tileColumns - 1) / Kernels.tileColumns

    // All of B is packed first, block by block of depth; whole rows of a narrow row-major B are read where they are.
    let readsInPlace = b.columnStride == 1 && n % Kernels.lanes == 0 && m <= 4 * Kernels.tileRows
    let panelWidth = Kernels.tileColumns
    let packedB: Storage? = readsInPlace ? nil : Storage(count: columnTiles * panelWidth * k)
    if let packedB {
      let pieces = isParallel ? Swift.min(columnTiles, 2 * Threads.count) : 1
      let pack = { (piece: Int) in
        for tile in columnTiles * piece / pieces..<columnTiles * (piece + 1) / pieces {
          packPanel(
            b.offset(row: 0, column: tile * panelWidth), depth: k,
            columns: Swift.min(panelWidth, n - tile * panelWidth),
            to: packedB.pointer + tile * panelWidth * k)
        }
      }
      if pieces > 1 { parallelTasks(pieces, pack) } else { pack(0) }
    }

    // The result is cut into row blocks and, when those are too few for the threads, into column ranges.
    let rowBlocks: Int
    let columnRanges: Int
    if isParallel {
      let least = Threads.count
      rowBlocks = Swift.max((m + rowBlock - 1) / rowBlock, Swift.min(least, m / (2 * Kernels.tileRows)), 1)
      columnRanges = rowBlocks >= least ? 1 : Swift.min(columnTiles, (least + rowBlocks - 1) / rowBlocks)
    } else {
      rowBlocks = (m + rowBlock - 1) / rowBlock
      columnRanges = 1
    }
    let rowsPerBlock = roundUp((m + rowBlocks - 1) / rowBlocks, to: Kernels.tileRows)
    let tilesPerRange = (columnTiles + columnRanges - 1) / columnRanges

    let task = { (index: Int) in
      let firstRow = index / columnRanges * rowsPerBlock
      let rows = Swift.min(rowsPerBlock, m - firstRow)
      let firstTile = index % columnRanges * tilesPerRange
      let lastTile = Swift.min(columnTiles, firstTile + tilesPerRange)
      guard rows > 0, firstTile < lastTile else { return }
      let packedA = Storage(count: Kernels.packedRowCount(rows: rows, depth: Swift.min(k, depthBlock)))
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Kernels.spareCount) { spare in
        var start = 0
        while start < k {
          let depth = Swift.min(depthBlock, k - start)
          let block = a.offset(row: firstRow, column: start)
          Kernels.packRows(
            block.pointer, rowStride: block.rowStride, columnStride: block.columnStride, rows: rows, depth: depth,
            to: packedA.pointer)
          for tile in firstTile..<lastTile {
            let column = tile * panelWidth
            let columns = Swift.min(panelWidth, n - column)
            let panel =
              packedB.map { UnsafePointer($0.pointer + column * k + start * panelWidth) }
              ?? b.offset(row: start, column: column).pointer
            var panelA = UnsafePointer(packedA.pointer)
            var row = 0
            while row < rows {
              let height = Kernels.tileHeight(remaining: rows - row)
              Kernels.tile(
                height: height, rows: Swift.min(height, rows - row), columns: columns, depth: depth, a: panelA,
                b: panel,
                bStride: packedB == nil ? b.rowStride : panelWidth, c: c + (firstRow + row) * cStride + column,
                stride: cStride, accumulate: accumulate || start > 0, spare: spare.baseAddress!)
              panelA += height * depth
              row += height
            }
          }
          start += depth
        }
      }
    }
    let tasks = rowBlocks * columnRanges
    if isParallel { parallelTasks(tasks, task) } else { for index in 0..<tasks { task(index) } }
  }

  /// Packs `columns` columns of B as [depth, tile width], the missing ones as zeros.
  private static func packPanel(_ b: MatrixView, depth: Int, columns: Int, to packed: UnsafeMutablePointer<Float>) {
    let width = Kernels.tileColumns
    if b.columnStride == 1 {
      for k in 0..<depth {
        let source = b.pointer + k * b.rowStride
        let target = packed + k * width
        if columns == width {
          for j in 0..<width { target[j] = source[j] }
        } else {
          for j in 0..<columns { target[j] = source[j] }
          for j in columns..<width { target[j] = 0 }
        }
      }
    } else {
      // A transposed B: sixteen of its rows at a time, so that what is written stays in the cache.
      if columns < width { packed.update(repeating: 0, count: depth * width) }
      var start = 0
      while start < depth {
        let end = Swift.min(depth, start + 16)
        for j in 0..<columns {
          let source = b.pointer + j * b.columnStride
          for k in start..<end { packed[k * width + j] = source[k * b.rowStride] }
        }
        start = end
      }
    }
  }
}

func roundUp(_ value: Int, to step: Int) -> Int { (value + step - 1) / step * step }

/// The matrix product over the last two axes, with leading axes broadcast: `[…, m, k] · […, k, n] → […, m, n]`.
///
/// - Parameters:
///   - transposeA: read the last two axes of `a` exchanged, without copying it.
///   - transposeB: the same for `b`; `matmul(x, w, transposeB: true)` is a linear layer with weight `[out, in]`.
/// - Complexity: O(m n k) multiply-adds a matrix.
public func matmul(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
  guard a.ndim >= 2, b.ndim >= 2 else {
    fatalError("matmul: both operands need two axes or more; the shapes are \(a.shape) and \(b.shape).")
  }
  // Many matrices times one are a single tall matrix times that one.
  if a.ndim > 2, b.ndim == 2, !transposeA {
    let lead = Array(a.shape.dropLast())
    let product = matmul(a.reshaped([-1, a.dim(-1)]), b, transposeB: transposeB)
    return product.reshaped(lead + [product.dim(-1)])
  }
  let m = a.dim(transposeA ? -1 : -2)
  let k = a.dim(transposeA ? -2 : -1)
  let n = b.dim(transposeB ? -2 : -1)
  let leadA = Array(a.shape.dropLast(2))
  let leadB = Array(b.shape.dropLast(2))
  guard b.dim(transposeB ? -1 : -2) == k, let lead = broadcastShape(leadA, leadB) else {
    fatalError(
      "matmul: shapes \(a.shape)\(transposeA ? " (transposed)" : "") and \(b.shape)\(transposeB ? " (transposed)" : "") "
        + "do not fit: the inner lengths must agree and the leading axes broadcast.")
  }
  let batch = lead.reduce(1, *)
  let value = Tensor(shape: lead + [m, n]) { c in
    let columnsA = a.dim(-1)
    let columnsB = b.dim(-1)
    let stridesA = BroadcastPlan.strides(of: leadA, in: lead)
    let stridesB = BroadcastPlan.strides(of: leadB, in: lead)
    let one = { (index: Int, isParallel: Bool) in
      var rest = index
      var matrixA = 0
      var matrixB = 0
      for axis in lead.indices.reversed() {
        matrixA += rest % lead[axis] * stridesA[axis]
        matrixB += rest % lead[axis] * stridesB[axis]
        rest /= lead[axis]
      }
      MatrixProduct.run(
        m: m, n: n, k: k,
        a: MatrixView(a.pointer + matrixA * m * k, columns: columnsA, isTransposed: transposeA),
        b: MatrixView(b.pointer + matrixB * k * n, columns: columnsB, isTransposed: transposeB),
        c: c + index * m * n, cStride: n, isParallel: isParallel)
    }
    if batch == 1 {
      one(0, true)
    } else {
      parallelRows(batch, length: m * n * k / 8) { range in for index in range { one(index, false) } }
    }
  }
  return value.recorded(from: [a, b]) { g, _, index in
    if index == 0 {
      return transposeA
        ? matmul(b, g, transposeA: transposeB, transposeB: true) : matmul(g, b, transposeB: !transposeB)
    }
    return transposeB
      ? matmul(g, a, transposeA: true, transposeB: transposeA) : matmul(a, g, transposeA: !transposeA)
  }
}

/// x Wᵀ + b: a linear layer, `[…, in] → […, out]`, with PyTorch's weight `[out, in]`.
public func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  let product =
    x.ndim == 1
    ? matmul(x.reshaped([1, -1]), weight, transposeB: true).reshaped([-1]) : matmul(x, weight, transposeB: true)
  return bias.map { product + $0 } ?? product
}
