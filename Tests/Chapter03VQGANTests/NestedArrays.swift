import Tensors

extension Tensor {
  /// Maps of features [B, C, H, W] from nested arrays.
  init(maps: [[[[Double]]]]) {
    let shape = [maps.count, maps[0].count, maps[0][0].count, maps[0][0][0].count]
    self.init(maps.flatMap { $0.flatMap { $0.flatMap { $0 } } }, shape: shape)
  }
}

extension CodeList {
  /// The index of the nearest code, the lowest of equals, and how much farther the next one is; in Double.
  func nearest(to vector: [Double]) -> (index: Int, gap: Double) {
    let distances = codes.map { code in
      zip(code, vector).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let order = distances.indices.sorted {
      distances[$0] != distances[$1] ? distances[$0] < distances[$1] : $0 < $1
    }
    let gap = order.count > 1 ? distances[order[1]] - distances[order[0]] : .infinity
    return (order[0], gap)
  }
}

/// A codebook as plain numbers, for the slow and certain answer.
struct CodeList {
  let codes: [[Double]]

  init(_ codebook: Tensor) {
    let (count, length) = (codebook.dim(0), codebook.dim(1))
    let scalars = codebook.scalars.map(Double.init)
    codes = (0..<count).map { Array(scalars[$0 * length..<($0 + 1) * length]) }
  }
}
