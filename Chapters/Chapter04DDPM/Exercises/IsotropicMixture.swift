import Exercises
import Tensors

/// Σₖ wₖ N(μₖ, sₖ²I) in D dimensions: a law whose noise, score and density are known at every time.
public struct IsotropicMixture {
  /// wₖ: K weights, positive, adding up to 1.
  public let weights: [Double]
  /// μₖ: the centres, of shape [K, D].
  public let means: Tensor
  /// sₖ²: one variance a component, ≥ 0. Zero makes the component a single point.
  public let variances: [Double]

  /// Weights are normalised. Throws `InvalidArgument` when the counts disagree, a weight is not positive or a variance
  /// is negative.
  public init(weights: [Double], means: Tensor, variances: [Double]) throws {
    try InvalidArgument.require(means.ndim == 2, "the means should have shape [K, D], but have \(means.shape)")
    let count = means.dim(0)
    try InvalidArgument.require(
      weights.count == count && variances.count == count,
      "\(count) centres need as many weights and variances, but got \(weights.count) and \(variances.count)")
    try InvalidArgument.require(weights.allSatisfy { $0 > 0 }, "weights must be positive, but are \(weights)")
    try InvalidArgument.require(
      variances.allSatisfy { $0 >= 0 }, "variances must not be negative, but are \(variances)")
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
