/// The mean of every `size` × `size` block: `[N, C, H, W] → [N, C, H/size, W/size]`. H and W must be multiples of
/// `size`.
public func averagePool2d(_ x: Tensor, size: Int) -> Tensor {
  guard x.ndim == 4, size > 0, x.shape[2] % size == 0, x.shape[3] % size == 0 else {
    fatalError(
      "averagePool2d: an image batch [N, C, H, W] with H and W divisible by \(size) is needed, not \(x.shape).")
  }
  let shape = [x.shape[0], x.shape[1], x.shape[2] / size, x.shape[3] / size]
  let width = shape[3]
  let scale = 1 / Float(size * size)
  let value = Tensor(shape: shape) { y in
    let rows = shape[0] * shape[1] * shape[2]
    parallelRows(rows, length: width * size * size) { range in
      for row in range {
        let target = y + row * width
        target.update(repeating: 0, count: width)
        for i in 0..<size {
          let source = x.pointer + (row * size + i) * width * size
          for column in 0..<width {
            for j in 0..<size { target[column] += source[column * size + j] }
          }
        }
        for column in 0..<width { target[column] *= scale }
      }
    }
  }
  return value.recorded(from: [x]) { g, _, _ in upsampleNearest2d(g, factor: size) * scale }
}

/// Every pixel repeated in a `factor` × `factor` block: `[N, C, H, W] → [N, C, H·factor, W·factor]`.
public func upsampleNearest2d(_ x: Tensor, factor: Int) -> Tensor {
  guard x.ndim == 4, factor > 0 else {
    fatalError(
      "upsampleNearest2d: an image batch [N, C, H, W] is needed, not \(x.shape), and a factor above 0, not \(factor).")
  }
  let width = x.shape[3]
  let value = Tensor(shape: [x.shape[0], x.shape[1], x.shape[2] * factor, width * factor]) { y in
    let rows = x.shape[0] * x.shape[1] * x.shape[2]
    parallelRows(rows, length: width * factor * factor) { range in
      for row in range {
        let source = x.pointer + row * width
        let first = y + row * factor * width * factor
        for column in 0..<width {
          for j in 0..<factor { first[column * factor + j] = source[column] }
        }
        for i in 1..<max(factor, 1) { (first + i * width * factor).update(from: first, count: width * factor) }
      }
    }
  }
  return value.recorded(from: [x]) { g, _, _ in averagePool2d(g, size: factor) * Float(factor * factor) }
}
