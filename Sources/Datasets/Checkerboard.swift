import Foundation
import Tensors

/// The uniform law on the eight dark squares of a 4 × 4 board over [−2, 2]²; the square with its corner at (i, j) is dark
/// where i + j is even.
///
/// Without noise the density is 1/8 on dark squares and 0 elsewhere, and the score 0 wherever it exists. With noise both
/// are sums over the squares of products of normal distribution functions, so they are exact too, as far from the board
/// as a Double reaches (some 37 σ; beyond, the log-density is −∞).
public struct Checkerboard: Density {
  public let dimensions = 2

  public init() {}

  /// Lower left corners of the dark squares.
  public static let corners: [(x: Double, y: Double)] = (-2..<2).flatMap { i in
    (-2..<2).filter { (i + $0) % 2 == 0 }.map { (Double(i), Double($0)) }
  }

  public func sample(using rng: inout RandomStream) -> [Double] {
    let corner = Checkerboard.corners[rng.integer(below: Checkerboard.corners.count)]
    return [corner.x + rng.nextUniform(), corner.y + rng.nextUniform()]
  }

  public func logDensity(_ x: [Double], noise: Double) -> Double {
    if noise == 0 {
      let isInside = x.allSatisfy { $0 >= -2 && $0 < 2 }
      return isInside && (Int(x[0].rounded(.down)) + Int(x[1].rounded(.down))) % 2 == 0 ? -log(8) : -.infinity
    }
    return log(sums(x, noise: noise).density)
  }

  public func score(_ x: [Double], noise: Double) -> [Double] {
    if noise == 0 { return [0, 0] }
    let (density, dx, dy) = sums(x, noise: noise)
    return density > 0 ? [dx / density, dy / density] : [.nan, .nan]
  }

  /// p_σ and its two derivatives.
  private func sums(_ x: [Double], noise: Double) -> (density: Double, dx: Double, dy: Double) {
    var (density, dx, dy) = (0.0, 0.0, 0.0)
    for corner in Checkerboard.corners {
      let (px, slopeX) = Checkerboard.interval(x[0] - corner.x, noise)
      let (py, slopeY) = Checkerboard.interval(x[1] - corner.y, noise)
      density += px * py / 8
      dx += slopeX * py / 8
      dy += px * slopeY / 8
    }
    return (density, dx, dy)
  }

  /// The density of a uniform point of [0, 1] plus noise at t, Φ(t/σ) − Φ((t − 1)/σ), and its derivative.
  private static func interval(_ t: Double, _ noise: Double) -> (value: Double, slope: Double) {
    let (a, b) = ((t - 1) / noise, t / noise)
    let root = 0.5.squareRoot()
    // From the tail on whose side both ends lie, so that no digits cancel.
    let value: Double
    if a > 0 {
      value = (erfc(a * root) - erfc(b * root)) / 2
    } else if b < 0 {
      value = (erfc(-b * root) - erfc(-a * root)) / 2
    } else {
      value = 1 - (erfc(b * root) + erfc(-a * root)) / 2
    }
    let normal = 1 / (noise * (2 * Double.pi).squareRoot())
    return (value, normal * (exp(-b * b / 2) - exp(-a * a / 2)))
  }
}
