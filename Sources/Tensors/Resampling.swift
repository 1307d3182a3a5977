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
