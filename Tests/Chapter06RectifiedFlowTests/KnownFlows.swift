import Chapter06RectifiedFlow
import Foundation
import Tensors

/// N(0, I) → N(m, s²I), independent: the flow whose paths, S and V are known in closed form.
struct LineFlow {
  var mean = 0.0
  var deviation = 0.5

  /// c(t): the standard deviation of x_t.
  func spread(_ t: Double) -> Double { ((1 - t) * (1 - t) + t * t * deviation * deviation).squareRoot() }

  /// m + (ts² − (1 − t))/c²·(x − tm).
  var velocity: Velocity {
    { x, t in
      let gain = (t * deviation * deviation - (1 - t)) / (spread(t) * spread(t))
      return x * Float(gain) + Float(mean * (1 - gain * t))
    }
  }

  /// Where the path through x at one time is at another one: it keeps its place among the quantiles.
  func follow(_ x: Tensor, from t: Double, to next: Double) -> Tensor {
    (x - Float(t * mean)) * Float(spread(next) / spread(t)) + Float(next * mean)
  }

  /// What 2-rectified flow learns on the pairs (z, m + sz): the velocity of the straight line through x.
  var straightened: Velocity {
    { x, t in
      let z = (x - Float(t * mean)) * Float(1 / (1 - t + t * deviation))
      return z * Float(deviation - 1) + Float(mean)
    }
  }
}

/// A Gaussian mixture as the fixtures have it, the law p_t of x_t, and the exact flow from N(0, I).
struct KnownMixture: Decodable {
  let weights: [Double]
  let means: [[Double]]
  let variances: [Double]

  var mean: [Double] {
    means[0].indices.map { j in zip(weights, means).reduce(0) { $0 + $1.0 * $1.1[j] } }
  }

  /// The chapter's given type for the same law.
  func law() throws -> IsotropicMixture {
    try IsotropicMixture(weights: weights, means: Tensor(rows: means), variances: variances)
  }

  /// The logarithm of each component's share of p_t(x), of shape [B, K].
  private func logShares(_ x: Tensor, _ t: Double) -> Tensor {
    let terms = weights.indices.map { k -> Tensor in
      let variance = (1 - t) * (1 - t) + t * t * variances[k]
      let centre = Tensor(means[k].map { t * $0 }, shape: [1, means[k].count])
      let constant = log(weights[k]) - 0.5 * Double(means[k].count) * log(2 * Double.pi * variance)
      return square(x - centre).sum(axis: 1, keepDims: true) * Float(-0.5 / variance) + Float(constant)
    }
    return concatenated(terms, axis: 1)
  }

  /// log p_t(x) of each row; differentiable.
  func logDensity(_ x: Tensor, _ t: Double) -> Tensor { logSumExp(logShares(x, t), axis: 1) }

  /// v = Σₖ rₖ·(mean of x₁ − x₀ in component k); differentiable, and good at both ends.
  var velocity: Velocity {
    { x, t in
      let shares = softmax(logShares(x, t), axis: 1)
      var sum = Tensor.zeros(x.shape)
      for k in weights.indices {
        let variance = (1 - t) * (1 - t) + t * t * variances[k]
        let gain = (t * variances[k] - (1 - t)) / variance
        let own = x * Float(gain) + Tensor(means[k].map { $0 * (1 - gain * t) }, shape: [1, means[k].count])
        sum = sum + own * shares.sliced(axis: 1, k..<k + 1)
      }
      return sum
    }
  }

  /// `count` samples.
  func sample(_ count: Int, using rng: inout RandomStream) -> Tensor {
    let rows = (0..<count).map { _ -> [Double] in
      var (k, u) = (0, rng.nextUniform())
      while k < weights.count - 1, u >= weights[k] {
        u -= weights[k]
        k += 1
      }
      let deviation = variances[k].squareRoot()
      return means[k].map { $0 + deviation * rng.nextNormal() }
    }
    return Tensor(rows: rows)
  }
}

/// A velocity that notes where and when it was asked.
final class Witness {
  private let velocity: Velocity
  private(set) var times: [Double] = []
  private(set) var inputs: [Tensor] = []

  init(_ velocity: @escaping Velocity) { self.velocity = velocity }

  func callAsFunction(_ x: Tensor, _ t: Double) throws -> Tensor {
    times.append(t)
    inputs.append(x)
    return try velocity(x, t)
  }
}

/// A batch velocity that notes where and when it was asked.
final class BatchWitness {
  private let velocity: BatchVelocity
  private(set) var times: [[Double]] = []
  private(set) var inputs: [Tensor] = []

  init(_ velocity: @escaping BatchVelocity) { self.velocity = velocity }

  func callAsFunction(_ x: Tensor, _ times: [Double]) throws -> Tensor {
    self.times.append(times)
    inputs.append(x)
    return try velocity(x, times)
  }
}

/// `count` numbers that stand for N(0, 1): the quantiles of the middles of `count` equal shares, so that nothing is
/// left to chance.
func normalQuantiles(_ count: Int) -> [Double] {
  (0..<count).map { i in
    let share = (Double(i) + 0.5) / Double(count)
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// The classical Runge–Kutta method of order 4: the tests' own solver.
func followed(_ velocity: Velocity, _ x: Tensor, from start: Double, to end: Double, steps: Int) throws -> Tensor {
  var x = x
  let h = (end - start) / Double(steps)
  for i in 0..<steps {
    let t = start + Double(i) * h
    let a = try velocity(x, t)
    let b = try velocity(x + a * Float(h / 2), t + h / 2)
    let c = try velocity(x + b * Float(h / 2), t + h / 2)
    let d = try velocity(x + c * Float(h), t + h)
    x = x + (a + b * 2 + c * 2 + d) * Float(h / 6)
  }
  return x
}
