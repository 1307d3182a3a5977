/// Sums of contiguous scalars in a fixed order: sixteen-lane partial sums of blocks, the blocks added in Double.
enum Summation {
  private static let block = 4096

  /// Σ x[0 ..< count].
  @inline(__always)
  static func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    count <= block ? blockSum(x, count: count) : Float(longSum(x, count: count))
  }

  private static func longSum(_ x: UnsafePointer<Float>, count: Int) -> Double {
    var total = 0.0
    var start = 0
    while start < count {
      total += Double(blockSum(x + start, count: min(block, count - start)))
      start += block
    }
    return total
  }

  /// Σ over a long array on all threads. The pieces depend on the length alone.
  static func parallelSum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    let piece = 16 * block
    guard count > piece else { return sum(x, count: count) }
    let pieces = (count + piece - 1) / piece
    var partial = [Double](repeating: 0, count: pieces)
    partial.withUnsafeMutableBufferPointer { partial in
      let out = partial.baseAddress!
      parallelTasks(pieces) { out[$0] = longSum(x + $0 * piece, count: min(piece, count - $0 * piece)) }
    }
    return Float(partial.reduce(0, +))
  }

  @inline(__always)
  private static func blockSum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var a = SIMD16<Float>.zero
    var b = SIMD16<Float>.zero
    var index = 0
    let raw = UnsafeRawPointer(x)
    while index + 32 <= count {
      a += raw.loadUnaligned(fromByteOffset: 4 * index, as: SIMD16<Float>.self)
      b += raw.loadUnaligned(fromByteOffset: 4 * index + 64, as: SIMD16<Float>.self)
      index += 32
    }
    if index + 16 <= count {
      a += raw.loadUnaligned(fromByteOffset: 4 * index, as: SIMD16<Float>.self)
      index += 16
    }
    if index < count { b += partialVector(x + index, count: count - index, otherwise: 0) }
    return horizontalSum(a + b)
  }

  /// Σ a[i] · b[i], i < count.
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    if count <= block { return blockDot(a, b, count: count) }
    var total = 0.0
    for start in stride(from: 0, to: count, by: block) {
      total += Double(blockDot(a + start, b + start, count: min(block, count - start)))
    }
    return Float(total)
  }

  @inline(__always)
  private static func blockDot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var even = SIMD16<Float>.zero
    var odd = SIMD16<Float>.zero
    let (rawA, rawB) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    @inline(__always) func vectors(_ index: Int) -> (SIMD16<Float>, SIMD16<Float>) {
      (
        rawA.loadUnaligned(fromByteOffset: 4 &* index, as: SIMD16<Float>.self),
        rawB.loadUnaligned(fromByteOffset: 4 &* index, as: SIMD16<Float>.self)
      )
    }
    var index = 0
    while index + 32 <= count {
      let (a0, b0) = vectors(index)
      even.addProduct(a0, b0)
      let (a1, b1) = vectors(index + 16)
      odd.addProduct(a1, b1)
      index += 32
    }
    if index + 16 <= count {
      let (a0, b0) = vectors(index)
      even.addProduct(a0, b0)
      index += 16
    }
    if index < count {
      odd.addProduct(
        partialVector(a + index, count: count - index, otherwise: 0),
        partialVector(b + index, count: count - index, otherwise: 0))
    }
    return horizontalSum(even + odd)
  }

  /// The sum of sixteen lanes, pairwise.
  @inline(__always)
  static func horizontalSum(_ v: SIMD16<Float>) -> Float { joined(v) { $0 + $1 } }
}

/// The first `count` of sixteen scalars, `otherwise` in the place of the others, which must be readable (``Storage``).
@inline(__always)
private func partialVector(_ x: UnsafePointer<Float>, count: Int, otherwise: Float) -> SIMD16<Float> {
  // Compared as Floats, which the compiler does at once; whole numbers it takes one by one.
  let lanes = SIMD16<Float>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  let numbers = UnsafeRawPointer(x).loadUnaligned(as: SIMD16<Float>.self)
  return numbers.replacing(with: otherwise, where: lanes .>= Float(count))
}

/// Sixteen lanes joined to one number, the upper half with the lower again and again.
///
/// Lane by lane, which the compiler turns into four steps on vectors; halves of a `SIMD16` it takes apart and puts
/// together with twice as many instructions.
@inline(__always)
private func joined(_ v: SIMD16<Float>, _ join: (Float, Float) -> Float) -> Float {
  let even = join(
    join(join(v[0], v[8]), join(v[4], v[12])), join(join(v[2], v[10]), join(v[6], v[14])))
  let odd = join(
    join(join(v[1], v[9]), join(v[5], v[13])), join(join(v[3], v[11]), join(v[7], v[15])))
  return join(even, odd)
}

/// The largest of contiguous scalars, in sixteen lanes: a single running maximum would be one long chain.
enum Extremum {
  /// max sign · xᵢ, times sign again: the largest for sign 1, the smallest for −1. NaN if there is one; −∞ · sign of
  /// nothing.
  @inline(__always)
  static func largest(_ x: UnsafePointer<Float>, count: Int, sign: Float = 1) -> Float {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { buffer in
      let lanes = buffer.baseAddress!
      for lane in 0..<16 { lanes[lane] = -.infinity * sign }
      var index = 0
      while index + 16 <= count {
        for lane in 0..<16 { lanes[lane] = better(x[index + lane], lanes[lane], sign) }
        index += 16
      }
      for lane in 0..<count - index { lanes[lane] = better(x[index + lane], lanes[lane], sign) }
      for lane in 0..<8 { lanes[lane] = better(lanes[lane + 8], lanes[lane], sign) }
      for lane in 0..<4 { lanes[lane] = better(lanes[lane + 4], lanes[lane], sign) }
      return better(better(lanes[0], lanes[1], sign), better(lanes[2], lanes[3], sign), sign)
    }
  }

  /// max xᵢ, a NaN passed over; −∞ of nothing.
  @inline(__always)
  static func largestNumber(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = SIMD16<Float>(repeating: -.infinity)
    var index = 0
    while index + 16 <= count {
      let numbers = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD16<Float>.self)
      lanes = lanes.replacing(with: numbers, where: numbers .> lanes)
      index += 16
    }
    if index < count {
      let numbers = partialVector(x + index, count: count - index, otherwise: -.infinity)
      lanes = lanes.replacing(with: numbers, where: numbers .> lanes)
    }
    return joined(lanes) { $0 > $1 ? $0 : $1 }
  }

  @inline(__always)
  static func better(_ x: Float, _ best: Float, _ sign: Float) -> Float {
    x * sign > best * sign || x != x ? x : best
  }
}

/// A reduction seen as a three-axis one, [outer, reduced, inner] → [outer, inner], after moving axes where that is
/// needed.
private struct Reduction {
  let source: Tensor
  let outer: Int
  let reduced: Int
  let inner: Int
  /// The result's shape with the reduced axes kept as 1, and without them.
  let keptShape: [Int]
  let droppedShape: [Int]

  init(_ x: Tensor, axes: [Int]) {
    let shape = x.shape
    keptShape = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    droppedShape = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    // Axes of length 1 are no obstacle wherever they stand.
    let long = axes.filter { shape[$0] != 1 }
    let span = (long.first ?? 0)..<((long.last ?? -1) + 1)
    let isRun = span.allSatisfy { shape[$0] == 1 || axes.contains($0) }
    if isRun {
      source = x.detached()
      outer = shape[..<span.lowerBound].reduce(1, *)
      reduced = shape[span].reduce(1, *)
      inner = shape[span.upperBound...].reduce(1, *)
    } else {
      let others = shape.indices.filter { !axes.contains($0) }
      source = x.detached().transposed(axes: others + axes)
      outer = others.map { shape[$0] }.reduce(1, *)
      reduced = axes.map { shape[$0] }.reduce(1, *)
      inner = 1
    }
  }
}

extension Tensor {
  /// Σ over all scalars, of shape `[]`.
  public func sum() -> Tensor {
    Tensor(shape: []) { $0[0] = Summation.parallelSum(pointer, count: scalarCount) }
      .recorded(from: [self]) { g, _, _ in g.broadcast(to: self.shape) }
  }

  /// Σ over the given axes, which disappear, or stay with length 1.
  public func sum(axes: [Int], keepDims: Bool = false) -> Tensor {
    let axes = resolved(axes)
    if axes.isEmpty { return self }
    let r = Reduction(self, axes: axes)
    let x = r.source.pointer
    let value = Tensor(shape: keepDims ? r.keptShape : r.droppedShape) { y in
      if r.inner == 1 {
        if r.outer == 1 {
          y[0] = Summation.parallelSum(x, count: r.reduced)
        } else {
          parallelRows(r.outer, length: r.reduced) { rows in
            for row in rows { y[row] = Summation.sum(x + row * r.reduced, count: r.reduced) }
          }
        }
      } else {
        Self.sumColumns(x, y, outer: r.outer, reduced: r.reduced, inner: r.inner)
      }
    }
    let kept = r.keptShape
    return value.recorded(from: [self]) { g, _, _ in g.reshaped(kept).broadcast(to: self.shape) }
  }

  /// [outer, reduced, inner] → [outer, inner], rows of `inner` added up. Many rows are added in groups of 64, the
  /// groups then in order, which keeps rounding small and gives the threads something to share.
  private static func sumColumns(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, outer: Int, reduced: Int, inner: Int
  ) {
    let group = 64
    let groups = (reduced + group - 1) / group
    @inline(__always) func addRows(_ rows: Range<Int>, _ block: Int, to out: UnsafeMutablePointer<Float>) {
      let first = x + (block * reduced + rows.lowerBound) * inner
      var column = 0
      // Four vectors side by side are sums enough to hide an addition's latency, and stay in registers.
      while column + 64 <= inner {
        var (a, b, c, d) = (SIMD16<Float>.zero, SIMD16<Float>.zero, SIMD16<Float>.zero, SIMD16<Float>.zero)
        for row in 0..<rows.count {
          let source = UnsafeRawPointer(first + row &* inner + column)
          a += source.loadUnaligned(as: SIMD16<Float>.self)
          b += source.loadUnaligned(fromByteOffset: 64, as: SIMD16<Float>.self)
          c += source.loadUnaligned(fromByteOffset: 128, as: SIMD16<Float>.self)
          d += source.loadUnaligned(fromByteOffset: 192, as: SIMD16<Float>.self)
        }
        let target = UnsafeMutableRawPointer(out + column)
        target.storeBytes(of: a, as: SIMD16<Float>.self)
        target.storeBytes(of: b, toByteOffset: 64, as: SIMD16<Float>.self)
        target.storeBytes(of: c, toByteOffset: 128, as: SIMD16<Float>.self)
        target.storeBytes(of: d, toByteOffset: 192, as: SIMD16<Float>.self)
        column += 64
      }
      if column == inner { return }
      (out + column).update(repeating: 0, count: inner - column)
      for row in 0..<rows.count {
        let source = first + row * inner
        for index in column..<inner { out[index] += source[index] }
      }
    }
    if groups <= 1 {
      parallelRows(outer, length: reduced * inner) { blocks in
        for block in blocks { addRows(0..<reduced, block, to: y + block * inner) }
      }
      return
    }
    let partial = Storage(count: outer * groups * inner)
    let p = partial.pointer
    parallelRows(outer * groups, length: group * inner) { tasks in
      for task in tasks {
        let first = task % groups * group
        addRows(first..<Swift.min(reduced, first + group), task / groups, to: p + task * inner)
      }
    }
    sumColumns(p, y, outer: outer, reduced: groups, inner: inner)
  }

  /// Σ over one axis.
  public func sum(axis: Int, keepDims: Bool = false) -> Tensor { sum(axes: [axis], keepDims: keepDims) }

  /// This gradient summed over the axes along which an operand of `shape` was repeated.
  func summed(to shape: [Int]) -> Tensor {
    if self.shape == shape { return self }
    let lead = self.shape.count - shape.count
    let axes = self.shape.indices.filter { $0 < lead || (shape[$0 - lead] == 1 && self.shape[$0] != 1) }
    return sum(axes: axes, keepDims: true).reshaped(shape)
  }

  private func count(of axes: [Int]) -> Int { axes.map { shape[$0] }.reduce(1, *) }

  /// The mean of all scalars, of shape `[]`.
  public func mean() -> Tensor { sum() / Float(Swift.max(scalarCount, 1)) }

  /// The mean over the given axes.
  public func mean(axes: [Int], keepDims: Bool = false) -> Tensor {
    sum(axes: axes, keepDims: keepDims) / Float(count(of: resolved(axes)))
  }

  /// The mean over one axis.
  public func mean(axis: Int, keepDims: Bool = false) -> Tensor { mean(axes: [axis], keepDims: keepDims) }

  /// The variance over the given axes: Σ(x − x̄)² / (n − correction). The correction is 0 (the law's own variance)
  /// unless given; PyTorch's default is 1.
  public func variance(axes: [Int], keepDims: Bool = false, correction: Int = 0) -> Tensor {
    let axes = resolved(axes)
    let centred = self - mean(axes: axes, keepDims: true)
    return square(centred).sum(axes: axes, keepDims: keepDims) / Float(count(of: axes) - correction)
  }

  /// The variance over one axis.
  public func variance(axis: Int, keepDims: Bool = false, correction: Int = 0) -> Tensor {
    variance(axes: [axis], keepDims: keepDims, correction: correction)
  }

  /// The variance of all scalars, of shape `[]`.
  public func variance(correction: Int = 0) -> Tensor { variance(axes: Array(shape.indices), correction: correction) }

  // MARK: Largest and smallest

  /// The largest scalar over the given axes. Where several are equal they share the gradient evenly.
  public func max(axes: [Int], keepDims: Bool = false) -> Tensor { extreme(axes: axes, keepDims: keepDims, sign: 1) }

  /// The smallest scalar over the given axes. Where several are equal they share the gradient evenly.
  public func min(axes: [Int], keepDims: Bool = false) -> Tensor { extreme(axes: axes, keepDims: keepDims, sign: -1) }

  public func max(axis: Int, keepDims: Bool = false) -> Tensor { max(axes: [axis], keepDims: keepDims) }
  public func min(axis: Int, keepDims: Bool = false) -> Tensor { min(axes: [axis], keepDims: keepDims) }

  /// The largest of all scalars, of shape `[]`.
  public func max() -> Tensor { max(axes: Array(shape.indices)) }

  /// The smallest of all scalars, of shape `[]`.
  public func min() -> Tensor { min(axes: Array(shape.indices)) }

  private func extreme(axes: [Int], keepDims: Bool, sign: Float) -> Tensor {
    let axes = resolved(axes)
    let r = Reduction(self, axes: axes)
    guard r.reduced > 0 else {
      fatalError("max/min: nothing to reduce in a tensor of shape \(shape) over axes \(axes).")
    }
    let x = r.source.pointer
    let value = Tensor(shape: keepDims ? r.keptShape : r.droppedShape) { y in
      parallelRows(r.outer, length: r.reduced * r.inner) { blocks in
        for block in blocks {
          let out = y + block * r.inner
          let rows = x + block * r.reduced * r.inner
          if r.inner == 1 {
            out[0] = Extremum.largest(rows, count: r.reduced, sign: sign)
            continue
          }
          for index in 0..<r.inner { out[index] = rows[index] }
          for row in 1..<Swift.max(r.reduced, 1) {
            let source = rows + row * r.inner
            for index in 0..<r.inner {
              out[index] = Extremum.better(source[index], out[index], sign)
            }
          }
        }
      }
    }
    let kept = r.keptShape
    return value.recorded(from: [self], keepsOutput: true) { g, y, _ in
      let hits = self.detached() .== y.detached().reshaped(kept)
      return g.reshaped(kept) * (hits / hits.sum(axes: axes, keepDims: true))
    }
  }
}
