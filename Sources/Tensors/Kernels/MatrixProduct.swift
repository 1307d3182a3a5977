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

  /// The same numbers with rows and columns exchanged.
  var transposed: MatrixView { MatrixView(pointer: pointer, rowStride: columnStride, columnStride: rowStride) }

  func offset(row: Int, column: Int) -> MatrixView { advanced(by: row * rowStride + column * columnStride) }

  /// A matrix of the same kind that begins so many numbers further on.
  func advanced(by count: Int) -> MatrixView {
    MatrixView(pointer: pointer + count, rowStride: rowStride, columnStride: columnStride)
  }
}

/// C = A · B, or C += A · B, on Goto's plan: B and A are packed into strips that stay in the caches while they are read
/// again and again, and ``Tile`` does the rest in registers. What is small enough is read where it is.
///
/// Source: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008.
enum MatrixProduct {
  /// Depth of a block: three strips of it are 48 kB, the first-level cache.
  private static let depthBlock = 256
  /// Rows of a block of A, which lies in the second-level cache.
  private static let rowBlock = 384
  /// Multiply-adds below which a second thread does not pay.
  private static let parallelWork = 400_000

  /// What the sums start from.
  enum Start {
    /// C = A · B.
    case zero
    /// C += A · B.
    case result
    /// C[i, j] = bias[j] + (A · B)[i, j].
    case columnBias(UnsafePointer<Float>)
  }

  /// C (m × n, rows `cStride` apart) = A (m × k) · B (k × n), plus what `start` says, then passed through `gate`,
  /// whose numbers lie as those of C.
  @inline(never)
  static func run(
    m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cStride: Int,
    start: Start = .zero, isParallel: Bool = true, gate: Tile.Gate? = nil
  ) {
    guard m > 0, n > 0 else { return }
    if n <= FewRows.most && m > 2 * Tile.lanes && k >= 2 * Tile.lanes {
      thin(m: m, n: n, k: k, a: a, b: b, c: c, cStride: cStride, start: start, isParallel: isParallel)
      gate?.pass(c, stride: cStride, rows: m, columns: n)
      return
    }
    let accumulates: Bool
    let bias: UnsafePointer<Float>?
    switch start {
    case .zero: (accumulates, bias) = (false, nil)
    case .result: (accumulates, bias) = (true, nil)
    case .columnBias(let numbers):
      // A few rows begin with their bias; to many it is added with the first products.
      let isWritten = k == 0 || m <= FewRows.most
      if isWritten { for i in 0..<m { (c + i * cStride).update(from: numbers, count: n) } }
      (accumulates, bias) = (isWritten, isWritten ? nil : numbers)
    }
    if k == 0 && !accumulates { for i in 0..<m { (c + i * cStride).update(repeating: 0, count: n) } }
    if k == 0 { gate?.pass(c, stride: cStride, rows: m, columns: n) }
    guard k > 0 else { return }
    if m <= FewRows.most, a.columnStride == 1, b.rowStride == 1 {
      FewRows.run(
        m: m, n: n, k: k, a: a.pointer, aStride: a.rowStride, b: b.pointer, bStride: b.columnStride, c: c,
        cStride: cStride, accumulates: accumulates, isParallel: isParallel)
      gate?.pass(c, stride: cStride, rows: m, columns: n)
      return
    }
    let isParallel = isParallel && m * n * k > parallelWork && Threads.count > 1

    // A row-major B is read where it is if it is hardly used, or small: up to about 400 × 400 packing gains nothing.
    let readsB = b.columnStride == 1 && (m <= 2 * Tile.mostRows || k * n <= 150_000)
    let vectors = (n + Tile.lanes - 1) / Tile.lanes
    let (columnRanges, rowBlocks) = pieces(m: m, vectors: vectors, packs: !readsB, isParallel: isParallel)
    let rowsPerBlock = roundUp((m + rowBlocks - 1) / rowBlocks, to: Tile.mostRows)
    func range(_ index: Int, of count: Int) -> Range<Int> { vectors * index / count..<vectors * (index + 1) / count }

    let packedB: Storage? = readsB ? nil : Storage(count: Strips.count(rows: n, depth: k))
    if let packedB {
      let packers = isParallel && columnRanges == 1 ? Threads.count : columnRanges
      parallelTasks(packers) { pack(b, n: n, k: k, vectors: range($0, of: packers), to: packedB.pointer) }
    }
    func task(_ index: Int) {
      // Blocks are rounded up to whole tiles: the last ones may begin past the end, and have nothing to do.
      let firstRow = Swift.min(m, index % rowBlocks * rowsPerBlock)
      block(
        rows: firstRow..<Swift.min(m, firstRow + rowsPerBlock), vectors: range(index / rowBlocks, of: columnRanges),
        n: n, k: k, a: a, b: b, packedB: packedB?.pointer, c: c, cStride: cStride, bias: bias, accumulates: accumulates,
        gate: gate)
    }
    let tasks = rowBlocks * columnRanges
    if isParallel { parallelTasks(tasks, task) } else { for index in 0..<tasks { task(index) } }
  }

  /// Into how many ranges of columns, and how many blocks of rows, the result is cut.
  ///
  /// What one core has written comes slowly to another, most slowly to one that doesn't share its last-level cache. So a
  /// thread packs what it reads itself, if that leaves it with columns enough; then all threads read all of A, which may
  /// not be much the larger.
  private static func pieces(
    m: Int, vectors: Int, packs: Bool, isParallel: Bool
  ) -> (columnRanges: Int, rowBlocks: Int) {
    let rowBlocks = (m + rowBlock - 1) / rowBlock
    guard isParallel else { return (1, rowBlocks) }
    let threads = Threads.count
    if m < threads * 2 * Tile.mostRows {
      return (Swift.min(threads, (vectors + Tile.mostVectors - 1) / Tile.mostVectors), 1)
    }
    if packs && vectors >= 4 * threads && m <= 4 * vectors * Tile.lanes {
      return (threads, Swift.max(rowBlocks, Swift.min(4, m / 64)))
    }
    return (1, roundUp(Swift.max(rowBlocks, Swift.min(4 * threads, m / 64)), to: threads))
  }

  /// Some of B's columns in strips of 16.
  private static func pack(_ b: MatrixView, n: Int, k: Int, vectors: Range<Int>, to target: UnsafeMutablePointer<Float>)
  {
    let columns = vectors.lowerBound * Tile.lanes..<Swift.min(n, vectors.upperBound * Tile.lanes)
    Strips.pack(
      b.offset(row: 0, column: columns.lowerBound).pointer, rowStride: b.columnStride, depthStride: b.rowStride,
      rows: columns.count, depth: k, to: target + columns.lowerBound * k)
  }

  /// A result of a few columns, which would leave most lanes of a vector idle, as the transpose of Cᵀ = Bᵀ · Aᵀ.
  private static func thin(
    m: Int, n: Int, k: Int, a: MatrixView, b: MatrixView, c: UnsafeMutablePointer<Float>, cStride: Int, start: Start,
    isParallel: Bool
  ) {
    let scratch = Storage(count: n * (m + k))
    let (columns, copy) = (scratch.pointer, scratch.pointer + n * m)
    var left = b.transposed
    if left.columnStride != 1 {
      for j in 0..<n {
        for l in 0..<k { copy[j * k + l] = left.pointer[j * left.rowStride + l * left.columnStride] }
      }
      left = MatrixView(copy, columns: k, isTransposed: false)
    }
    run(m: n, n: m, k: k, a: left, b: a.transposed, c: columns, cStride: m, isParallel: isParallel)
    for j in 0..<n {
      let (column, target) = (columns + j * m, c + j)
      switch start {
      case .zero: for i in 0..<m { target[i * cStride] = column[i] }
      case .result: for i in 0..<m { target[i * cStride] += column[i] }
      case .columnBias(let bias): for i in 0..<m { target[i * cStride] = bias[j] + column[i] }
      }
    }
  }

  /// One thread's part of the result.
  private static func block(
    rows: Range<Int>, vectors: Range<Int>, n: Int, k: Int, a: MatrixView, b: MatrixView,
    packedB: UnsafeMutablePointer<Float>?, c: UnsafeMutablePointer<Float>, cStride: Int,
    bias: UnsafePointer<Float>?, accumulates: Bool, gate: Tile.Gate?
  ) {
    guard !rows.isEmpty, !vectors.isEmpty else { return }
    // A is read where it is, unless its rows are columns of memory, and read often enough to pay for turning them.
    let turnsA = a.columnStride != 1 && vectors.count > 48
    let turnedStride = Swift.min(k, depthBlock) + 16
    let turned = turnsA ? Storage(count: rows.count * turnedStride) : nil
    // Only the columns of a partial vector need it; too large for the stack, it would cost small products dearly.
    let spare = n % Tile.lanes == 0 ? nil : Storage(count: Tile.spareCount)
    var start = 0
    while start < k {
      let depth = Swift.min(depthBlock, k - start)
      let corner = a.offset(row: rows.lowerBound, column: start)
      if let turned {
        Transposition.run(
          corner.pointer, stride: corner.columnStride, rows: depth, columns: rows.count, to: turned.pointer,
          stride: turnedStride)
      }
      let left =
        turned.map { Tile.Left(pointer: $0.pointer, rowStride: turnedStride, depthStride: 1) }
        ?? Tile.Left(pointer: corner.pointer, rowStride: corner.rowStride, depthStride: corner.columnStride)
      var vector = vectors.lowerBound
      while vector < vectors.upperBound {
        let width = Tile.width(remaining: vectors.upperBound - vector)
        let column = vector * Tile.lanes
        let right =
          packedB.map {
            Tile.EvenRows(pointer: $0 + column * k + start * Tile.lanes, stride: Tile.lanes, between: Tile.lanes * k)
          }
          ?? Tile.EvenRows(
            pointer: b.offset(row: start, column: column).pointer, stride: b.rowStride, between: Tile.lanes)
        let columns = Swift.min(width * Tile.lanes, n - column)
        let target = c + rows.lowerBound * cStride + column
        Tile.column(
          rows: rows.count, columns: columns, depth: depth, left, right,
          Tile.Result(
            pointer: target, stride: cStride, accumulates: accumulates || start > 0, bias: bias.map { $0 + column },
            gate: start + depth == k ? gate?.advanced(by: target - c) : nil),
          spare: spare?.pointer ?? target)
        vector += width
      }
      start += depth
    }
  }
}
