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
          let share = 1 / SoftmaxRow.exponentials(source + row * length, to: target, count: length).sum
          for index in 0..<length { target[index] *= share }
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
            let start = row * length
            SoftmaxRow.gradient(gradient + start, probability + start, to: result + start, count: length)
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
          let (largest, sum) = SoftmaxRow.exponentials(from, to: target, count: length)
          let logSum = VectorMath.log(sum)
          for index in 0..<length { target[index] = (from[index] - largest) - logSum }
        }
      }
    }
    return value.recorded(from: [x], keepsOutput: true) { g, y, _ in g - exp(y) * g.sum(axis: -1, keepDims: true) }
  }
}

/// ln Σ eˣ over the given axes, with the largest taken out first: right also where every eˣ would overflow or vanish.
///
/// ∂y/∂xᵢ = e^{xᵢ − y}, the softmax; NaN where y is infinite, as in PyTorch.
public func logSumExp(_ x: Tensor, axes: [Int], keepDims: Bool = false) -> Tensor {
  let axes = x.resolved(axes)
  let source = x.detached()
  // An infinite largest would give ∞ − ∞.
  let largest = source.max(axes: axes, keepDims: true)
  let shift = `where`(abs(largest) .< .infinity, largest, Tensor(0))
  let kept = log(exp(source - shift).sum(axes: axes, keepDims: true)) + shift
  let value = keepDims ? kept : kept.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
  return value.recorded(from: [x], keepsOutput: true) { g, y, _ in
    g.reshaped(kept.shape) * exp(x - y.reshaped(kept.shape))
  }
}

/// ln Σ eˣ over one axis.
public func logSumExp(_ x: Tensor, axis: Int, keepDims: Bool = false) -> Tensor {
  logSumExp(x, axes: [axis], keepDims: keepDims)
}

/// softmax over several axes taken together: e^{xᵢ} / Σⱼ e^{xⱼ}, j running over all of them.
public func softmax(_ x: Tensor, axes: [Int]) -> Tensor { overLastAxes(x, axes: axes) { softmax($0) } }

/// ln softmax over several axes taken together.
public func logSoftmax(_ x: Tensor, axes: [Int]) -> Tensor { overLastAxes(x, axes: axes) { logSoftmax($0) } }

/// Applies a function of the last axis to several axes as if they were one.
private func overLastAxes(_ x: Tensor, axes: [Int], _ body: (Tensor) -> Tensor) -> Tensor {
  let axes = x.resolved(axes)
  let order = x.shape.indices.filter { !axes.contains($0) } + axes
  let moved = x.transposed(axes: order)
  let rows = moved.shape.dropLast(axes.count).reduce(1, *)
  let result = body(moved.reshaped([rows, axes.map { x.shape[$0] }.reduce(1, *)])).reshaped(moved.shape)
  return result.transposed(axes: order.indices.map { axis in order.firstIndex(of: axis)! })
}

/// Applies a function of the last axis to any axis.
private func overLastAxis(_ x: Tensor, axis: Int, _ body: (Tensor) -> Tensor) -> Tensor {
  let axis = x.resolved(axis)
  if axis == x.ndim - 1 { return body(x) }
  var order = Array(x.shape.indices)
  order.swapAt(axis, x.ndim - 1)
  return body(x.transposed(axes: order)).transposed(axes: order)
}
