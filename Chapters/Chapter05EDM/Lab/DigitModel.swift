import Chapter05EDM
import Datasets
import LabKit
import NeuralNetworks
import Tensors

/// The exercises around the network that draws digits.
///
/// All pixels together have the standard deviation σ_d = 0.5. Then the paper's noise levels apply as they stand, and the
/// untrained network's weighted loss is 1 at every noise level.
extension PictureModel {
  /// σ_d.
  static let sigmaData = 0.5

  /// A fresh network for pictures like these.
  convenience init(for data: ImageDataset, using rng: inout RandomStream) {
    self.init(for: data, deviation: Self.sigmaData, using: &rng)
  }

  /// D for samplers: one noise level for the whole batch, nothing recorded.
  ///
  /// - Parameter guidance: w ≥ 0 in D(x; class) + w · (D(x; class) − D(x; no class)).
  func denoiser(labels: [Int]?, guidance: Double = 0) -> Denoiser {
    let own = Chapter05EDM.denoiser(network: raw(labels: labels), sigmaData: Self.sigmaData)
    guard guidance > 0, labels != nil else { return { x, sigma in try withoutGrad { try own(x, sigma) } } }
    let any = Chapter05EDM.denoiser(network: raw(labels: nil), sigmaData: Self.sigmaData)
    return { x, sigma in
      try withoutGrad { guided(aimed: try own(x, sigma), unaimed: try any(x, sigma), by: guidance) }
    }
  }

  /// The weighted loss of a batch, already normalized.
  func loss(_ x0: Tensor, labels: [Int]?, sigmas: [Double], noise: Tensor) throws -> Tensor {
    let network = raw(labels: labels)
    return try edmLoss(
      denoiser: { x, sigmas in try denoise(network: network, x: x, sigmas: sigmas, sigmaData: Self.sigmaData) },
      x0: x0, sigmas: sigmas, noise: noise, sigmaData: Self.sigmaData)
  }

  /// Starting noise for `count` pictures at the highest level, 80.
  func startingNoise(_ count: Int, using rng: inout RandomStream) -> Tensor { noise(count, using: &rng) * 80 }
}
