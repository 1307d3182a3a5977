import Chapter05EDM
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// The network that draws digits, with everything that turns pictures into its numbers and back.
///
/// The pictures are centred and scaled so that all pixels together have mean 0 and standard deviation σ_d = 0.5. Then
/// the paper's noise levels apply as they stand, and the untrained network's weighted loss is 1 at every noise level.
final class DigitModel {
  /// σ_d.
  static let sigmaData = 0.5

  let network: UNet
  /// A pixel v of a picture (−1 … 1) is scale · (v − mean) to the network.
  let mean: Double
  let scale: Double
  /// Channels, height, width.
  let imageShape: [Int]

  /// A fresh network for pictures like these.
  init(for data: ImageDataset, using rng: inout RandomStream) {
    var configuration = UNetConfiguration()
    configuration.imageChannels = data.channels
    configuration.classCount = data.isLabelled ? data.classCount : 0
    // What a class looks like at the coarsest level: a short training hardly learns it otherwise.
    configuration.mapSize = data.height / (configuration.patchSize << (configuration.channels.count - 1))
    network = UNet(configuration, using: &rng)
    mean = Double(data.images.mean().item())
    scale = Self.sigmaData / data.standardDeviation
    imageShape = [data.channels, data.height, data.width]
  }

  // MARK: - Pictures and the network's numbers

  func normalized(_ pictures: Tensor) -> Tensor { (pictures - Float(mean)) * Float(scale) }

  func pictures(_ x: Tensor) -> Tensor { clamp(x / Float(scale) + Float(mean), -1, 1) }

  // MARK: - The student's exercises around the network

  /// D for samplers: one noise level for the whole batch, nothing recorded.
  ///
  /// - Parameter guidance: w ≥ 0 in D(x; class) + w · (D(x; class) − D(x; no class)), which moves a sample on from what any
  ///   digit would look like towards its class (classifier-free guidance: Ho and Salimans 2022, arXiv 2207.12598). It
  ///   asks the network twice, and what is sampled is no longer the data's law: clearer digits, fewer handwritings.
  func denoiser(labels: [Int]?, guidance: Double = 0) -> Denoiser {
    let own = Chapter05EDM.denoiser(network: raw(labels: labels), sigmaData: Self.sigmaData)
    guard guidance > 0, labels != nil else { return { x, sigma in try withoutGrad { try own(x, sigma) } } }
    let any = Chapter05EDM.denoiser(network: raw(labels: nil), sigmaData: Self.sigmaData)
    return { x, sigma in
      try withoutGrad {
        let aimed = try own(x, sigma)
        let unaimed = try any(x, sigma)
        return aimed + (aimed - unaimed) * Float(guidance)
      }
    }
  }

  /// The weighted loss of a batch.
  func loss(_ pictures: Tensor, labels: [Int]?, sigmas: [Double], noise: Tensor) throws -> Tensor {
    let network = raw(labels: labels)
    return try edmLoss(
      denoiser: { x, sigmas in try denoise(network: network, x: x, sigmas: sigmas, sigmaData: Self.sigmaData) },
      x0: normalized(pictures), sigmas: sigmas, noise: noise, sigmaData: Self.sigmaData)
  }

  /// F for a batch of these classes.
  private func raw(labels: [Int]?) -> Network {
    let network = network
    return { x, noise in network(x, noise: noise, labels: labels) }
  }

  /// The classes of a sheet, `perClass` of each, one class a row; nil for a network that knows no classes.
  func sheetLabels(perClass: Int) -> [Int]? {
    let classes = network.configuration.classCount
    return classes == 0 ? nil : (0..<classes).flatMap { Array(repeating: $0, count: perClass) }
  }

  /// Starting noise for `count` pictures at the highest level, 80.
  func noise(_ count: Int, using rng: inout RandomStream) -> Tensor {
    Tensor.normal([count] + imageShape, using: &rng) * 80
  }

  // MARK: - Files

  /// Writes the weights, with all that is needed to use them.
  func save(to url: URL, notes: [String: String] = [:]) throws {
    let image = imageShape.map(\.description).joined(separator: " ")
    let own = ["mean": mean.description, "scale": scale.description, "image": image]
    try network.save(to: url, metadata: notes.merging(own) { _, new in new })
  }

  /// The model in a file that ``save(to:notes:)`` wrote.
  init(contentsOf url: URL) throws {
    let metadata = try loadSafetensorsAndMetadata(from: url).metadata
    guard let mean = metadata["mean"].flatMap(Double.init), let scale = metadata["scale"].flatMap(Double.init),
      let image = metadata["image"]?.split(separator: " ").compactMap({ Int($0) }), image.count == 3
    else { throw LabError("\(url.path) holds no digit model: its metadata lack mean, scale or image.") }
    network = try UNet(contentsOf: url)
    self.mean = mean
    self.scale = scale
    imageShape = image
  }

  /// Where the weights lie that come with the course.
  static func committedURL() throws -> URL {
    try PackageRoot.find().appendingPathComponent("Chapters/Chapter05EDM/Weights/edm-digits.safetensors")
  }
}
