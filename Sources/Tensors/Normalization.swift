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
  let perChannel = [channels] + [Int](repeating: 1, count: x.ndim - 2)

  let layout = GroupLayout(x, groupCount: groupCount)
  // Mean and 1/√(v + ε) of every group, kept for the backward pass.
  let statistics = Storage(count: 2 * rows)
  let value = Tensor(shape: x.shape) { y in
    let source = x.pointer
    parallelRows(rows, length: 2 * length) { range in
      for row in range {
        let from = source + row * length
        let to = y + row * length
        let (mean, scale) = layout.statistics(from, eps: eps)
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

  var gradients = NormalizationGradients { g, dx in
    groupNormGradients(g, x, weight: weight, statistics: statistics, layout: layout, dx: dx)
  }
  let inputs = [x] + [weight, bias].compactMap { $0 }
  return value.recorded(from: inputs) { g, _, index in
    let isBias = index == 2 || (index == 1 && weight == nil)
    if isRecording(g, x) || (weight.map { isRecording($0) } ?? false) {
      let otherAxes = [0] + Array(2..<x.ndim)
      if isBias { return g.sum(axes: otherAxes) }
      let single = SingleOperations(x, groupCount: groupCount, eps: eps)
      if index == 1 { return (g * single.normalized.reshaped(x.shape)).sum(axes: otherAxes) }
      return single.inputGradient(weight.map { g * $0.reshaped(perChannel) } ?? g)
    }
    if index == 0 { return gradients.input(g, keepsParameters: inputs.count > 1) }
    return gradients.parameter(isOffset: isBias, g)
  }
}

/// Group normalisation with a gain and an offset for every channel of every image, and SiLU after it: one pass where
/// single operations take five.
///
/// y = silu(x̂ · gain + offset), x̂ as in ``groupNorm(_:groupCount:weight:bias:eps:)``; the input is `[N, C, …]`, gain and
/// offset are `[N, C]`, or `[1, C]` for the same in all images. With gain = weight · (1 + scale) and offset = bias · (1 +
/// scale) + shift it is the conditioned normalisation of diffusion networks (FiLM: E. Perez et al., AAAI 2018).
public func groupNormSiLU(
  _ x: Tensor, groupCount: Int, gain: Tensor, offset: Tensor, eps: Float = 1e-5
) -> Tensor {
  guard x.ndim >= 2, groupCount > 0, x.shape[1] % groupCount == 0,
    [gain, offset].allSatisfy({ $0.shape == [x.shape[0], x.shape[1]] || $0.shape == [1, x.shape[1]] })
  else {
    fatalError(
      "groupNormSiLU: the input \(x.shape) [N, C, …] in \(groupCount) groups, the gain \(gain.shape) and the offset "
        + "\(offset.shape), both [N, C] or [1, C], do not fit.")
  }
  let layout = GroupLayout(x, groupCount: groupCount)
  let statistics = Storage(count: 2 * layout.rows)
  let value = Tensor(shape: x.shape) { y in
    parallelRows(layout.rows, length: 8 * layout.length) { rows in
      for row in rows {
        let (mean, scale) = layout.statistics(x.pointer + row * layout.length, eps: eps)
        statistics.pointer[2 * row] = mean
        statistics.pointer[2 * row + 1] = scale
        layout.forEachChannel(row) { image, channel, start in
          let a = scale * gain.pointer[layout.index(image, channel, of: gain)]
          let b = offset.pointer[layout.index(image, channel, of: offset)] - mean * a
          for place in start..<start + layout.places {
            y[place] = VectorMath.silu(b.addingProduct(x.pointer[place], a))
          }
        }
      }
    }
  }
  var gradients = NormalizationGradients { g, dx in
    groupNormSiLUGradients(g, x, gain: gain, offset: offset, statistics: statistics, layout: layout, dx: dx)
  }
  return value.recorded(from: [x, gain, offset]) { g, _, index in
    if isRecording(g, x, gain, offset) {
      let single = SingleOperations(x, groupCount: groupCount, eps: eps)
      let xHat = single.normalized.reshaped(x.shape)
      let perImage = { (t: Tensor) in t.reshaped(t.shape + [Int](repeating: 1, count: x.ndim - 2)) }
      let u = xHat * perImage(gain) + perImage(offset)
      let s = sigmoid(u)
      let slope = g * (s * (1 + u * (1 - s)))
      switch index {
      case 0: return single.inputGradient(slope * perImage(gain))
      case 1: return (slope * xHat).reshaped([layout.images, layout.channels, -1]).sum(axis: -1)
      default: return slope.reshaped([layout.images, layout.channels, -1]).sum(axis: -1)
      }
    }
    if index == 0 { return gradients.input(g, keepsParameters: gain.node != nil || offset.node != nil) }
    return gradients.parameter(isOffset: index == 2, g)
  }
}

/// The gradients of ``groupNormSiLU(_:groupCount:gain:offset:eps:)``. With h = g · silu′(u): doffset = Σ h, dgain = Σ h x̂,
/// and dx, if it has a place, as for the plain normalisation with ĝ = h · gain.
private func groupNormSiLUGradients(
  _ g: Tensor, _ x: Tensor, gain: Tensor, offset: Tensor, statistics: Storage, layout: GroupLayout,
  dx: UnsafeMutablePointer<Float>?
) -> NormalizationGradients.OfParameters {
  // h lies where dx will be.
  let spare = Storage(count: dx == nil ? x.scalarCount : 0)
  defer { withExtendedLifetime(spare) {} }
  let h = dx ?? spare.pointer
  let dGain = Tensor(shape: [layout.images, layout.channels]) { _ in }
  let dOffset = Tensor(shape: [layout.images, layout.channels]) { _ in }
  parallelRows(layout.rows, length: 12 * layout.length) { rows in
    for row in rows {
      let mean = statistics.pointer[2 * row]
      let scale = statistics.pointer[2 * row + 1]
      var sum: Float = 0
      var dot: Float = 0
      layout.forEachChannel(row) { image, channel, start in
        let factor = gain.pointer[layout.index(image, channel, of: gain)]
        let a = scale * factor
        let b = offset.pointer[layout.index(image, channel, of: offset)] - mean * a
        for place in start..<start + layout.places {
          let u = b.addingProduct(x.pointer[place], a)
          let s = VectorMath.sigmoid(u)
          h[place] = g.pointer[place] * (s * (1 + u * (1 - s)))
        }
        let part = sumAndDot(h + start, x.pointer + start, mean: mean, count: layout.places)
        dOffset.pointer[image * layout.channels + channel] = part.sum
        dGain.pointer[image * layout.channels + channel] = scale * part.dot
        sum += factor * part.sum
        dot += factor * part.dot
      }
      if dx == nil { continue }
      let meanGradient = scale * sum / Float(layout.length)
      let slope = -scale * scale * (scale * dot / Float(layout.length))
      layout.forEachChannel(row) { image, channel, start in
        let factor = scale * gain.pointer[layout.index(image, channel, of: gain)]
        for place in start..<start + layout.places {
          h[place] = (factor * h[place] - meanGradient).addingProduct(x.pointer[place] - mean, slope)
        }
      }
    }
  }
  return (dGain, dOffset)
}

/// How `[N, C, …]` falls into groups: one row a group of an image.
private struct GroupLayout {
  let images: Int
  let channels: Int
  let perGroup: Int
  let rows: Int
  let length: Int
  let places: Int

  init(_ x: Tensor, groupCount: Int) {
    images = x.shape[0]
    channels = x.shape[1]
    perGroup = channels / groupCount
    places = x.shape[2...].reduce(1, *)
    rows = images * groupCount
    length = perGroup * places
  }

  /// Calls `body(image, channel, place of its first number)` for the channels of a group.
  @inline(__always)
  func forEachChannel(_ row: Int, _ body: (Int, Int, Int) -> Void) {
    let first = row * perGroup
    for index in first..<first + perGroup { body(index / channels, index % channels, index * places) }
  }

  /// Where the number for a channel of an image lies in a tensor of `[N, C]` or `[1, C]`.
  @inline(__always)
  func index(_ image: Int, _ channel: Int, of tensor: Tensor) -> Int {
    tensor.shape[0] == 1 ? channel : image * channels + channel
  }

  /// The mean of a group, and 1/√(variance + ε).
  func statistics(_ x: UnsafePointer<Float>, eps: Float) -> (mean: Float, scale: Float) {
    let mean = Summation.sum(x, count: length) / Float(length)
    return (mean, 1 / (centredSquares(x, mean: mean, count: length) / Float(length) + eps).squareRoot())
  }
}

/// Group normalisation in single operations: what derivatives of higher order need.
private struct SingleOperations {
  let shape: [Int]
  let scale: Tensor
  /// x̂, `[N, groups, …]`.
  let normalized: Tensor

  init(_ x: Tensor, groupCount: Int, eps: Float) {
    shape = x.shape
    let grouped = x.reshaped([x.shape[0], groupCount, -1])
    let centred = grouped - grouped.mean(axis: -1, keepDims: true)
    scale = rsqrt(square(centred).mean(axis: -1, keepDims: true) + eps)
    normalized = centred * scale
  }

  /// dx from the gradient of x̂.
  func inputGradient(_ g: Tensor) -> Tensor {
    let g = g.reshaped(normalized.shape)
    let projected =
      g - g.mean(axis: -1, keepDims: true) - normalized * (g * normalized).mean(axis: -1, keepDims: true)
    return (projected * scale).reshaped(shape)
  }
}

/// Σ (x − mean)², in twice sixteen lanes: a single sum would wait for each of its additions.
private func centredSquares(_ x: UnsafePointer<Float>, mean: Float, count: Int) -> Float {
  var even = SIMD16<Float>.zero
  var odd = SIMD16<Float>.zero
  let centre = SIMD16<Float>(repeating: mean)
  @inline(__always) func centred(_ index: Int) -> SIMD16<Float> {
    UnsafeRawPointer(x + index).loadUnaligned(as: SIMD16<Float>.self) - centre
  }
  var index = 0
  while index + 32 <= count {
    let (a, b) = (centred(index), centred(index + 16))
    even.addProduct(a, a)
    odd.addProduct(b, b)
    index += 32
  }
  if index + 16 <= count {
    let a = centred(index)
    even.addProduct(a, a)
    index += 16
  }
  var sum = Summation.horizontalSum(even + odd)
  while index < count {
    sum += (x[index] - mean) * (x[index] - mean)
    index += 1
  }
  return sum
}

/// Σ gᵢ and Σ gᵢ (xᵢ − mean), in twice sixteen lanes.
@inline(__always)
private func sumAndDot(
  _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, mean: Float, count: Int
) -> (sum: Float, dot: Float) {
  let centre = SIMD16<Float>(repeating: mean)
  var (evenSums, oddSums) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
  var (evenDots, oddDots) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
  @inline(__always) func add(_ index: Int, _ sums: inout SIMD16<Float>, _ dots: inout SIMD16<Float>) {
    let u = UnsafeRawPointer(g + index).loadUnaligned(as: SIMD16<Float>.self)
    sums += u
    dots.addProduct(u, UnsafeRawPointer(x + index).loadUnaligned(as: SIMD16<Float>.self) - centre)
  }
  var index = 0
  while index + 32 <= count {
    add(index, &evenSums, &evenDots)
    add(index + 16, &oddSums, &oddDots)
    index += 32
  }
  if index + 16 <= count {
    add(index, &evenSums, &evenDots)
    index += 16
  }
  var sum = Summation.horizontalSum(evenSums + oddSums)
  var dot = Summation.horizontalSum(evenDots + oddDots)
  while index < count {
    sum += g[index]
    dot += g[index] * (x[index] - mean)
    index += 1
  }
  return (sum, dot)
}

/// dx = scale · (ĝ − mean ĝ − x̂ · mean(ĝ x̂)) with ĝ = g · weight, group by group, if it has a place. Returns Σ g x̂ and
/// Σ g over images and places, `[C]` each: the gradients of weight and bias.
private func groupNormGradients(
  _ g: Tensor, _ x: Tensor, weight: Tensor?, statistics: Storage, layout: GroupLayout, dx: UnsafeMutablePointer<Float>?
) -> NormalizationGradients.OfParameters {
  let channels = layout.channels
  let ofImages = Tensor(shape: [layout.images, 2, channels]) { sums in
    parallelRows(layout.rows, length: 4 * layout.length) { rows in
      for row in rows {
        let mean = statistics.pointer[2 * row]
        let scale = statistics.pointer[2 * row + 1]
        var sum: Float = 0
        var dot: Float = 0
        layout.forEachChannel(row) { image, channel, start in
          let part = sumAndDot(g.pointer + start, x.pointer + start, mean: mean, count: layout.places)
          sums[2 * image * channels + channel] = scale * part.dot
          sums[(2 * image + 1) * channels + channel] = part.sum
          let gain = weight?.pointer[channel] ?? 1
          sum += gain * part.sum
          dot += gain * part.dot
        }
        guard let dx else { continue }
        let meanGradient = scale * sum / Float(layout.length)
        let slope = -scale * scale * (scale * dot / Float(layout.length))
        layout.forEachChannel(row) { _, channel, start in
          let gain = scale * (weight?.pointer[channel] ?? 1)
          for place in start..<start + layout.places {
            dx[place] = (gain * g.pointer[place] - meanGradient).addingProduct(x.pointer[place] - mean, slope)
          }
        }
      }
    }
  }
  let sums = ofImages.sum(axis: 0)
  return (sums[0], sums[1])
}
