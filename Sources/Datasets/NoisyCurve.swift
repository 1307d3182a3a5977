import Foundation
import Tensors

/// A point drawn along curves in the plane, plus Gaussian noise: the swiss roll, the two moons.
///
/// A draw takes a curve by its weight, a parameter u uniform in [0, 1), the curve's point at u, and noise of standard
/// deviation `standardDeviation` in both coordinates. The density is an integral over u,
///
/// p(x) = ∫₀¹ N(x; γ(u), sd²I) du,
///
/// evaluated by Gauss–Legendre quadrature in panels much shorter than the noise, to about ten digits: a mixture of
/// Gaussians (``quadrature``) stands for the law.
public struct NoisyCurve: Density {
  public let dimensions = 2
  public let standardDeviation: Double
  /// The mixture of Gaussians that the quadrature is.
  public let quadrature: GaussianMixture
  private let curves: [@Sendable (Double) -> (x: Double, y: Double)]

  /// - Parameters:
  ///   - curves: each from [0, 1] to the plane; all equally likely.
  ///   - standardDeviation: of the noise, above 0.
  ///   - panels: of the quadrature along each curve, eight nodes each.
  public init(
    standardDeviation: Double, panels: Int = 120, curves: [@Sendable (Double) -> (x: Double, y: Double)]
  ) {
    guard standardDeviation > 0, panels > 0, !curves.isEmpty else {
      fatalError("NoisyCurve: needs a curve, noise above 0 (\(standardDeviation)) and panels (\(panels))")
    }
    self.standardDeviation = standardDeviation
    self.curves = curves
    // Nodes and weights of Gauss–Legendre quadrature with eight nodes on [−1, 1] (Abramowitz and Stegun 25.4.30).
    let nodes = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363]
    let nodeWeights = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763]
    var (means, weights): ([[Double]], [Double]) = ([], [])
    for curve in curves {
      for panel in 0..<panels {
        for (node, weight) in zip(nodes, nodeWeights) {
          for side in [-1.0, 1] {
            let (x, y) = curve((Double(panel) + 0.5 + side * node / 2) / Double(panels))
            means.append([x, y])
            weights.append(weight)
          }
        }
      }
    }
    quadrature = GaussianMixture(means: means, standardDeviation: standardDeviation, weights: weights)
  }

  /// scikit-learn's swiss roll without its depth, divided by 7.5, as in the WGAN-GP authors' `gan_toy.py`:
  /// t = 1.5π(1 + 2u), (t cos t, t sin t)/7.5, noise 0.25/7.5.
  public static func swissRoll(standardDeviation: Double = 0.25 / 7.5) -> NoisyCurve {
    NoisyCurve(
      standardDeviation: standardDeviation, panels: 120,
      curves: [
        { u in
          let t = 1.5 * Double.pi * (1 + 2 * u)
          return (t * cos(t) / 7.5, t * sin(t) / 7.5)
        }
      ])
  }

  /// scikit-learn's two moons: (cos t, sin t) and (1 − cos t, ½ − sin t) with t = πu.
  public static func twoMoons(standardDeviation: Double = 0.1) -> NoisyCurve {
    NoisyCurve(
      standardDeviation: standardDeviation, panels: 40,
      curves: [
        { u in (cos(Double.pi * u), sin(Double.pi * u)) },
        { u in (1 - cos(Double.pi * u), 0.5 - sin(Double.pi * u)) },
      ])
  }

  public func sample(using rng: inout RandomStream) -> [Double] {
    let curve = curves[curves.count == 1 ? 0 : rng.integer(below: curves.count)]
    let (x, y) = curve(rng.nextUniform())
    return [x + standardDeviation * rng.nextNormal(), y + standardDeviation * rng.nextNormal()]
  }

  public func logDensity(_ x: [Double], noise: Double) -> Double { quadrature.logDensity(x, noise: noise) }
  public func score(_ x: [Double], noise: Double) -> [Double] { quadrature.score(x, noise: noise) }
  public func denoised(_ x: [Double], noise: Double) -> [Double] { quadrature.denoised(x, noise: noise) }
}
