import Tensors

/// How well samples cover the modes of a mixture of Gaussians, counted as the PacGAN authors do (Lin, Khetan, Fanti and
/// Oh 2018).
///
/// Each sample belongs to the component whose centre is nearest in standard deviations; it is *good* when that is less
/// than 3. In two dimensions true data score 1 − e^(−4.5) = 0.98889 (0.9973 is the value in one dimension): a share above
/// that is a symptom of samples drawn together at the centres, not a success. So look at ``spreadRatio`` too.
public struct ModeCoverage: Sendable {
  /// Share of samples within 3 standard deviations of a centre.
  public let highQualityShare: Double
  /// Components with at least one good sample.
  public let modes: Int
  /// Components that hold at least 1 % of all samples as good ones.
  public let occupiedModes: Int
  public let modeCount: Int
  /// Root mean square distance of all samples from the centre they belong to, over what it is for true data: 1 is right,
  /// above is too wide, below is too narrow.
  public let spreadRatio: Double
  /// Good samples of each component.
  public let counts: [Int]

  /// - Parameters:
  ///   - samples: a tensor [N, d].
  ///   - centers: as many points of dimension d as there are modes.
  ///   - standardDeviation: of every mode, in each coordinate.
  public init(_ samples: Tensor, centers: [[Double]], standardDeviation: Double) {
    let d = centers.first?.count ?? 0
    guard d > 0, samples.ndim == 2, samples.dim(1) == d, samples.dim(0) > 0, standardDeviation > 0 else {
      fatalError(
        "ModeCoverage: samples of shape \(samples.shape), \(centers.count) centres in \(d) dimensions, "
          + "standard deviation \(standardDeviation); needed are [N, d], N ≥ 1, and a deviation above 0")
    }
    let n = samples.dim(0)
    var counts = [Int](repeating: 0, count: centers.count)
    var squares = 0.0
    samples.withScalars { scalars in
      for row in 0..<n {
        var (best, nearest) = (Double.infinity, 0)
        for (k, center) in centers.enumerated() {
          var sum = 0.0
          for i in 0..<d {
            let difference = Double(scalars[row * d + i]) - center[i]
            sum += difference * difference
          }
          if sum < best { (best, nearest) = (sum, k) }
        }
        squares += best
        if best < 9 * standardDeviation * standardDeviation { counts[nearest] += 1 }
      }
    }
    self.counts = counts
    modeCount = centers.count
    modes = counts.count { $0 > 0 }
    occupiedModes = counts.count { Double($0) >= 0.01 * Double(n) }
    highQualityShare = Double(counts.reduce(0, +)) / Double(n)
    spreadRatio = (squares / Double(n * d)).squareRoot() / standardDeviation
  }

  /// The same for a mixture whose components all have one standard deviation.
  public init(_ samples: Tensor, of mixture: GaussianMixture) {
    self.init(
      samples, centers: mixture.means, standardDeviation: mixture.covariance(ofComponent: 0)[0][0].squareRoot())
  }
}
