/// The matrix product over the last two axes, with leading axes broadcast: `[…, m, k] · […, k, n] → […, m, n]`.
///
/// - Parameters:
///   - transposeA: read the last two axes of `a` exchanged, without copying it.
///   - transposeB: the same for `b`; `matmul(x, w, transposeB: true)` is a linear layer with weight `[out, in]`.
/// - Complexity: O(m n k) multiply-adds a matrix.
public func matmul(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
  product(a, b, transposeA: transposeA, transposeB: transposeB)
}

/// ``matmul(_:_:transposeA:transposeB:)``, each number of the product passed through a gate if there is one.
private func product(
  _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, through gate: Gate? = nil
) -> Tensor {
  guard a.ndim >= 2, b.ndim >= 2 else {
    fatalError("matmul: both operands need two axes or more; the shapes are \(a.shape) and \(b.shape).")
  }
  // Many matrices times one are a single tall matrix times that one.
  if a.ndim > 2, b.ndim == 2, !transposeA {
    let lead = Array(a.shape.dropLast())
    let tall = product(
      a.reshaped([-1, a.dim(-1)]), b, transposeA: false, transposeB: transposeB, through: gate)
    return tall.reshaped(lead + [tall.dim(-1)])
  }
  let m = a.dim(transposeA ? -1 : -2)
  let k = a.dim(transposeA ? -2 : -1)
  let n = b.dim(transposeB ? -2 : -1)
  // Two matrices, as nearly always, have no leading axes: to cut up their shapes would cost small ones dearly.
  let isSingle = a.ndim == 2 && b.ndim == 2
  let leadA = isSingle ? [] : Array(a.shape.dropLast(2))
  let leadB = isSingle ? [] : Array(b.shape.dropLast(2))
  guard b.dim(transposeB ? -1 : -2) == k, let lead = isSingle ? [] : broadcastShape(leadA, leadB) else {
    fatalError(
      "matmul: shapes \(a.shape)\(transposeA ? " (transposed)" : "") and \(b.shape)\(transposeB ? " (transposed)" : "") "
        + "do not fit: the inner lengths must agree and the leading axes broadcast.")
  }
  let viewA = MatrixView(a.pointer, columns: transposeA ? m : k, isTransposed: transposeA)
  let viewB = MatrixView(b.pointer, columns: transposeB ? k : n, isTransposed: transposeB)
  let value = Tensor(shape: isSingle ? [m, n] : lead + [m, n]) { c in
    let batch = lead.reduce(1, *)
    func tileGate(_ index: Int) -> Tile.Gate? {
      gate.map { Tile.Gate(numbers: $0.numbers.pointer + index * m * n, slope: $0.slope) }
    }
    if batch == 1 {
      return MatrixProduct.run(m: m, n: n, k: k, a: viewA, b: viewB, c: c, cStride: n, gate: tileGate(0))
    }
    let stridesA = BroadcastPlan.strides(of: leadA, in: lead)
    let stridesB = BroadcastPlan.strides(of: leadB, in: lead)
    parallelRows(batch, length: m * n * k / 8) { range in
      for index in range {
        var rest = index
        var matrixA = 0
        var matrixB = 0
        for axis in lead.indices.reversed() {
          matrixA += rest % lead[axis] * stridesA[axis]
          matrixB += rest % lead[axis] * stridesB[axis]
          rest /= lead[axis]
        }
        MatrixProduct.run(
          m: m, n: n, k: k, a: viewA.advanced(by: matrixA * m * k), b: viewB.advanced(by: matrixB * k * n),
          c: c + index * m * n, cStride: n, isParallel: false, gate: tileGate(index))
      }
    }
  }
  // What is recorded holds on to both operands; to make that ready and drop it would cost small products a tenth.
  if a.node == nil && b.node == nil { return value }
  let result = value.recorded(from: [a, b], operation: "matmul") { g, _, index in
    if index == 0 {
      return transposeA
        ? matmul(b, g, transposeA: transposeB, transposeB: true) : matmul(g, b, transposeB: !transposeB)
    }
    return transposeB
      ? matmul(g, a, transposeA: true, transposeB: transposeA) : matmul(a, g, transposeA: !transposeA)
  }
  // Where A was repeated its gradient is a sum, which must come before the gate.
  guard result.node != nil, !transposeA, leadA == lead else { return result }
  return result.gating { g, gate in product(g, b, transposeA: false, transposeB: !transposeB, through: gate) }
}

/// x Wᵀ + b: a linear layer, `[…, in] → […, out]`, with PyTorch's weight `[out, in]` and bias `[out]`.
public func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  if x.ndim == 1 { return linear(x.reshaped([1, -1]), weight: weight, bias: bias).reshaped([-1]) }
  guard let bias else { return matmul(x, weight, transposeB: true) }
  return linearValue(x, weight, bias, gate: nil).recordedLinear(x, weight, bias)
}

/// max(0, x Wᵀ + b), or slope · (x Wᵀ + b) where that is negative: ``relu(_:)`` or, with a positive slope,
/// ``leakyReLU(_:slope:)`` of a ``linear(_:weight:bias:)`` layer, computed in one pass over the numbers.
public func rectifiedLinear(_ x: Tensor, weight: Tensor, bias: Tensor, slope: Float? = nil) -> Tensor {
  guard x.ndim > 1, slope.map({ $0 > 0 }) ?? true else {
    let y = linear(x, weight: weight, bias: bias)
    return slope.map { leakyReLU(y, slope: $0) } ?? relu(y)
  }
  let value = linearValue(x, weight, bias, gate: Tile.Gate(numbers: nil, slope: slope))
  // The graph is that of the two operations. The activation's rule asks only where its input was positive, and its
  // output is positive in the same places.
  let layer = value.recordedLinear(x, weight, bias)
  return slope.map { value.recordedLeakyReLU(of: layer, slope: $0) } ?? value.recordedReLU(of: layer)
}

private func linearValue(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, gate: Tile.Gate?) -> Tensor {
  guard weight.ndim == 2, x.dim(-1) == weight.shape[1], bias.shape == [weight.shape[0]] else {
    fatalError(
      "linear: x \(x.shape), weight \(weight.shape) and bias \(bias.shape) must be […, in], [out, in] and [out].")
  }
  let (outputs, inputs) = (weight.shape[0], weight.shape[1])
  let lead = Array(x.shape.dropLast())
  return Tensor(shape: lead + [outputs]) { y in
    MatrixProduct.run(
      m: lead.reduce(1, *), n: outputs, k: inputs, a: MatrixView(x.pointer, columns: inputs, isTransposed: false),
      b: MatrixView(weight.pointer, columns: inputs, isTransposed: true), c: y, cStride: outputs,
      start: .columnBias(bias.pointer), gate: gate)
  }
}

extension Tensor {
  /// This value, recorded as x Wᵀ + b.
  fileprivate func recordedLinear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let rows = shape.dropLast().reduce(1, *)
    return recorded(from: [x, weight, bias], operation: "linear") { g, _, index in
      switch index {
      case 0: matmul(g, weight)
      case 1: matmul(g.reshaped([rows, outputs]), x.reshaped([rows, inputs]), transposeA: true)
      default: g.sum(axes: Array(0..<g.ndim - 1))
      }
    }.gating { g, gate in product(g, weight, transposeA: false, transposeB: false, through: gate) }
  }
}
