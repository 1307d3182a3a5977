/// The sizes of a pooling: windows of `size` × `size` pixels, `stride` apart, over an image with `padding` around it.
private struct PoolingShape {
  let planes: Int
  let height: Int
  let width: Int
  let size: Int
  let stride: Int
  let padding: Int
  let input: [Int]

  var outputHeight: Int { (height + 2 * padding - size) / stride + 1 }
  var outputWidth: Int { (width + 2 * padding - size) / stride + 1 }
  var output: [Int] { [input[0], input[1], outputHeight, outputWidth] }

  init(_ shape: [Int], size: Int, stride: Int, padding: Int, operation: StaticString) {
    guard shape.count == 4, size > 0, stride > 0, padding >= 0, padding <= size / 2, shape[2] + 2 * padding >= size,
      shape[3] + 2 * padding >= size
    else {
      fatalError(
        "\(operation): windows of \(size), stride \(stride) and padding \(padding) (at most half a window) do not fit an "
          + "image batch [N, C, H, W] of shape \(shape).")
    }
    input = shape
    planes = shape[0] * shape[1]
    height = shape[2]
    width = shape[3]
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  /// For output row i, calls `body(j, place)` for every tap of the window, in row-major order, and every output column j
  /// whose pixel at this tap lies in the image, at `place` of its plane.
  @inline(__always)
  func forEachPixel(ofRow i: Int, _ body: (_ column: Int, _ place: Int) -> Void) {
    for u in 0..<size {
      let row = i * stride + u - padding
      guard (0..<height).contains(row) else { continue }
      for v in 0..<size {
        let first = max(0, (padding - v + stride - 1) / stride)
        let room = width - 1 + padding - v
        let last = room < 0 ? 0 : min(outputWidth, room / stride + 1)
        guard first < last else { continue }
        let offset = row * width + v - padding
        // The commonest strides as constants: the compiler then makes vector loops.
        if stride == 1 {
          for j in first..<last { body(j, offset &+ j) }
        } else if stride == 2 {
          for j in first..<last { body(j, offset &+ 2 &* j) }
        } else {
          for j in first..<last { body(j, offset &+ stride &* j) }
        }
      }
    }
  }

  /// Calls `body(plane)` for all planes, on several threads.
  @inline(__always)
  func forEachPlane(_ body: (Int) -> Void) {
    parallelRows(planes, length: outputHeight * outputWidth * size * size) { planes in
      for plane in planes { body(plane) }
    }
  }
}

/// The largest pixel of every window: `[N, C, H, W] → [N, C, H', W']` with H' = ⌊(H + 2 · padding − size)/stride⌋ + 1.
/// The padding is never the largest.
///
/// The gradient goes to the largest pixel, the first in row-major order where several are equal, as in PyTorch. A
/// window with NaN in it gives NaN.
///
/// - Parameter stride: `size` unless given.
/// - Complexity: O(H' · W' · size²) an image plane.
public func maxPool2d(_ x: Tensor, size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
  let s = PoolingShape(x.shape, size: size, stride: stride ?? size, padding: padding, operation: "maxPool2d")
  let pixels = s.outputHeight * s.outputWidth
  let image = x.pointer
  guard isRecording(x) else {
    return Tensor(shape: s.output) { y in
      y.update(repeating: -.infinity, count: s.planes * pixels)
      s.forEachPlane { plane in
        let source = image + plane * s.height * s.width
        for i in 0..<s.outputHeight {
          let best = y + plane * pixels + i * s.outputWidth
          s.forEachPixel(ofRow: i) { j, place in
            let pixel = source[place]
            best[j] = pixel > best[j] || pixel != pixel ? pixel : best[j]
          }
        }
      }
    }
  }
  // Where the largest pixels are; the rest, with derivatives of every order, is a gather.
  let places = [Int](unsafeUninitializedCapacity: s.planes * pixels) { buffer, initialized in
    initialized = s.planes * pixels
    guard let places = buffer.baseAddress, initialized > 0 else { return }
    s.forEachPlane { plane in
      let source = image + plane * s.height * s.width
      for i in 0..<s.outputHeight {
        let best = places + plane * pixels + i * s.outputWidth
        for j in 0..<s.outputWidth { best[j] = -1 }
        s.forEachPixel(ofRow: i) { j, place in
          let pixel = source[place]
          if best[j] < 0 || pixel > source[best[j]] || pixel != pixel { best[j] = place }
        }
      }
    }
  }
  return x.reshaped([s.planes, s.height * s.width]).gathered(places, shape: [s.planes, pixels], axis: 1)
    .reshaped(s.output)
}

/// The mean of every window: `[N, C, H, W] → [N, C, H', W']` with H' = ⌊(H + 2 · padding − size)/stride⌋ + 1.
///
/// - Parameters:
///   - stride: `size` unless given: then the windows are blocks side by side.
///   - countsPadding: whether the pixels around the image count as zeros (PyTorch's default), or not at all.
/// - Complexity: O(H' · W' · size²) an image plane.
public func averagePool2d(
  _ x: Tensor, size: Int, stride: Int? = nil, padding: Int = 0, countsPadding: Bool = true
) -> Tensor {
  let s = PoolingShape(x.shape, size: size, stride: stride ?? size, padding: padding, operation: "averagePool2d")
  let scale = 1 / Float(size * size)
  if s.stride == size, padding == 0, s.height % size == 0, s.width % size == 0 {
    return blockSums2d(x, size: size, scale: scale)
  }
  let sums = windowSum(x, s)
  guard !countsPadding, padding > 0 else { return sums * scale }
  // How many pixels of the image every window has: the window sums of ones.
  let plane = PoolingShape(
    [1, 1, s.height, s.width], size: size, stride: s.stride, padding: padding, operation: "averagePool2d")
  return sums / windowSum(.ones(plane.input), plane)
}

/// The sum of every window, and its transpose: every number added to all pixels of its window. Each is the other's
/// derivative.
private func windowSum(_ x: Tensor, _ s: PoolingShape) -> Tensor {
  let value = Tensor(shape: s.output) { y in
    y.update(repeating: 0, count: s.planes * s.outputHeight * s.outputWidth)
    s.forEachPlane { plane in
      let source = x.pointer + plane * s.height * s.width
      for i in 0..<s.outputHeight {
        let sums = y + (plane * s.outputHeight + i) * s.outputWidth
        s.forEachPixel(ofRow: i) { j, place in sums[j] += source[place] }
      }
    }
  }
  return value.recorded(from: [x]) { g, _, _ in windowSpread(g, s) }
}

private func windowSpread(_ y: Tensor, _ s: PoolingShape) -> Tensor {
  let value = Tensor(shape: s.input) { x in
    x.update(repeating: 0, count: s.planes * s.height * s.width)
    s.forEachPlane { plane in
      let target = x + plane * s.height * s.width
      for i in 0..<s.outputHeight {
        let numbers = y.pointer + (plane * s.outputHeight + i) * s.outputWidth
        s.forEachPixel(ofRow: i) { j, place in target[place] += numbers[j] }
      }
    }
  }
  return value.recorded(from: [y]) { g, _, _ in windowSum(g, s) }
}
