import Datasets
import Tensors

/// The two laws of the plane that flows are trained on.
enum PlaneLaw: String, CaseIterable, Sendable {
  case ring
  case moons

  /// The standard deviation of one of the ring's clusters.
  static let ringDeviation = 0.05

  private static let ringLaw = GaussianMixture.ring8(standardDeviation: ringDeviation)
  private static let moonsLaw = NoisyCurve.twoMoons(standardDeviation: 0.08)

  /// `count` points, of shape [count, 2]; the moons moved to the middle and enlarged to the ring's size.
  func samples(_ count: Int, using rng: inout RandomStream) -> Tensor {
    switch self {
    case .ring: Self.ringLaw.samples(count, using: &rng)
    case .moons: (Self.moonsLaw.samples(count, using: &rng) - Tensor([0.5, 0.25], shape: [1, 2])) * 1.3
    }
  }

  /// How well points cover the ring; nil for the moons, which have no modes to count.
  func coverage(_ points: Tensor) -> ModeCoverage? {
    guard self == .ring else { return nil }
    return ModeCoverage(points, centers: Self.ringLaw.means, standardDeviation: Self.ringDeviation)
  }
}
