/// softmax(x)ᵢ = e^{xᵢ} / Σⱼ e^{xⱼ} along one axis; the largest is subtracted first, so nothing overflows.
public func softmax(_ x: Tensor, axis: Int = -1) -> Tensor {
  overLastAxis(x, axis: axis) { x in
    let length = x.dim(-1)
    let rows = x.scalarCount / Swift.max(length, 1)
    let value = Tensor(shape: x.shape) { y in
      let source = x.pointer
      parallelRows(rows, length: 8 * length) { range in
        for row in range {
          let target = y + row * length
          let sum = shiftedExponentials(source + row * length, to: target, count: length).sum
          let scale = 1 / sum
          for index in 0..<length { target[index] *= scale }
        }
      }
    }
    return value.recorded(from: [x], keepsOutput: true) { g, y, _ in
      if isRecording(g, y) { return y * (g - (g * y).sum(axis: -1, keepDims: true)) }
      return Tensor(shape: y.shape) { result in
        let gradient = g.pointer
        let probability = y.pointer
        parallelRows(rows, length: 4 * length) { range in
          for row in range {
            let target = result + row * length
            let gRow = gradient + row * length
            let yRow = probability + row * length
            for index in 0..<length { target[index] = gRow[index] * yRow[index] }
            let dot = Summation.sum(target, count: length)
            for index in 0..<length { target[index] -= yRow[index] * dot }
          }
        }
      }
    }
  }
}

/// ln softmax(x) along one axis, without taking the logarithm of a number that has become 0.
public func logSoftmax(_ x: Tensor, axis: Int = -1) -> Tensor {
  overLastAxis(x, axis: axis) { x in
    let length = x.dim(-1)
    let rows = x.scalarCount / Swift.max(length, 1)
    let value = Tensor(shape: x.shape) { y in
      let source = x.pointer
      parallelRows(rows, length: 8 * length) { range in
        for row in range {
          let from = source + row * length
          let target = y + row * length
          let (largest, sum) = shiftedExponentials(from, to: target, count: length)
          let logSum = VectorMath.log(sum)
          for index in 0..<length { target[index] = (from[index] - largest) - logSum }
        }
      }
    }
    return value.recorded(from: [x], keepsOutput: true) { g, y, _ in g - exp(y) * g.sum(axis: -1, keepDims: true) }
  }
}

/// ln Σ eˣ over the given axes, with the largest taken out first: right also where every eˣ would overflow or vanish.
public func logSumExp(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor {
  // An infinite largest would give ∞ − ∞.
  let largest = x.detached().max(axes: axes, keepDims: true)
  let shift = `where`(abs(largest) .< .infinity, largest, Tensor(0))
  let kept = log(exp(x - shift).sum(axes: axes, keepDims: true)) + shift
  if keepDims { return kept }
  let dropped = x.resolved(axes)
  return kept.reshaped(x.shape.indices.filter { !dropped.contains($0) }.map { x.shape[$0] })
}

/// ln Σ eˣ over one axis.
public func logSumExp(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor {
  logSumExp(x, axes: [axis], keepDims: keepDims)
}

/// Writes e^{xᵢ − max x} and returns the largest x and the sum.
private func shiftedExponentials(
  _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
) -> (largest: Float, sum: Float) {
  var largest = -Float.infinity
  for index in 0..<count { largest = x[index] > largest ? x[index] : largest }
  // A row of −∞ only, as a mask can make it, gives NaN as in every framework; +∞ too.
  for index in 0..<count { y[index] = VectorMath.exp(x[index] - largest) }
  return (largest, Summation.sum(y, count: count))
}

/// Applies a function of the last axis to any axis.
private func overLastAxis(_ x: Tensor, axis: Int, _ body: (Tensor) -> Tensor) -> Tensor {
  let axis = x.resolved(axis)
  if axis == x.ndim - 1 { return body(x) }
  var order = Array(x.shape.indices)
  order.swapAt(axis, x.ndim - 1)
  return body(x.transposed(axes: order)).transposed(axes: order)
}
