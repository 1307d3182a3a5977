import Tensors

/// A law on ℝᵈ of which the density and the score are known, also after Gaussian noise has been added.
///
/// With x₀ from the law and x = x₀ + σε, ε standard normal, `noise` is σ. A scaled corruption s·(x₀ + σε) is asked about
/// x/s. All formulas are in `Double`; the functions on tensors only round at the end.
public protocol Density: Sendable {
  var dimensions: Int { get }
  /// One draw.
  func sample(using rng: inout RandomStream) -> [Double]
  /// log p_σ(x), −∞ where the density is 0.
  func logDensity(_ x: [Double], noise: Double) -> Double
  /// ∇ₓ log p_σ(x).
  func score(_ x: [Double], noise: Double) -> [Double]
  /// E[x₀ | x], the best guess at the clean point.
  func denoised(_ x: [Double], noise: Double) -> [Double]
}

extension Density {
  /// Tweedie's formula: E[x₀ | x] = x + σ² ∇ log p_σ(x).
  public func denoised(_ x: [Double], noise: Double) -> [Double] {
    if noise == 0 { return x }
    return zip(x, score(x, noise: noise)).map { $0 + noise * noise * $1 }
  }

  /// log p(x) without noise.
  public func logDensity(_ x: [Double]) -> Double { logDensity(x, noise: 0) }

  /// ∇ₓ log p(x) without noise.
  public func score(_ x: [Double]) -> [Double] { score(x, noise: 0) }

  // MARK: - Many points at once

  /// `count` independent draws as a tensor [count, d].
  public func samples(_ count: Int, using rng: inout RandomStream) -> Tensor {
    var scalars: [Float] = []
    scalars.reserveCapacity(count * dimensions)
    for _ in 0..<count { scalars.append(contentsOf: sample(using: &rng).map { Float($0) }) }
    return Tensor(scalars, shape: [count, dimensions])
  }

  /// log p_σ at each row of a tensor [N, d].
  public func logDensity(of points: Tensor, noise: Double = 0) -> [Double] {
    rows(of: points).map { logDensity($0, noise: noise) }
  }

  /// ∇ log p_σ at each row of a tensor [N, d], as a tensor [N, d].
  public func score(of points: Tensor, noise: Double = 0) -> Tensor {
    Tensor(rows(of: points).flatMap { score($0, noise: noise) }, shape: points.shape)
  }

  /// E[x₀ | x] for each row of a tensor [N, d], as a tensor [N, d].
  public func denoised(_ points: Tensor, noise: Double) -> Tensor {
    Tensor(rows(of: points).flatMap { denoised($0, noise: noise) }, shape: points.shape)
  }

  private func rows(of points: Tensor) -> [[Double]] {
    let d = dimensions
    guard points.ndim == 2, points.dim(1) == d else {
      fatalError("Density: points of shape \(points.shape) where [N, \(d)] is needed")
    }
    return points.withScalars { scalars in
      (0..<points.dim(0)).map { row in (0..<d).map { Double(scalars[row * d + $0]) } }
    }
  }
}
