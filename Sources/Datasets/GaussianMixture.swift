import Foundation
import Tensors

/// A mixture of Gaussians, Σₖ wₖ N(μₖ, Σₖ), of which everything is known at every noise level: the density, the score,
/// the best denoiser, and the law of the clean point given the noisy one.
///
/// Noise only adds σ² to the variances: p_σ = Σₖ wₖ N(μₖ, Σₖ + σ²I). A variance may be 0: the mixture of all points of a
/// data set, with no variance of their own, gives the ideal denoiser of that data set.
public struct GaussianMixture: Density {
  public let dimensions: Int
  /// wₖ, which add up to 1.
  public let weights: [Double]
  /// μₖ.
  public let means: [[Double]]
  /// The variances along the axes of each component, d of each, one component after the other.
  private let variances: [Double]
  /// The axes: d rows of d for each component, orthonormal; nil where all are the coordinate axes.
  private let axes: [Double]?
  private let flatMeans: [Double]
  private let logWeights: [Double]
  /// The one variance that all components have in all directions, if so: then a logarithm is taken once, not for each.
  private let commonVariance: Double?

  public var componentCount: Int { weights.count }

  /// Components with the same standard deviation in every direction.
  ///
  /// - Parameters:
  ///   - weights: nil for equal ones; otherwise not negative, and scaled to add up to 1.
  ///   - standardDeviation: of every component, at least 0.
  public init(means: [[Double]], standardDeviation: Double, weights: [Double]? = nil) {
    guard standardDeviation >= 0 else { fatalError("GaussianMixture: a standard deviation of \(standardDeviation)") }
    let d = means.first?.count ?? 0
    self.init(
      means: means, variances: [Double](repeating: standardDeviation * standardDeviation, count: means.count * d),
      axes: nil, weights: weights ?? [Double](repeating: 1, count: means.count))
  }

  /// Components with covariances of their own.
  ///
  /// - Parameter covariances: d × d each, symmetric, with no negative eigenvalue.
  public init(means: [[Double]], covariances: [[[Double]]], weights: [Double]? = nil) {
    guard means.count == covariances.count else {
      fatalError("GaussianMixture: \(covariances.count) covariances for \(means.count) means")
    }
    var (variances, axes): ([Double], [Double]) = ([], [])
    for (k, covariance) in covariances.enumerated() {
      let d = means[k].count
      guard covariance.count == d, covariance.allSatisfy({ $0.count == d }) else {
        fatalError("GaussianMixture: a mean of \(d) coordinates needs a covariance of \(d) × \(d)")
      }
      for i in 0..<d {
        for j in 0..<i
        where abs(covariance[i][j] - covariance[j][i]) > 1e-9 * (abs(covariance[i][i]) + abs(covariance[j][j])) {
          fatalError(
            "GaussianMixture: covariance \(k) is not symmetric: \(covariance[i][j]) and \(covariance[j][i]) at (\(i), \(j))"
          )
        }
      }
      let eigen = SymmetricEigen(covariance.flatMap { $0 }, dimension: d)
      let values = eigen.values
      let floor = -1e-12 * (values.map { abs($0) }.max() ?? 0)
      guard values.allSatisfy({ $0 >= floor }) else {
        fatalError("GaussianMixture: covariance \(k) has the eigenvalue \(values.min()!), which is negative")
      }
      variances += values.map { max(0, $0) }
      // One axis a row.
      for axis in 0..<d { axes += (0..<d).map { eigen.vectors[$0 * d + axis] } }
    }
    self.init(
      means: means, variances: variances, axes: axes, weights: weights ?? [Double](repeating: 1, count: means.count))
  }

  /// One Gaussian, N(mean, covariance).
  public init(mean: [Double], covariance: [[Double]]) { self.init(means: [mean], covariances: [covariance]) }

  private init(means: [[Double]], variances: [Double], axes: [Double]?, weights: [Double]) {
    guard let d = means.first?.count, d > 0, means.allSatisfy({ $0.count == d }) else {
      fatalError("GaussianMixture: needs at least one mean, and all of one dimension")
    }
    let total = weights.reduce(0, +)
    guard weights.count == means.count, total > 0, total.isFinite, weights.allSatisfy({ $0 >= 0 }) else {
      fatalError("GaussianMixture: \(weights.count) weights with the sum \(total) for \(means.count) components")
    }
    dimensions = d
    self.means = means
    self.variances = variances
    self.axes = axes
    self.weights = weights.map { $0 / total }
    flatMeans = means.flatMap { $0 }
    logWeights = self.weights.map { log($0) }
    commonVariance = axes == nil && variances.allSatisfy { $0 == variances[0] } ? variances[0] : nil
  }

  // MARK: - The laws of curriculum and papers

  /// Eight Gaussians on a circle of radius 2/1.414, as in the WGAN-GP authors' `gan_toy.py` (there with standard
  /// deviation 0.02/1.414; the course uses 0.05/1.414).
  public static func ring8(standardDeviation: Double = 0.05 / 1.414) -> GaussianMixture {
    let radius = 2 / 1.414
    // The eight directions by their exact values, the same on every machine.
    let h = 0.5.squareRoot()
    let directions: [[Double]] = [[1, 0], [h, h], [0, 1], [-h, h], [-1, 0], [-h, -h], [0, -1], [h, -h]]
    return GaussianMixture(
      means: directions.map { [$0[0] * radius, $0[1] * radius] }, standardDeviation: standardDeviation)
  }

  /// Twenty-five Gaussians on the grid {−2, …, 2}² · 2/2.828, as in `gan_toy.py` (there with standard deviation
  /// 0.05/2.828; the course uses 0.1/2.828). The standard deviation of a coordinate is 1.000, so σ_data = 1.
  public static func grid25(standardDeviation: Double = 0.1 / 2.828) -> GaussianMixture {
    grid(step: 2 / 2.828, standardDeviation: standardDeviation)
  }

  /// PacGAN's 2-D grid: {−4, −2, 0, 2, 4}², standard deviation 0.05.
  public static func pacGANGrid() -> GaussianMixture { grid(step: 2, standardDeviation: 0.05) }

  /// PacGAN's 2-D ring: eight Gaussians on the unit circle, standard deviation 0.01.
  public static func pacGANRing() -> GaussianMixture {
    let ring = ring8()
    let radius = ring.means[0][0]
    return GaussianMixture(means: ring.means.map { $0.map { $0 / radius } }, standardDeviation: 0.01)
  }

  private static func grid(step: Double, standardDeviation: Double) -> GaussianMixture {
    GaussianMixture(
      means: (-2...2).flatMap { i in (-2...2).map { j in [Double(i) * step, Double(j) * step] } },
      standardDeviation: standardDeviation)
  }

  // MARK: - Density and score

  /// log 2π.
  private static let logTwoPi = 1.8378770664093453

  /// log wₖ + log N(x; μₖ, Σₖ + σ²I) of every component.
  private func logTerms(_ x: [Double], noise: Double) -> [Double] {
    let d = dimensions
    guard x.count == d else { fatalError("GaussianMixture: a point of \(x.count) coordinates in \(d) dimensions") }
    let extra = noise * noise
    var terms = [Double](repeating: 0, count: componentCount)
    if let commonVariance {
      let variance = commonVariance + extra
      let constant = -0.5 * Double(d) * (log(variance) + GaussianMixture.logTwoPi)
      let factor = -0.5 / variance
      for k in 0..<componentCount {
        var squares = 0.0
        for i in 0..<d {
          let along = x[i] - flatMeans[k * d + i]
          squares += along * along
        }
        terms[k] = logWeights[k] + constant + (squares == 0 ? 0 : squares * factor)
      }
      return terms
    }
    for k in 0..<componentCount {
      var (quadratic, logDeterminant) = (0.0, 0.0)
      for i in 0..<d {
        var along = 0.0
        if let axes {
          for j in 0..<d { along += axes[(k * d + i) * d + j] * (x[j] - flatMeans[k * d + j]) }
        } else {
          along = x[i] - flatMeans[k * d + i]
        }
        let variance = variances[k * d + i] + extra
        quadratic += along == 0 ? 0 : along * along / variance
        logDeterminant += log(variance)
      }
      terms[k] = logWeights[k] - 0.5 * (quadratic + logDeterminant + Double(d) * GaussianMixture.logTwoPi)
    }
    return terms
  }

  private static func logSumExp(_ terms: [Double]) -> Double {
    guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
    if largest == .infinity { return .infinity }
    var sum = 0.0
    for term in terms { sum += exp(term - largest) }
    return largest + log(sum)
  }

  public func logDensity(_ x: [Double], noise: Double = 0) -> Double {
    GaussianMixture.logSumExp(logTerms(x, noise: noise))
  }

  /// The probability of each component given the noisy point.
  public func responsibilities(_ x: [Double], noise: Double = 0) -> [Double] {
    let terms = logTerms(x, noise: noise)
    let total = GaussianMixture.logSumExp(terms)
    return terms.map { exp($0 - total) }
  }

  public func score(_ x: [Double], noise: Double = 0) -> [Double] {
    weighted(x, noise: noise) { along, variance, _ in -along / variance }
  }

  /// E[x₀ | x] = Σₖ rₖ (μₖ + Σₖ (Σₖ + σ²I)⁻¹ (x − μₖ)), with rₖ the components' ``responsibilities(_:noise:)``: the
  /// formula itself and not Tweedie's, which loses digits when σ is large.
  public func denoised(_ x: [Double], noise: Double) -> [Double] {
    if noise == 0 { return x }
    return weighted(x, noise: noise, addsMean: true) { along, variance, own in along * (own / variance) }
  }

  /// Σₖ rₖ ([μₖ] + Σᵢ f(aᵢ, vᵢ + σ², vᵢ) eᵢ), with aᵢ the coordinate of x − μₖ along the component's axis eᵢ.
  private func weighted(
    _ x: [Double], noise: Double, addsMean: Bool = false, _ f: (Double, Double, Double) -> Double
  ) -> [Double] {
    let d = dimensions
    let extra = noise * noise
    let r = responsibilities(x, noise: noise)
    var result = [Double](repeating: 0, count: d)
    for k in 0..<componentCount where r[k] > 0 {
      for i in 0..<d {
        let own = variances[k * d + i]
        if let axes {
          var along = 0.0
          for j in 0..<d { along += axes[(k * d + i) * d + j] * (x[j] - flatMeans[k * d + j]) }
          let value = r[k] * f(along, own + extra, own)
          for j in 0..<d { result[j] += value * axes[(k * d + i) * d + j] }
        } else {
          result[i] += r[k] * f(x[i] - flatMeans[k * d + i], own + extra, own)
        }
        if addsMean { result[i] += r[k] * flatMeans[k * d + i] }
      }
    }
    return result
  }

  /// The law of the clean point given the noisy one: a mixture again, with means μₖ + Σₖ(Σₖ + σ²I)⁻¹(x − μₖ) and
  /// covariances σ²Σₖ(Σₖ + σ²I)⁻¹.
  public func posterior(given x: [Double], noise: Double) -> GaussianMixture {
    guard noise > 0 else { return GaussianMixture(means: [x], standardDeviation: 0) }
    let d = dimensions
    let extra = noise * noise
    var means = self.means
    for k in 0..<componentCount {
      for i in 0..<d {
        let own = variances[k * d + i]
        if let axes {
          var along = 0.0
          for j in 0..<d { along += axes[(k * d + i) * d + j] * (x[j] - flatMeans[k * d + j]) }
          for j in 0..<d { means[k][j] += along * own / (own + extra) * axes[(k * d + i) * d + j] }
        } else {
          means[k][i] += (x[i] - flatMeans[k * d + i]) * own / (own + extra)
        }
      }
    }
    return GaussianMixture(
      means: means, variances: variances.map { extra * $0 / ($0 + extra) }, axes: axes,
      weights: responsibilities(x, noise: noise))
  }

  /// The law of x₀ + σε.
  public func noised(by noise: Double) -> GaussianMixture {
    GaussianMixture(means: means, variances: variances.map { $0 + noise * noise }, axes: axes, weights: weights)
  }

  // MARK: - Moments and draws

  public var mean: [Double] {
    (0..<dimensions).map { i in zip(weights, means).reduce(0) { $0 + $1.0 * $1.1[i] } }
  }

  public var covariance: [[Double]] {
    let (d, m) = (dimensions, mean)
    var result = [[Double]](repeating: [Double](repeating: 0, count: d), count: d)
    for k in 0..<componentCount {
      let own = covariance(ofComponent: k)
      for i in 0..<d {
        for j in 0..<d { result[i][j] += weights[k] * (own[i][j] + (means[k][i] - m[i]) * (means[k][j] - m[j])) }
      }
    }
    return result
  }

  /// Σₖ.
  public func covariance(ofComponent k: Int) -> [[Double]] {
    let d = dimensions
    return (0..<d).map { i in
      (0..<d).map { j in
        guard let axes else { return i == j ? variances[k * d + i] : 0 }
        return (0..<d).reduce(0) { sum, a in
          sum + variances[k * d + a] * axes[(k * d + a) * d + i] * axes[(k * d + a) * d + j]
        }
      }
    }
  }

  public func sample(using rng: inout RandomStream) -> [Double] {
    var rest = rng.nextUniform()
    var k = 0
    while k < componentCount - 1, rest >= weights[k] {
      rest -= weights[k]
      k += 1
    }
    let d = dimensions
    var result = means[k]
    for i in 0..<d {
      let along = variances[k * d + i].squareRoot() * rng.nextNormal()
      if let axes {
        for j in 0..<d { result[j] += along * axes[(k * d + i) * d + j] }
      } else {
        result[i] += along
      }
    }
    return result
  }
}
