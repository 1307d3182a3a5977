import Foundation

/// How scale and noise depend on time: x(t) = s(t)·(x₀ + σ(t)·ε). Karras et al. 2022, Table 1, rows "Schedule" and
/// "Scaling".
///
/// The same noise levels can be reached along any schedule; what changes is the shape of the trajectories in between,
/// and with it how well a given number of steps follows them.
public struct NoiseSchedule: Sendable {
  public let name: String
  /// s(t), the factor of the whole sum.
  public let s: @Sendable (_ t: Double) -> Double
  /// ds/dt.
  public let sDerivative: @Sendable (_ t: Double) -> Double
  /// σ(t), the noise level relative to the unscaled data.
  public let sigma: @Sendable (_ t: Double) -> Double
  /// dσ/dt.
  public let sigmaDerivative: @Sendable (_ t: Double) -> Double
  /// σ⁻¹: the time at which the noise level is the given one.
  public let time: @Sendable (_ sigma: Double) -> Double

  public init(
    name: String,
    s: @escaping @Sendable (Double) -> Double, sDerivative: @escaping @Sendable (Double) -> Double,
    sigma: @escaping @Sendable (Double) -> Double, sigmaDerivative: @escaping @Sendable (Double) -> Double,
    time: @escaping @Sendable (Double) -> Double
  ) {
    self.name = name
    self.s = s
    self.sDerivative = sDerivative
    self.sigma = sigma
    self.sigmaDerivative = sigmaDerivative
    self.time = time
  }

  /// EDM: s = 1, σ = t. Time *is* the noise level.
  public static let edm = NoiseSchedule(
    name: "EDM", s: { _ in 1 }, sDerivative: { _ in 0 }, sigma: { $0 }, sigmaDerivative: { _ in 1 }, time: { $0 })

  /// Variance exploding (Song et al. 2021): s = 1, σ = √t.
  public static let varianceExploding = NoiseSchedule(
    name: "VE", s: { _ in 1 }, sDerivative: { _ in 0 },
    sigma: { $0.squareRoot() }, sigmaDerivative: { 0.5 / $0.squareRoot() }, time: { $0 * $0 })

  /// Variance preserving (Song et al. 2021), the continuous form of DDPM: with u(t) = ½β_d t² + β_min t, s = e^(−u/2)
  /// and σ = √(eᵘ − 1), so that s²(1 + σ²) = 1.
  public static func variancePreserving(betaMin: Double = 0.1, betaDelta: Double = 19.9) -> NoiseSchedule {
    let u: @Sendable (Double) -> Double = { (0.5 * betaDelta * $0 + betaMin) * $0 }
    let uDerivative: @Sendable (Double) -> Double = { betaDelta * $0 + betaMin }
    let sigma: @Sendable (Double) -> Double = { expm1(u($0)).squareRoot() }
    return NoiseSchedule(
      name: "VP",
      s: { exp(-0.5 * u($0)) }, sDerivative: { -0.5 * uDerivative($0) * exp(-0.5 * u($0)) },
      sigma: sigma, sigmaDerivative: { 0.5 * uDerivative($0) * exp(u($0)) / sigma($0) },
      time: { ((betaMin * betaMin + 2 * betaDelta * log1p($0 * $0)).squareRoot() - betaMin) / betaDelta })
  }
}
