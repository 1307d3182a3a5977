import Tensors

/// The mean and the covariance of a set of feature vectors: the Gaussian that stands for it in a Fréchet distance.
public struct FeatureStatistics: Sendable {
  /// The number of vectors.
  public let count: Int
  /// Their mean, d numbers.
  public let mean: [Double]
  /// Their covariance, d × d numbers, row-major, divided by count − 1.
  public let covariance: [Double]

  /// The statistics of the rows of `features` [n, d]; n is at least 2. Summed in Double.
  public init(_ features: Tensor) {
    if features.ndim != 2 || features.dim(0) < 2 {
      fatalError(
        "FeatureStatistics: the features have shape \(features.shape); they must be [n, d] with n "
          + "of at least 2.")
    }
    let (n, d) = (features.dim(0), features.dim(1))
    var mean = [Double](repeating: 0, count: d)
    var covariance = [Double](repeating: 0, count: d * d)
    features.withScalars { x in
      for i in 0..<n { for j in 0..<d { mean[j] += Double(x[i * d + j]) } }
      for j in 0..<d { mean[j] /= Double(n) }
      var centred = [Double](repeating: 0, count: d)
      for i in 0..<n {
        for j in 0..<d { centred[j] = Double(x[i * d + j]) - mean[j] }
        for j in 0..<d { for k in 0...j { covariance[j * d + k] += centred[j] * centred[k] } }
      }
    }
    for j in 0..<d {
      for k in 0...j {
        covariance[j * d + k] /= Double(n - 1)
        covariance[k * d + j] = covariance[j * d + k]
      }
    }
    self.init(count: n, mean: mean, covariance: covariance)
  }

  /// Statistics from their numbers.
  public init(count: Int, mean: [Double], covariance: [Double]) {
    if covariance.count != mean.count * mean.count {
      fatalError("FeatureStatistics: \(covariance.count) numbers are not the covariance of \(mean.count) dimensions.")
    }
    self.count = count
    self.mean = mean
    self.covariance = covariance
  }
}

/// The squared Fréchet (Wasserstein-2) distance of two Gaussians: ‖m₁ − m₂‖² + Tr(S₁ + S₂ − 2(S₁S₂)^½).
///
/// The trace of the root is taken from a symmetric matrix of the same eigenvalues, Tr (S₁^½ S₂ S₁^½)^½, in Double; a covariance of fewer vectors than
/// dimensions is no obstacle. Never negative, and 0 only for equal Gaussians, up to rounding.
///
/// Source: D. Dowson, B. Landau, "The Fréchet distance between multivariate normal distributions", 1982; M. Heusel et al., "GANs trained by a two
/// time-scale update rule", NeurIPS 2017, eq. 6.
public func frechetDistance(_ a: FeatureStatistics, _ b: FeatureStatistics) -> Double {
  let d = a.mean.count
  if b.mean.count != d {
    fatalError("frechetDistance: the features have \(d) and \(b.mean.count) dimensions.")
  }
  let root = SymmetricEigen(a.covariance, dimension: d).matrix { max($0, 0).squareRoot() }
  let middle = product(product(root, b.covariance, d), root, d)
  let rootTrace = SymmetricEigen(middle, dimension: d).values.reduce(0) { $0 + max($1, 0).squareRoot() }
  var distance = -2 * rootTrace
  for i in 0..<d {
    distance += a.covariance[i * d + i] + b.covariance[i * d + i]
    distance += (a.mean[i] - b.mean[i]) * (a.mean[i] - b.mean[i])
  }
  return max(distance, 0)
}

private func product(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
  var c = [Double](repeating: 0, count: n * n)
  for i in 0..<n {
    for k in 0..<n {
      let factor = a[i * n + k]
      for j in 0..<n { c[i * n + j] += factor * b[k * n + j] }
    }
  }
  return c
}
