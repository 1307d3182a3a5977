/// How two shapes are walked together: axes of which both are contiguous, or both repeated, are merged into one.
struct BroadcastPlan {
  /// The result's shape.
  let shape: [Int]
  /// Lengths and strides of the merged axes; the last is the innermost.
  private(set) var lengths: [Int] = []
  private(set) var stridesA: [Int] = []
  private(set) var stridesB: [Int] = []

  init(_ a: [Int], _ b: [Int], operation: StaticString) {
    guard let shape = broadcastShape(a, b) else {
      fatalError(
        "\(operation): the shapes \(a) and \(b) do not broadcast: axes counted from the end must be equal or 1.")
    }
    self.shape = shape
    let strideA = Self.strides(of: a, in: shape)
    let strideB = Self.strides(of: b, in: shape)
    for axis in shape.indices where shape[axis] != 1 {
      if let last = lengths.indices.last,
        stridesA[last] == strideA[axis] * shape[axis], stridesB[last] == strideB[axis] * shape[axis]
      {
        lengths[last] *= shape[axis]
        stridesA[last] = strideA[axis]
        stridesB[last] = strideB[axis]
      } else {
        lengths.append(shape[axis])
        stridesA.append(strideA[axis])
        stridesB.append(strideB[axis])
      }
    }
    if lengths.isEmpty {
      lengths = [1]
      stridesA = [0]
      stridesB = [0]
    }
  }

  /// The strides of a row-major tensor seen in a larger shape: 0 where it is repeated.
  static func strides(of own: [Int], in shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for (axis, length) in zip((0..<shape.count).reversed(), own.reversed()) {
      if length != 1 { strides[axis] = stride }
      stride *= length
    }
    return strides
  }

  /// Calls `body(result offset, offset in a, offset in b)` for every innermost row with a number in `rows`.
  @inline(__always)
  func forEachRow(_ rows: Range<Int>, _ body: (Int, Int, Int) -> Void) {
    let outer = lengths.count - 1
    let inner = lengths[outer]
    var index = [Int](repeating: 0, count: outer)
    var offsetA = 0
    var offsetB = 0
    var rest = rows.lowerBound
    for axis in (0..<outer).reversed() {
      index[axis] = rest % lengths[axis]
      rest /= lengths[axis]
      offsetA += index[axis] * stridesA[axis]
      offsetB += index[axis] * stridesB[axis]
    }
    for row in rows {
      body(row * inner, offsetA, offsetB)
      var axis = outer - 1
      while axis >= 0 {
        index[axis] += 1
        offsetA += stridesA[axis]
        offsetB += stridesB[axis]
        if index[axis] < lengths[axis] { break }
        offsetA -= index[axis] * stridesA[axis]
        offsetB -= index[axis] * stridesB[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}

/// The common shape of two shapes by NumPy's rule, or nil.
func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
  let count = max(a.count, b.count)
  var shape = [Int](repeating: 1, count: count)
  for back in 1...max(count, 1) where back <= count {
    let x = back <= a.count ? a[a.count - back] : 1
    let y = back <= b.count ? b[b.count - back] : 1
    guard x == y || x == 1 || y == 1 else { return nil }
    shape[count - back] = x == 1 ? y : x
  }
  return shape
}

extension Tensor {
  /// A new tensor of f applied to the scalars of two tensors under broadcasting.
  @inline(__always)
  func zipped<Function: BinaryFunction>(_ other: Tensor, operation: StaticString, _ f: Function) -> Tensor {
    if shape == other.shape { return zippedFlat(other, f) }
    let plan = BroadcastPlan(shape, other.shape, operation: operation)
    let a = pointer
    let b = other.pointer
    let inner = plan.lengths[plan.lengths.count - 1]
    let strideA = plan.stridesA[plan.lengths.count - 1]
    let strideB = plan.stridesB[plan.lengths.count - 1]
    return Tensor(shape: plan.shape) { y in
      let count = plan.shape.reduce(1, *)
      guard count > 0 else { return }
      if plan.lengths.count == 1 {
        // One of the two is a single number, or they differ only in axes of length 1.
        parallelFor(count, grain: elementwiseGrain) { range in
          if strideA == strideB {
            for index in range { y[index] = f(a[index], b[index]) }
          } else if strideA == 0 {
            let left = a[0]
            for index in range { y[index] = f(left, b[index]) }
          } else {
            let right = b[0]
            for index in range { y[index] = f(a[index], right) }
          }
        }
        return
      }
      parallelRows(count / inner, length: inner) { rows in
        plan.forEachRow(rows) { result, startA, startB in
          let y = y + result
          let a = a + startA
          let b = b + startB
          if strideA == 1 && strideB == 1 {
            for index in 0..<inner { y[index] = f(a[index], b[index]) }
          } else if strideA == 0 {
            let left = a[0]
            for index in 0..<inner { y[index] = f(left, b[index]) }
          } else {
            let right = b[0]
            for index in 0..<inner { y[index] = f(a[index], right) }
          }
        }
      }
    }
  }

  /// The same numbers, repeated along axes of length 1 and along new leading axes until they fill `shape`.
  public func broadcast(to shape: [Int]) -> Tensor {
    if shape == self.shape { return self }
    guard broadcastShape(self.shape, shape) == shape else {
      fatalError("broadcast(to:): a tensor of shape \(self.shape) does not broadcast to \(shape).")
    }
    let repeated = detached().zipped(.uninitialized(shape), operation: "broadcast(to:)", Pointwise.First())
    // The engine sums the gradient back to this tensor's shape.
    return repeated.recorded(from: [self]) { g, _, _ in g }
  }

  /// A tensor that is there for its shape only.
  private static func uninitialized(_ shape: [Int]) -> Tensor { Tensor(shape: shape) { _ in } }
}

/// Cuts rows of `length` scalars among the threads, if there is work enough.
@inline(__always)
func parallelRows(_ rows: Int, length: Int, _ body: (Range<Int>) -> Void) {
  let pieces = min(rows, pieceCount(rows * length))
  parallelTasks(pieces) { piece in body(rows * piece / pieces..<rows * (piece + 1) / pieces) }
}
