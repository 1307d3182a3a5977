/// Layer normalisation: the numbers of the last axis are brought to mean 0 and variance 1.
///
/// y = (x − μ)/√(v + ε) · weight + bias, with μ and v (divided by n) over the last axis; weight and bias are `[D]`,
/// the input is `[…, D]`.
///
/// Source: J. Ba, J. Kiros, G. Hinton, "Layer Normalization", 2016, eq. 4.
public func layerNorm(_ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, eps: Float = 1e-5) -> Tensor {
  guard let length = x.shape.last, length > 0 else {
    fatalError("layerNorm: a tensor of shape \(x.shape) has no last axis to normalise.")
  }
  for parameter in [weight, bias] {
    if let parameter, parameter.shape != [length] {
      fatalError(
        "layerNorm: weight and bias must have the shape [\(length)] of x \(x.shape)'s last axis; one has \(parameter.shape)."
      )
    }
  }
  let kernel = LayerNormKernel(rows: x.scalarCount / length, length: length)
  let statistics = Storage(count: 2 * kernel.rows)
  let value = Tensor(shape: x.shape) { y in
    kernel.forward(
      x.pointer, weight: weight?.pointer, bias: bias?.pointer, eps: eps, to: y, statistics: statistics.pointer)
  }
  var gradients = NormalizationGradients { g, dx in
    let sums = Tensor(shape: [2, length]) { sums in
      kernel.backward(
        g.pointer, x.pointer, weight: weight?.pointer, statistics: statistics.pointer, dx: dx, parameters: sums)
    }
    return (sums[0], sums[1])
  }
  let inputs = [x] + [weight, bias].compactMap { $0 }
  return value.recorded(from: inputs) { g, _, index in
    let isBias = index == 2 || (index == 1 && weight == nil)
    let lead = Array(0..<x.ndim - 1)
    if isRecording(g, x) || (weight.map { isRecording($0) } ?? false) {
      if isBias { return g.sum(axes: lead) }
      let centred = x - x.mean(axis: -1, keepDims: true)
      let scale = rsqrt(square(centred).mean(axis: -1, keepDims: true) + eps)
      let xHat = centred * scale
      if index == 1 { return (g * xHat).sum(axes: lead) }
      let gHat = weight.map { g * $0 } ?? g
      return scale
        * (gHat - gHat.mean(axis: -1, keepDims: true) - xHat * (gHat * xHat).mean(axis: -1, keepDims: true))
    }
    if index == 0 { return gradients.input(g, keepsParameters: inputs.count > 1) }
    return gradients.parameter(isOffset: isBias, g)
  }
}

/// The loops of ``layerNorm(_:weight:bias:eps:)``, each one walk over memory: a row stays in the cache while it is
/// summed, centred and written.
private struct LayerNormKernel {
  let rows: Int
  let length: Int

  private typealias Vector = SIMD16<Float>

  @inline(__always)
  private static func load(_ p: UnsafePointer<Float>, _ index: Int) -> Vector {
    UnsafeRawPointer(p + index).loadUnaligned(as: Vector.self)
  }

  /// Writes y, and mean and 1/√(v + ε) of every row.
  func forward(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>?, bias: UnsafePointer<Float>?, eps: Float,
    to y: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>
  ) {
    parallelRows(rows, length: 2 * length) { range in
      for row in range {
        let from = x + row * length
        let to = y + row * length
        let mean = Summation.sum(from, count: length) / Float(length)
        let scale = 1 / (centredSquares(from, mean: mean) / Float(length) + eps).squareRoot()
        statistics[2 * row] = mean
        statistics[2 * row + 1] = scale
        for i in 0..<length { to[i] = (from[i] - mean) * scale }
        if let weight { for i in 0..<length { to[i] *= weight[i] } }
        if let bias { for i in 0..<length { to[i] += bias[i] } }
      }
    }
  }

  /// Σ (x − mean)², in sixteen lanes.
  private func centredSquares(_ x: UnsafePointer<Float>, mean: Float) -> Float {
    var total = Vector.zero
    let centre = Vector(repeating: mean)
    var i = 0
    while i + 16 <= length {
      let d = Self.load(x, i) - centre
      total.addProduct(d, d)
      i += 16
    }
    var sum = Summation.horizontalSum(total)
    while i < length {
      sum += (x[i] - mean) * (x[i] - mean)
      i += 1
    }
    return sum
  }

  /// dx = scale · (ĝ − mean ĝ − x̂ · mean(ĝ x̂)) with ĝ = g · weight, if it has a place; `parameters` [2, length] becomes
  /// Σ g x̂ and Σ g. The rows are summed in groups of 64, the groups in order.
  func backward(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>?,
    statistics: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>?, parameters: UnsafeMutablePointer<Float>
  ) {
    let group = 64
    let groups = Swift.max(1, (rows + group - 1) / group)
    let partial = Storage(count: groups * 2 * length)
    parallelRows(groups, length: 4 * group * length) { range in
      for index in range {
        let slope = partial.pointer + index * 2 * length
        let shift = slope + length
        slope.update(repeating: 0, count: 2 * length)
        for row in index * group..<Swift.min(rows, (index + 1) * group) {
          let (g, x) = (g + row * length, x + row * length)
          let (mean, scale) = (statistics[2 * row], statistics[2 * row + 1])
          for i in 0..<length {
            slope[i] = slope[i].addingProduct(g[i], (x[i] - mean) * scale)
            shift[i] += g[i]
          }
          if let dx { inputGradient(g, x, weight: weight, mean: mean, scale: scale, to: dx + row * length) }
        }
      }
    }
    for i in 0..<2 * length { parameters[i] = partial.pointer[i] }
    for index in 1..<groups {
      let part = partial.pointer + index * 2 * length
      for i in 0..<2 * length { parameters[i] += part[i] }
    }
  }

  private func inputGradient(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>?, mean: Float, scale: Float,
    to dx: UnsafeMutablePointer<Float>
  ) {
    if let weight {
      for i in 0..<length { dx[i] = g[i] * weight[i] }
    } else {
      for i in 0..<length { dx[i] = g[i] }
    }
    let centre = Vector(repeating: mean)
    var sums = Vector.zero
    var dots = Vector.zero
    var i = 0
    while i + 16 <= length {
      let u = Self.load(dx, i)
      sums += u
      dots.addProduct(u, Self.load(x, i) - centre)
      i += 16
    }
    var (sum, dot) = (Summation.horizontalSum(sums), Summation.horizontalSum(dots))
    while i < length {
      sum += dx[i]
      dot += dx[i] * (x[i] - mean)
      i += 1
    }
    let meanGradient = sum / Float(length)
    let slope = -scale * scale * dot / Float(length)
    for i in 0..<length { dx[i] = scale * (dx[i] - meanGradient).addingProduct(x[i] - mean, slope) }
  }
}
