/// Group normalisation: the channels are cut into groups, and each group of each image is brought to mean 0 and
/// variance 1.
///
/// y = (x − μ)/√(v + ε) · weight + bias, with μ and v (divided by n) over the channels of a group and all places;
/// weight and bias are `[C]`. The input is `[N, C, …]`. The result does not depend on the batch.
///
/// Source: Y. Wu, K. He, "Group Normalization", ECCV 2018, eq. 1–6.
public func groupNorm(
  _ x: Tensor, groupCount: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Float = 1e-5
) -> Tensor {
  guard x.ndim >= 2, groupCount > 0, x.shape[1] % groupCount == 0 else {
    fatalError("groupNorm: the channels of \(x.shape) [N, C, …] do not divide into \(groupCount) groups.")
  }
  let channels = x.shape[1]
  for parameter in [weight, bias] {
    if let parameter, parameter.shape != [channels] {
      fatalError(
        "groupNorm: weight and bias must have the shape [\(channels)] of the channels; one has \(parameter.shape).")
    }
  }
  let rows = x.shape[0] * groupCount
  let length = x.scalarCount / Swift.max(rows, 1)
  let places = x.shape[2...].reduce(1, *)
  let grouped = [x.shape[0], groupCount, -1]
  let perChannel = [channels] + [Int](repeating: 1, count: x.ndim - 2)

  // Mean and 1/√(v + ε) of every group, kept for the backward pass.
  let statistics = Storage(count: 2 * rows)
  let value = Tensor(shape: x.shape) { y in
    let source = x.pointer
    parallelRows(rows, length: 2 * length) { range in
      for row in range {
        let from = source + row * length
        let to = y + row * length
        let mean = Summation.sum(from, count: length) / Float(length)
        let variance = centredSquares(from, mean: mean, count: length) / Float(length)
        let scale = 1 / (variance + eps).squareRoot()
        statistics.pointer[2 * row] = mean
        statistics.pointer[2 * row + 1] = scale
        let firstChannel = row % groupCount * (channels / groupCount)
        for channel in 0..<channels / groupCount {
          let gain = scale * (weight?.pointer[firstChannel + channel] ?? 1)
          let offset = (bias?.pointer[firstChannel + channel] ?? 0) - mean * gain
          let part = channel * places
          for place in part..<part + places { to[place] = offset.addingProduct(from[place], gain) }
        }
      }
    }
  }

  // x̂ in single operations: what derivatives of higher order need.
  func normalized() -> Tensor {
    let g = x.reshaped(grouped)
    let centred = g - g.mean(axis: -1, keepDims: true)
    return centred * rsqrt(square(centred).mean(axis: -1, keepDims: true) + eps)
  }

  let inputs = [x] + [weight, bias].compactMap { $0 }
  return value.recorded(from: inputs) { g, _, index in
    let isBias = index == 2 || (index == 1 && weight == nil)
    let otherAxes = [0] + Array(2..<x.ndim)
    if isBias { return g.sum(axes: otherAxes) }
    if isRecording(g, x) || (index == 0 && weight.map { isRecording($0) } ?? false) {
      if index == 1 { return (g * normalized().reshaped(x.shape)).sum(axes: otherAxes) }
      let centred = x.reshaped(grouped) - x.reshaped(grouped).mean(axis: -1, keepDims: true)
      let scale = rsqrt(square(centred).mean(axis: -1, keepDims: true) + eps)
      let xHat = centred * scale
      let gHat = (weight.map { g * $0.reshaped(perChannel) } ?? g).reshaped(grouped)
      let projected =
        gHat - gHat.mean(axis: -1, keepDims: true) - xHat * (gHat * xHat).mean(axis: -1, keepDims: true)
      return (projected * scale).reshaped(x.shape)
    }
    return index == 0
      ? groupNormInputGradient(
        g, x, weight: weight, statistics: statistics, groupCount: groupCount, rows: rows, length: length, places: places
      )
      : groupNormWeightGradient(g, x, statistics: statistics, groupCount: groupCount, places: places)
  }
}

/// Σ (x − mean)², in sixteen lanes.
private func centredSquares(_ x: UnsafePointer<Float>, mean: Float, count: Int) -> Float {
  var total = SIMD16<Float>.zero
  let centre = SIMD16<Float>(repeating: mean)
  var index = 0
  while index + 16 <= count {
    let d = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD16<Float>.self) - centre
    total.addProduct(d, d)
    index += 16
  }
  var sum = Summation.horizontalSum(total)
  while index < count {
    sum += (x[index] - mean) * (x[index] - mean)
    index += 1
  }
  return sum
}

/// Σ gᵢ and Σ gᵢ (xᵢ − mean), in sixteen lanes.
@inline(__always)
private func sumAndDot(
  _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, mean: Float, count: Int
) -> (sum: Float, dot: Float) {
  let centre = SIMD16<Float>(repeating: mean)
  var sums = SIMD16<Float>.zero
  var dots = SIMD16<Float>.zero
  var index = 0
  while index + 16 <= count {
    let u = UnsafeRawPointer(g + index).loadUnaligned(as: SIMD16<Float>.self)
    let v = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD16<Float>.self) - centre
    sums += u
    dots.addProduct(u, v)
    index += 16
  }
  var sum = Summation.horizontalSum(sums)
  var dot = Summation.horizontalSum(dots)
  while index < count {
    sum += g[index]
    dot += g[index] * (x[index] - mean)
    index += 1
  }
  return (sum, dot)
}

/// dx = scale · (ĝ − mean ĝ − x̂ · mean(ĝ x̂)) with ĝ = g · weight, group by group.
private func groupNormInputGradient(
  _ g: Tensor, _ x: Tensor, weight: Tensor?, statistics: Storage, groupCount: Int, rows: Int, length: Int, places: Int
) -> Tensor {
  let perGroup = x.shape[1] / groupCount
  return Tensor(shape: x.shape) { result in
    parallelRows(rows, length: 4 * length) { range in
      for row in range {
        let gradient = g.pointer + row * length
        let source = x.pointer + row * length
        let target = result + row * length
        let mean = statistics.pointer[2 * row]
        let scale = statistics.pointer[2 * row + 1]
        let firstChannel = row % groupCount * perGroup
        var sum: Float = 0
        var dot: Float = 0
        for channel in 0..<perGroup {
          let gain = weight?.pointer[firstChannel + channel] ?? 1
          let part = sumAndDot(gradient + channel * places, source + channel * places, mean: mean, count: places)
          sum += gain * part.sum
          dot += gain * part.dot
        }
        let meanGradient = scale * sum / Float(length)
        let slope = -scale * scale * (scale * dot / Float(length))
        for channel in 0..<perGroup {
          let gain = scale * (weight?.pointer[firstChannel + channel] ?? 1)
          let part = channel * places
          for place in part..<part + places {
            target[place] = (gain * gradient[place] - meanGradient).addingProduct(source[place] - mean, slope)
          }
        }
      }
    }
  }
}

/// dweight[c] = Σ over images and places of g · x̂.
private func groupNormWeightGradient(_ g: Tensor, _ x: Tensor, statistics: Storage, groupCount: Int, places: Int)
  -> Tensor
{
  let channels = x.shape[1]
  let perGroup = channels / groupCount
  return Tensor(shape: [channels]) { result in
    parallelRows(channels, length: 2 * x.shape[0] * places) { range in
      for channel in range {
        var total = 0.0
        for image in 0..<x.shape[0] {
          let start = (image * channels + channel) * places
          let row = image * groupCount + channel / perGroup
          let part = sumAndDot(g.pointer + start, x.pointer + start, mean: statistics.pointer[2 * row], count: places)
          total += Double(statistics.pointer[2 * row + 1] * part.dot)
        }
        result[channel] = Float(total)
      }
    }
  }
}
