/// Attention, head by head and block by block of queries: scores, softmax and result of a block stay in the cache, and
/// queries, keys and values are read where they lie.
///
/// A causal mask saves the products above the diagonal, block by block. The heads are shared among the threads; no sum
/// crosses from one to another.
struct AttentionKernel {
  /// Where the rows of every head lie: row t of head h of sample n begins at `base + n·sample + h·width + t·row`.
  struct Rows {
    let base: UnsafeMutablePointer<Float>
    let sample: Int
    let row: Int
    let width: Int

    /// Heads of `width` numbers side by side in rows of `columns` numbers, `length` rows a sample.
    init(_ base: UnsafeMutablePointer<Float>, length: Int, columns: Int, width: Int) {
      self.base = base
      sample = length * columns
      row = columns
      self.width = width
    }

    func callAsFunction(_ sample: Int, _ head: Int) -> Head {
      Head(pointer: base + sample * self.sample + head * width, row: row)
    }
  }

  /// The rows of one head, `row` numbers apart.
  struct Head {
    let pointer: UnsafeMutablePointer<Float>
    let row: Int

    func from(_ t: Int) -> Head { Head(pointer: pointer + t * row, row: row) }
    var left: Tile.Left { Tile.Left(pointer: pointer, rowStride: row, depthStride: 1) }
    var leftTransposed: Tile.Left { Tile.Left(pointer: pointer, rowStride: 1, depthStride: row) }
  }

  /// Numbers added to the scores, broadcast to all samples, heads, queries and keys.
  struct Bias {
    private let tensor: Tensor
    private let lead: [Int]
    private let strides: [Int]
    let row: Int
    let column: Int

    init(_ tensor: Tensor, scoreShape: [Int]) {
      self.tensor = tensor.detached()
      lead = Array(scoreShape.dropLast(2))
      strides = BroadcastPlan.strides(of: tensor.shape, in: scoreShape)
      row = strides[scoreShape.count - 2]
      column = strides[scoreShape.count - 1]
    }

    /// Where the numbers of matrix number `index`, counted over all leading axes, begin.
    func callAsFunction(_ index: Int) -> UnsafePointer<Float> {
      var (rest, offset) = (index, 0)
      for axis in lead.indices.reversed() {
        offset += rest % lead[axis] * strides[axis]
        rest /= lead[axis]
      }
      return UnsafePointer(tensor.pointer + offset)
    }
  }

  let samples: Int
  let heads: Int
  let queries: Int
  let keys: Int
  /// The length of a head's query and key, and of its value.
  let width: Int
  let valueWidth: Int
  let isCausal: Bool
  let bias: Bias?

  /// 1/√d.
  var scale: Float { 1 / Float(width).squareRoot() }

  /// Queries of a block.
  private var block: Int { 32 }

  /// The length of a row of scores, whole vectors of them; what lies beyond the keys counts as hidden.
  var rowLength: Int { roundUp(keys, to: 16) }

  /// Numbers that ``forward(q:k:v:y:keeping:)`` keeps.
  var keptCount: Int { samples * heads * queries * rowLength }

  /// How many keys the queries before number `end` read at most.
  private func keysRead(before end: Int) -> Int { isCausal ? Swift.min(keys, end + keys - queries) : keys }

  /// Multiply-adds of one head, in the unit of `parallelRows`.
  private var work: Int { Swift.max(1, queries * keys * (width + valueWidth) / 8) }

  // MARK: Forward

  /// y = softmax(scale · q kᵀ + bias) v; the probabilities stay in `keeping`, `[samples, heads, queries, rowLength]`,
  /// if there is such a place.
  func forward(q: Rows, k: Rows, v: Rows, y: Rows, keeping: UnsafeMutablePointer<Float>?) {
    parallelRows(samples * heads, length: work) { range in
      let spare = Storage(count: Tile.spareCount)
      let scratch = Storage(count: keeping == nil ? Swift.min(block, queries) * rowLength : 0)
      var keysByDepth = Packing(count: queries == 1 ? 0 : Strips.count(rows: keys, depth: width))
      var values = Packing(count: queries == 1 ? 0 : Strips.count(rows: valueWidth, depth: keys))
      for index in range {
        let (sample, head) = (index / heads, index % heads)
        let (q, k, v, y) = (q(sample, head), k(sample, head), v(sample, head), y(sample, head))
        let bias = bias?(index)
        if queries == 1 {
          let p = keeping.map { $0 + index * rowLength } ?? scratch.pointer
          forwardOne(q: q.pointer, k: k, v: v, y: y.pointer, p: p, bias: bias)
          continue
        }
        let turned = keysByDepth.transposed(k, rows: keys, columns: width)
        let right = values.rows(v, rows: keys, columns: valueWidth)
        for start in stride(from: 0, to: queries, by: block) {
          let end = Swift.min(queries, start + block)
          let read = keysRead(before: end)
          let p = Head(
            pointer: keeping.map { $0 + (index * queries + start) * rowLength } ?? scratch.pointer, row: rowLength)
          product(
            rows: end - start, columns: roundUp(read, to: 16), depth: width, q.from(start).left, turned, to: p,
            spare: spare)
          for t in start..<end { softmax(p.from(t - start).pointer, of: t, upTo: roundUp(read, to: 16), bias: bias) }
          product(
            rows: end - start, columns: valueWidth, depth: read, p.left, right, to: y.from(start),
            spare: spare)
        }
      }
    }
  }

  /// A single query, as when decoding: nothing is worth packing.
  private func forwardOne(
    q: UnsafeMutablePointer<Float>, k: Head, v: Head, y: UnsafeMutablePointer<Float>,
    p: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?
  ) {
    for s in 0..<keys { p[s] = Summation.dot(q, k.pointer + s * k.row, count: width) }
    softmax(p, of: 0, upTo: rowLength, bias: bias)
    y.update(repeating: 0, count: valueWidth)
    for s in 0..<keys {
      let value = v.pointer + s * v.row
      let share = p[s]
      for i in 0..<valueWidth { y[i] = y[i].addingProduct(share, value[i]) }
    }
  }

  /// Row t of the scores becomes softmax(scale · row + bias) over the keys that t reads, and 0 beyond, up to `end`.
  ///
  /// In steps of one vector: a loop over a length that changes from row to row would leave most of a short row to
  /// the compiler's number-by-number ending.
  private func softmax(_ row: UnsafeMutablePointer<Float>, of t: Int, upTo end: Int, bias: UnsafePointer<Float>?) {
    let count = keysRead(before: t + 1)
    var factor = scale
    if let bias, let layout = self.bias {
      let bias = bias + t * layout.row
      for s in 0..<count { row[s] = bias[s * layout.column].addingProduct(row[s], scale) }
      factor = 1
    }
    for s in count..<end { row[s] = -.infinity }
    let largest = Extremum.largestNumber(row, count: end)
    var sums = SIMD16<Float>.zero
    for start in stride(from: 0, to: end, by: 16) {
      let part = row + start
      for lane in 0..<16 { part[lane] = VectorMath.exp((part[lane] - largest) * factor) }
      sums += UnsafeRawPointer(part).loadUnaligned(as: SIMD16<Float>.self)
    }
    let share = 1 / Summation.horizontalSum(sums)
    for start in stride(from: 0, to: end, by: 16) {
      let part = row + start
      for lane in 0..<16 { part[lane] *= share }
    }
  }

  // MARK: Backward

  /// The gradients of q, k and v (those that have a place) from the gradient g of y and the probabilities p:
  /// dv = pᵀ g, ds = p ⊙ (g vᵀ − Σ p ⊙ g vᵀ), dq = scale · ds k, dk = scale · dsᵀ q.
  func backward(
    g: Rows, probabilities: UnsafeMutablePointer<Float>, q: Rows, k: Rows, v: Rows, dq: Rows?, dk: Rows?, dv: Rows?
  ) {
    parallelRows(samples * heads, length: 3 * work) { range in
      let spare = Storage(count: Tile.spareCount)
      let scratch = Storage(count: block * rowLength)
      let ds = Head(pointer: scratch.pointer, row: rowLength)
      var valuesByDepth = Packing(count: Strips.count(rows: keys, depth: valueWidth))
      var keyRows = Packing(count: Strips.count(rows: width, depth: keys))
      var queryRows = Packing(count: Strips.count(rows: width, depth: queries))
      var gradientRows = Packing(count: Strips.count(rows: valueWidth, depth: queries))
      for index in range {
        let (sample, head) = (index / heads, index % heads)
        let (g, q, k, v) = (g(sample, head), q(sample, head), k(sample, head), v(sample, head))
        let (dq, dk, dv) = (dq?(sample, head), dk?(sample, head), dv?(sample, head))
        let turned = dq == nil && dk == nil ? nil : valuesByDepth.transposed(v, rows: keys, columns: valueWidth)
        let (gRight, qRight, kRight) = (
          dv == nil ? nil : gradientRows.rows(g, rows: queries, columns: valueWidth),
          dk == nil ? nil : queryRows.rows(q, rows: queries, columns: width),
          dq == nil ? nil : keyRows.rows(k, rows: keys, columns: width)
        )
        // The last block reads all keys, so it can write where the others add.
        for start in stride(from: (queries - 1) / block * block, through: 0, by: -block) {
          let end = Swift.min(queries, start + block)
          let (rows, read) = (end - start, keysRead(before: end))
          let accumulates = end < queries
          let p = Head(pointer: probabilities + (index * queries + start) * rowLength, row: rowLength)
          if let dv, let gRight {
            product(
              rows: read, columns: valueWidth, depth: rows, p.leftTransposed, gRight.from(start), to: dv,
              accumulates: accumulates, spare: spare)
          }
          guard let turned else { continue }
          let length = roundUp(read, to: 16)
          product(rows: rows, columns: length, depth: valueWidth, g.from(start).left, turned, to: ds, spare: spare)
          for t in 0..<rows { softmaxGradient(ds.from(t).pointer, p.from(t).pointer, count: length) }
          if let dq, let kRight {
            product(rows: rows, columns: width, depth: read, ds.left, kRight, to: dq.from(start), spare: spare)
          }
          if let dk, let qRight {
            product(
              rows: read, columns: width, depth: rows, ds.leftTransposed, qRight.from(start), to: dk,
              accumulates: accumulates, spare: spare)
          }
        }
      }
    }
  }

  /// d becomes scale · p ⊙ (d − Σ p ⊙ d); the length is a multiple of 16.
  private func softmaxGradient(_ d: UnsafeMutablePointer<Float>, _ p: UnsafePointer<Float>, count: Int) {
    let mean = Summation.dot(d, p, count: count)
    let scale = scale
    for start in stride(from: 0, to: count, by: 16) {
      let (d, p) = (d + start, p + start)
      for lane in 0..<16 { d[lane] = (d[lane] - mean) * (p[lane] * scale) }
    }
  }

  // MARK: Products

  /// The right operand of a product, vector after vector of its columns: its own memory, or strips made of it.
  private struct Right {
    let pointer: UnsafePointer<Float>
    let stride: Int
    let between: Int

    func from(_ row: Int) -> Right { Right(pointer: pointer + row * stride, stride: stride, between: between) }
  }

  /// Room for strips, used for one head after the other.
  private struct Packing {
    private let storage: Storage

    init(count: Int) { storage = Storage(count: count) }

    /// The transpose of `rows` × `columns` numbers.
    mutating func transposed(_ x: Head, rows: Int, columns: Int) -> Right {
      Strips.pack(x.pointer, rowStride: x.row, depthStride: 1, rows: rows, depth: columns, to: storage.pointer)
      return Right(pointer: storage.pointer, stride: 16, between: 16 * columns)
    }

    /// `rows` × `columns` numbers: where they are if the columns are whole vectors.
    mutating func rows(_ x: Head, rows: Int, columns: Int) -> Right {
      if columns % 16 == 0 { return Right(pointer: x.pointer, stride: x.row, between: 16) }
      Strips.pack(x.pointer, rowStride: 1, depthStride: x.row, rows: columns, depth: rows, to: storage.pointer)
      return Right(pointer: storage.pointer, stride: 16, between: 16 * rows)
    }
  }

  /// C (+)= left · right, on this thread; `spare` is for tiles at the right edge.
  private func product(
    rows: Int, columns: Int, depth: Int, _ left: Tile.Left, _ right: Right, to c: Head, accumulates: Bool = false,
    spare: Storage
  ) {
    let vectors = (columns + 15) / 16
    var vector = 0
    while vector < vectors {
      let width = Tile.width(remaining: vectors - vector)
      let first = vector * 16
      Tile.column(
        rows: rows, columns: Swift.min(width * 16, columns - first), depth: depth, left,
        Tile.EvenRows(pointer: right.pointer + vector * right.between, stride: right.stride, between: right.between),
        Tile.Result(pointer: c.pointer + first, stride: c.row, accumulates: accumulates), spare: spare.pointer)
      vector += width
    }
  }
}
