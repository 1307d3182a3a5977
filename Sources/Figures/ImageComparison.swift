import Foundation

/// How far two pictures of one size are from each other, pixel by pixel.
///
/// For drawings that must come out the same on every machine, ``differingShare`` is the verdict: the share of pixels in
/// which some channel differs by more than ``tolerance`` levels. For photographs and samples it says nothing; compare
/// sets of tiles instead (``TileSetDistance``).
public struct ImageComparison: Sendable {
  /// Mean of |a − b| over all pixels and colours, in levels from 0 to 255.
  public let meanAbsoluteError: Double
  /// Peak signal to noise ratio, 10 log₁₀(255² / mean (a − b)²), in decibels; ∞ for equal pictures.
  public let psnr: Double
  /// Structural similarity of the gray pictures, from −1 to 1 (Wang, Bovik, Sheikh, Simoncelli 2004): see
  /// ``structuralSimilarity(_:_:)``.
  public let ssim: Double
  /// Share of pixels in which some channel differs by more than ``tolerance``.
  public let differingShare: Double
  /// The largest difference of any channel, in levels.
  public let largestDifference: Int
  /// Levels by which a channel may differ before its pixel counts as different.
  public let tolerance: Int

  /// Compares two pictures; alpha is laid over white first.
  ///
  /// - Throws: `SizesDiffer` if the pictures have different sizes.
  /// - Complexity: O(pixels), about 0.1 µs a pixel.
  public init(_ first: Image, _ second: Image, tolerance: Int = 16) throws {
    guard first.width == second.width, first.height == second.height else {
      throw SizesDiffer(first: (first.width, first.height), second: (second.width, second.height))
    }
    let (a, b) = (first.toRGB(), second.toRGB())
    let count = a.width * a.height
    var (sum, squares, different, largest) = (0, 0, 0, 0)
    for i in 0..<count {
      var worst = 0
      for c in 0..<3 {
        let d = abs(Int(a.pixels[3 * i + c]) - Int(b.pixels[3 * i + c]))
        sum += d
        squares += d * d
        worst = max(worst, d)
      }
      if worst > tolerance { different += 1 }
      largest = max(largest, worst)
    }
    self.tolerance = tolerance
    meanAbsoluteError = Double(sum) / Double(3 * count)
    let meanSquare = Double(squares) / Double(3 * count)
    psnr = meanSquare == 0 ? .infinity : 10 * log10(255 * 255 / meanSquare)
    differingShare = Double(different) / Double(count)
    largestDifference = largest
    ssim = squares == 0 ? 1 : ImageComparison.structuralSimilarity(first.toGray(), second.toGray())
  }

  /// Two pictures that cannot be laid upon each other.
  public struct SizesDiffer: Error, CustomStringConvertible, LocalizedError {
    public let first: (width: Int, height: Int)
    public let second: (width: Int, height: Int)

    public var description: String {
      "the pictures differ in size: \(first.width) × \(first.height) and \(second.width) × \(second.height)"
    }
    public var errorDescription: String? { description }
  }

  /// Structural similarity of two gray pictures of one size:
  ///
  /// mean of (2 μ₁μ₂ + C₁)(2 σ₁₂ + C₂) / ((μ₁² + μ₂² + C₁)(σ₁² + σ₂² + C₂)),
  ///
  /// with means, variances and covariance under an 11 × 11 Gaussian window of standard deviation 1.5, C₁ = (0.01·255)²,
  /// C₂ = (0.03·255)², averaged over the places where the window lies inside the picture. A picture with a side below 11
  /// is taken as one window of equal weights. Source: Wang et al., *Image quality assessment: from error visibility to
  /// structural similarity*, IEEE TIP 13 (2004), equation 13.
  public static func structuralSimilarity(_ first: Image, _ second: Image) -> Double {
    guard first.format == .gray, second.format == .gray, first.width == second.width, first.height == second.height
    else { fatalError("ImageComparison: structural similarity needs two gray pictures of one size") }
    let (w, h) = (first.width, first.height)
    let a = first.pixels.map { Double($0) }
    let b = second.pixels.map { Double($0) }
    let (c1, c2) = (6.5025, 58.5225)
    func similarity(_ ma: Double, _ mb: Double, _ aa: Double, _ bb: Double, _ ab: Double) -> Double {
      let (va, vb, cov) = (aa - ma * ma, bb - mb * mb, ab - ma * mb)
      return (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    }
    guard w >= 11, h >= 11 else {
      let n = Double(w * h)
      var sums = [0.0, 0, 0, 0, 0]
      for i in a.indices {
        sums[0] += a[i]
        sums[1] += b[i]
        sums[2] += a[i] * a[i]
        sums[3] += b[i] * b[i]
        sums[4] += a[i] * b[i]
      }
      return similarity(sums[0] / n, sums[1] / n, sums[2] / n, sums[3] / n, sums[4] / n)
    }
    var window = (0..<11).map { exp(-Double(($0 - 5) * ($0 - 5)) / (2 * 1.5 * 1.5)) }
    let total = window.reduce(0, +)
    window = window.map { $0 / total }
    /// The window's mean at every place where it lies inside: first along rows, then along columns.
    func windowed(_ values: [Double]) -> [Double] {
      let innerWidth = w - 10
      var rows = [Double](repeating: 0, count: innerWidth * h)
      for y in 0..<h {
        for x in 0..<innerWidth {
          var sum = 0.0
          for k in 0..<11 { sum += window[k] * values[y * w + x + k] }
          rows[y * innerWidth + x] = sum
        }
      }
      var result = [Double](repeating: 0, count: innerWidth * (h - 10))
      for y in 0..<h - 10 {
        for x in 0..<innerWidth {
          var sum = 0.0
          for k in 0..<11 { sum += window[k] * rows[(y + k) * innerWidth + x] }
          result[y * innerWidth + x] = sum
        }
      }
      return result
    }
    let (ma, mb) = (windowed(a), windowed(b))
    let (aa, bb) = (windowed(a.map { $0 * $0 }), windowed(b.map { $0 * $0 }))
    let ab = windowed(zip(a, b).map { $0 * $1 })
    var sum = 0.0
    for i in ma.indices { sum += similarity(ma[i], mb[i], aa[i], bb[i], ab[i]) }
    return sum / Double(ma.count)
  }
}
