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
    var matrix: MatrixView { MatrixView(pointer, columns: row, isTransposed: false) }
    var transposed: MatrixView { MatrixView(pointer, columns: row, isTransposed: true) }
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

  /// How many keys the queries before number `end` read at most.
  private func keysRead(before end: Int) -> Int { isCausal ? Swift.min(keys, end + keys - queries) : keys }

  /// Multiply-adds of one head, in the unit of `parallelRows`.
  private var work: Int { Swift.max(1, queries * keys * (width + valueWidth) / 8) }

  // MARK: Forward

  /// y = softmax(scale · q kᵀ + bias) v; the probabilities stay in `keeping`, `[samples, heads, queries, keys]`, if
  /// there is such a place.
  func forward(q: Rows, k: Rows, v: Rows, y: Rows, keeping: UnsafeMutablePointer<Float>?) {
    parallelRows(samples * heads, length: work) { range in
      let scratch = Storage(count: keeping == nil ? block * keys : 0)
      for index in range {
        let (sample, head) = (index / heads, index % heads)
        let (q, k, v, y) = (q(sample, head), k(sample, head), v(sample, head), y(sample, head))
        let bias = bias?(index)
        var start = 0
        while start < queries {
          let end = Swift.min(queries, start + block)
          let read = keysRead(before: end)
          let p = Head(pointer: keeping.map { $0 + (index * queries + start) * keys } ?? scratch.pointer, row: keys)
          if end - start == 1 {
            forwardOne(start, q: q.from(start).pointer, k: k, v: v, y: y.from(start).pointer, p: p.pointer, bias: bias)
          } else {
            MatrixProduct.run(
              m: end - start, n: read, k: width, a: q.from(start).matrix, b: k.transposed, c: p.pointer,
              cStride: keys, isParallel: false)
            for t in start..<end {
              let row = p.from(t - start).pointer
              softmax(row, of: t, bias: bias)
              let known = keysRead(before: t + 1)
              (row + known).update(repeating: 0, count: read - known)
            }
            MatrixProduct.run(
              m: end - start, n: valueWidth, k: read, a: p.matrix, b: v.matrix, c: y.from(start).pointer,
              cStride: y.row, isParallel: false)
          }
          start = end
        }
      }
    }
  }

  /// A single query, as when decoding: nothing is worth packing.
  private func forwardOne(
    _ t: Int, q: UnsafeMutablePointer<Float>, k: Head, v: Head, y: UnsafeMutablePointer<Float>,
    p: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?
  ) {
    let read = keysRead(before: t + 1)
    for s in 0..<read { p[s] = Self.dot(q, k.pointer + s * k.row, count: width) }
    softmax(p, of: t, bias: bias)
    y.update(repeating: 0, count: valueWidth)
    for s in 0..<read {
      let value = v.pointer + s * v.row
      let share = p[s]
      for i in 0..<valueWidth { y[i] = y[i].addingProduct(share, value[i]) }
    }
  }

  /// Row t of the scores becomes softmax(scale · row + bias), over the keys that t reads.
  private func softmax(_ row: UnsafeMutablePointer<Float>, of t: Int, bias: UnsafePointer<Float>?) {
    let count = keysRead(before: t + 1)
    var factor = scale
    if let bias, let layout = self.bias {
      let bias = bias + t * layout.row
      if layout.column == 1 {
        for s in 0..<count { row[s] = bias[s].addingProduct(row[s], scale) }
      } else {
        for s in 0..<count { row[s] = bias[0].addingProduct(row[s], scale) }
      }
      factor = 1
    }
    let largest = Self.largest(row, count: count)
    for s in 0..<count { row[s] = VectorMath.exp((row[s] - largest) * factor) }
    let share = 1 / Summation.sum(row, count: count)
    for s in 0..<count { row[s] *= share }
  }

  // MARK: Backward

  /// The gradients of q, k and v (those that have a place) from the gradient g of y and the probabilities p:
  /// dv = pᵀ g, ds = p ⊙ (g vᵀ − Σ p ⊙ g vᵀ), dq = scale · ds k, dk = scale · dsᵀ q.
  func backward(
    g: Rows, probabilities: UnsafeMutablePointer<Float>, q: Rows, k: Rows, v: Rows, dq: Rows?, dk: Rows?, dv: Rows?
  ) {
    parallelRows(samples * heads, length: 3 * work) { range in
      let scratch = Storage(count: block * keys)
      let ds = Head(pointer: scratch.pointer, row: keys)
      for index in range {
        let (sample, head) = (index / heads, index % heads)
        let (g, q, k, v) = (g(sample, head), q(sample, head), k(sample, head), v(sample, head))
        // The last block reads all keys, so it can write where the others add.
        var end = queries
        while end > 0 {
          let start = (end - 1) / block * block
          let (rows, read) = (end - start, keysRead(before: end))
          let isFirst = end == queries
          let p = Head(pointer: probabilities + (index * queries + start) * keys, row: keys)
          let gRows = g.from(start)
          if let dv = dv?(sample, head) {
            MatrixProduct.run(
              m: read, n: valueWidth, k: rows, a: p.transposed, b: gRows.matrix, c: dv.pointer, cStride: dv.row,
              start: isFirst ? .zero : .result, isParallel: false)
          }
          if dq != nil || dk != nil {
            MatrixProduct.run(
              m: rows, n: read, k: valueWidth, a: gRows.matrix, b: v.transposed, c: ds.pointer, cStride: keys,
              isParallel: false)
            for t in 0..<rows {
              let (d, p) = (ds.from(t).pointer, p.from(t).pointer)
              let mean = Self.dot(d, p, count: read)
              for s in 0..<read { d[s] = (d[s] - mean) * (p[s] * scale) }
            }
          }
          if let dq = dq?(sample, head) {
            MatrixProduct.run(
              m: rows, n: width, k: read, a: ds.matrix, b: k.matrix, c: dq.from(start).pointer, cStride: dq.row,
              isParallel: false)
          }
          if let dk = dk?(sample, head) {
            MatrixProduct.run(
              m: read, n: width, k: rows, a: ds.transposed, b: q.from(start).matrix, c: dk.pointer, cStride: dk.row,
              start: isFirst ? .zero : .result, isParallel: false)
          }
          end = start
        }
      }
    }
  }

  // MARK: Rows

  /// Σ aᵢ bᵢ, in sixteen lanes.
  private static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = SIMD16<Float>.zero
    var i = 0
    while i + 16 <= count {
      lanes.addProduct(
        UnsafeRawPointer(a + i).loadUnaligned(as: SIMD16<Float>.self),
        UnsafeRawPointer(b + i).loadUnaligned(as: SIMD16<Float>.self))
      i += 16
    }
    var sum = Summation.horizontalSum(lanes)
    while i < count {
      sum += a[i] * b[i]
      i += 1
    }
    return sum
  }

  /// max xᵢ, −∞ of nothing; a NaN among the numbers is passed over. In sixteen lanes, as a single running maximum
  /// would be one long chain.
  private static func largest(_ x: UnsafePointer<Float>, count: Int) -> Float {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { buffer in
      let lanes = buffer.baseAddress!
      for lane in 0..<16 { lanes[lane] = -.infinity }
      var i = 0
      while i + 16 <= count {
        for lane in 0..<16 { lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane] }
        i += 16
      }
      while i < count {
        lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0]
        i += 1
      }
      var step = 8
      while step > 0 {
        for lane in 0..<step { lanes[lane] = lanes[lane + step] > lanes[lane] ? lanes[lane + step] : lanes[lane] }
        step /= 2
      }
      return lanes[0]
    }
  }
}
