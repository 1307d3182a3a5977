import Exercises
import Tensors

/// N(m, Σ) in D dimensions.
public struct Gaussian: Sendable {
  /// m: D numbers.
  public let mean: [Double]
  /// Σ: D rows of D numbers, symmetric and positive definite.
  public let covariance: [[Double]]

  /// Throws `InvalidArgument` unless the covariance is a symmetric D × D matrix with a positive diagonal.
  public init(mean: [Double], covariance: [[Double]]) throws {
    let d = mean.count
    try InvalidArgument.require(
      d >= 1 && covariance.count == d && covariance.allSatisfy { $0.count == d },
      "a mean of \(d) numbers needs a covariance of \(d) × \(d)")
    for i in 0..<d {
      for j in 0...i {
        try InvalidArgument.require(
          abs(covariance[i][j] - covariance[j][i]) <= 1e-9 && covariance[i][i] > 0,
          "a covariance is symmetric with a positive diagonal, but this is \(covariance)")
      }
    }
    self.mean = mean
    self.covariance = covariance
  }

  /// N(m, s²) on the line.
  public init(mean: Double, standardDeviation: Double) throws {
    try self.init(mean: [mean], covariance: [[standardDeviation * standardDeviation]])
  }

  /// N(0, I).
  public static func standard(dimensions: Int) throws -> Gaussian {
    try Gaussian(
      mean: Array(repeating: 0, count: dimensions),
      covariance: (0..<dimensions).map { i in (0..<dimensions).map { $0 == i ? 1 : 0 } })
  }

  /// D.
  public var dimensions: Int { mean.count }
}

/// Σₖ wₖ N(μₖ, sₖ²I) in D dimensions.
public struct IsotropicMixture {
  /// wₖ: K weights, positive, adding up to 1.
  public let weights: [Double]
  /// μₖ: the centres, of shape [K, D].
  public let means: Tensor
  /// sₖ²: one variance a component, > 0.
  public let variances: [Double]

  /// Weights are normalised. Throws `InvalidArgument` when the counts disagree or a weight or variance is not positive.
  public init(weights: [Double], means: Tensor, variances: [Double]) throws {
    try InvalidArgument.require(means.ndim == 2, "the means should have shape [K, D], but have \(means.shape)")
    let count = means.dim(0)
    try InvalidArgument.require(
      weights.count == count && variances.count == count,
      "\(count) centres need as many weights and variances, but got \(weights.count) and \(variances.count)")
    try InvalidArgument.require(
      (weights + variances).allSatisfy { $0 > 0 },
      "weights and variances must be positive, but are \(weights) and \(variances)")
    let total = weights.reduce(0, +)
    self.weights = weights.map { $0 / total }
    self.means = means
    self.variances = variances
  }

  /// Components of equal weight and equal standard deviation.
  public init(means: Tensor, standardDeviation: Double) throws {
    let count = means.ndim == 2 ? means.dim(0) : 0
    try self.init(
      weights: Array(repeating: 1, count: count), means: means,
      variances: Array(repeating: standardDeviation * standardDeviation, count: count))
  }
}
