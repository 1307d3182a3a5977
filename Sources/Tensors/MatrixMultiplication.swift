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
    if batch == 1 { return MatrixProduct.run(m: m, n: n, k: k, a: viewA, b: viewB, c: c, cStride: n) }
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
          c: c + index * m * n, cStride: n, isParallel: false)
      }
    }
  }
  // What is recorded holds on to both operands; to make that ready and drop it would cost small products a tenth.
  if a.node == nil && b.node == nil { return value }
  return value.recorded(from: [a, b]) { g, _, index in
    if index == 0 {
      return transposeA
        ? matmul(b, g, transposeA: transposeB, transposeB: true) : matmul(g, b, transposeB: !transposeB)
    }
    return transposeB
      ? matmul(g, a, transposeA: true, transposeB: transposeA) : matmul(a, g, transposeA: !transposeA)
  }
}

/// The axes before the last two, broadcast; nil if they do not fit.
private func leadingAxes(_ a: Tensor, _ b: Tensor) -> [Int]? {
  // Two matrices, as nearly always, have none: to cut up their shapes would cost small ones dearly.
  a.ndim == 2 && b.ndim == 2 ? [] : broadcastShape(Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)))
}

/// x Wᵀ + b: a linear layer, `[…, in] → […, out]`, with PyTorch's weight `[out, in]` and bias `[out]`.
public func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) -> Tensor {
  if x.ndim == 1 { return linear(x.reshaped([1, -1]), weight: weight, bias: bias).reshaped([-1]) }
  guard let bias else { return matmul(x, weight, transposeB: true) }
  guard x.ndim > 1, weight.ndim == 2, x.dim(-1) == weight.shape[1], bias.shape == [weight.shape[0]] else {
    fatalError(
      "linear: x \(x.shape), weight \(weight.shape) and bias \(bias.shape) must be […, in], [out, in] and [out].")
  }
  let (outputs, inputs) = (weight.shape[0], weight.shape[1])
  let lead = Array(x.shape.dropLast())
  let rows = lead.reduce(1, *)
  // The sums begin with the bias, which is cheaper than to add it in the end.
  let value = Tensor(shape: lead + [outputs]) { y in
    MatrixProduct.run(
      m: rows, n: outputs, k: inputs, a: MatrixView(x.pointer, columns: inputs, isTransposed: false),
      b: MatrixView(weight.pointer, columns: inputs, isTransposed: true), c: y, cStride: outputs,
      start: .columnBias(bias.pointer))
  }
  return value.recorded(from: [x, weight, bias]) { g, _, index in
    switch index {
    case 0: matmul(g, weight)
    case 1: matmul(g.reshaped([rows, outputs]), x.reshaped([rows, inputs]), transposeA: true)
    default: g.sum(axes: Array(lead.indices))
    }
  }
}
