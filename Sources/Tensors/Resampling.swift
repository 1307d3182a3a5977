/// Every pixel repeated in a `factor` × `factor` block: `[N, C, H, W] → [N, C, H·factor, W·factor]`.
public func upsampleNearest2d(_ x: Tensor, factor: Int) -> Tensor {
  guard x.ndim == 4, factor > 0 else {
    fatalError(
      "upsampleNearest2d: an image batch [N, C, H, W] is needed, not \(x.shape), and a factor above 0, not \(factor).")
  }
  return blocks2d(x, size: factor, scale: 1)
}

/// Every pixel times a number in a block of pixels, the transpose of ``blockSums2d(_:size:scale:)`` and its derivative.
func blocks2d(_ x: Tensor, size: Int, scale: Float) -> Tensor {
  let width = x.shape[3]
  let value = Tensor(shape: [x.shape[0], x.shape[1], x.shape[2] * size, width * size]) { y in
    let rows = x.shape[0] * x.shape[1] * x.shape[2]
    parallelRows(rows, length: width * size * size) { range in
      for row in range {
        let source = x.pointer + row * width
        let first = y + row * size * width * size
        // A constant step makes a vector loop of the commonest size.
        if size == 2 {
          for column in 0..<width {
            let number = source[column] * scale
            first[2 &* column] = number
            first[2 &* column &+ 1] = number
          }
        } else {
          for column in 0..<width {
            for j in 0..<size { first[column * size + j] = source[column] * scale }
          }
        }
        for i in 1..<max(size, 1) { (first + i * width * size).update(from: first, count: width * size) }
      }
    }
  }
  return value.recorded(from: [x]) { g, _, _ in blockSums2d(g, size: size, scale: scale) }
}

/// The sum of every block of `size` × `size` pixels, side by side, times a number.
func blockSums2d(_ x: Tensor, size: Int, scale: Float) -> Tensor {
  let shape = [x.shape[0], x.shape[1], x.shape[2] / size, x.shape[3] / size]
  let width = shape[3]
  let value = Tensor(shape: shape) { y in
    let rows = shape[0] * shape[1] * shape[2]
    parallelRows(rows, length: width * size * size) { range in
      for row in range {
        let target = y + row * width
        let first = x.pointer + row * size * width * size
        if size == 2 {
          let second = first + 2 * width
          for column in 0..<width {
            let upper = first[2 &* column] + first[2 &* column &+ 1]
            target[column] = (upper + second[2 &* column] + second[2 &* column &+ 1]) * scale
          }
          continue
        }
        target.update(repeating: 0, count: width)
        for i in 0..<size {
          let source = first + i * width * size
          for column in 0..<width {
            for j in 0..<size { target[column] += source[column * size + j] }
          }
        }
        for column in 0..<width { target[column] *= scale }
      }
    }
  }
  return value.recorded(from: [x]) { g, _, _ in blocks2d(g, size: size, scale: scale) }
}
