import Datasets
import Figures
import Tensors

/// A colour for each code: red, green and blue are its ranks along the three directions in which the codebook varies most,
/// so that codes which lie near one another look alike.
struct CodeColors {
  let colors: [Color]

  init(_ codebook: Tensor) {
    let (count, dimensions) = (codebook.dim(0), codebook.dim(1))
    let statistics = FeatureStatistics(codebook)
    let axes = SymmetricEigen(statistics.covariance, dimension: dimensions)
    let scalars = codebook.scalars.map(Double.init)
    let ranks = (0..<3).map { axis in
      let along = (0..<count).map { code in
        (0..<dimensions).reduce(0.0) { $0 + scalars[code * dimensions + $1] * axes.vectors[$1 * dimensions + axis] }
      }
      var ranks = [Double](repeating: 0, count: count)
      for (rank, code) in along.indices.sorted(by: { along[$0] < along[$1] }).enumerated() {
        ranks[code] = Double(rank) / Double(max(count - 1, 1))
      }
      return ranks
    }
    func byte(_ share: Double) -> UInt8 { UInt8(50 + 200 * share) }
    colors = (0..<count).map { Color(byte(ranks[0][$0]), byte(ranks[1][$0]), byte(ranks[2][$0])) }
  }

  /// A code map as a picture in which each code is a square of `size` pixels.
  func image(of map: [Int], columns: Int, size: Int) -> Image {
    let rows = map.count / columns
    var pixels = [UInt8](repeating: 0, count: 3 * rows * columns * size * size)
    for y in 0..<rows * size {
      for x in 0..<columns * size {
        let color = colors[map[y / size * columns + x / size]]
        let place = 3 * (y * columns * size + x)
        (pixels[place], pixels[place + 1], pixels[place + 2]) = (color.red, color.green, color.blue)
      }
    }
    return Image(width: columns * size, height: rows * size, format: .rgb, pixels: pixels)
  }
}
