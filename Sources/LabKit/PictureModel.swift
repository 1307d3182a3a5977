import Datasets
import Foundation
import NeuralNetworks
import Tensors

/// The network that draws pictures, with everything that turns pictures into its numbers and back.
///
/// The pictures are centred and scaled so that all pixels together have mean 0 and the standard deviation that the chapter
/// asks for: what a chapter says of noise levels then holds for any data.
public final class PictureModel {
  public let network: UNet
  /// A pixel v of a picture (−1 … 1) is scale · (v − mean) to the network.
  public let mean: Double
  public let scale: Double
  /// Channels, height, width.
  public let imageShape: [Int]

  /// A fresh network for pictures like these.
  ///
  /// - Parameters:
  ///   - deviation: the standard deviation of all pixels together, as the network sees them.
  ///   - adjust: changes the network's shape from the course's own, for instance its widths.
  public init(
    for data: ImageDataset, deviation: Double, using rng: inout RandomStream,
    adjust: (inout UNetConfiguration) -> Void = { _ in }
  ) {
    var configuration = UNetConfiguration()
    configuration.imageChannels = data.channels
    configuration.classCount = data.isLabelled ? data.classCount : 0
    adjust(&configuration)
    // What a class looks like at the coarsest level: a short training hardly learns it otherwise.
    configuration.mapSize = data.height / (configuration.patchSize << (configuration.channels.count - 1))
    network = UNet(configuration, using: &rng)
    mean = Double(data.images.mean().item())
    scale = deviation / data.standardDeviation
    imageShape = [data.channels, data.height, data.width]
  }

  /// A network of the same shape and with the same weights, to be trained on from there.
  public init(copying other: PictureModel) throws {
    var rng = RandomStream(seed: 0)
    network = UNet(other.network.configuration, using: &rng)
    try network.load(other.network.stateDictionary())
    mean = other.mean
    scale = other.scale
    imageShape = other.imageShape
  }

  // MARK: - Pictures and the network's numbers

  public func normalized(_ pictures: Tensor) -> Tensor { (pictures - Float(mean)) * Float(scale) }

  /// Pictures from the network's numbers, cut to −1 … 1.
  public func pictures(_ x: Tensor) -> Tensor { clamp(x / Float(scale) + Float(mean), -1, 1) }

  /// Standard normal noise for `count` pictures.
  public func noise(_ count: Int, using rng: inout RandomStream) -> Tensor {
    Tensor.normal([count] + imageShape, using: &rng)
  }

  // MARK: - The network and its classes

  /// The network for a batch of these classes (nil: no class): x of shape [B, …] and a time or noise level a row, [B].
  public func raw(labels: [Int]?) -> (_ x: Tensor, _ time: Tensor) -> Tensor {
    let network = network
    return { x, time in network(x, noise: time, labels: labels) }
  }

  /// The classes of a sheet, `perClass` of each, one class a row; nil for a network that knows no classes.
  public func sheetLabels(perClass: Int) -> [Int]? {
    let classes = network.configuration.classCount
    return classes == 0 ? nil : (0..<classes).flatMap { Array(repeating: $0, count: perClass) }
  }

  // MARK: - Files

  /// Writes the weights, with all that is needed to use them.
  public func save(to url: URL, notes: [String: String] = [:]) throws {
    let image = imageShape.map(\.description).joined(separator: " ")
    let own = ["mean": mean.description, "scale": scale.description, "image": image]
    try network.save(to: url, metadata: notes.merging(own) { _, new in new })
  }

  /// The model in a file that ``save(to:notes:)`` wrote.
  ///
  /// - Throws: ``LabError`` if it is another kind of file; what `UNet(contentsOf:)` says of damaged ones.
  public init(contentsOf url: URL) throws {
    let metadata = try loadSafetensorsAndMetadata(from: url).metadata
    guard let mean = metadata["mean"].flatMap(Double.init), let scale = metadata["scale"].flatMap(Double.init),
      let image = metadata["image"]?.split(separator: " ").compactMap({ Int($0) }), image.count == 3
    else { throw LabError("\(url.path) holds no picture model: its metadata lack mean, scale or image.") }
    network = try UNet(contentsOf: url)
    self.mean = mean
    self.scale = scale
    imageShape = image
  }

  /// The model whose weights come with the course, `Chapters/<chapter>/Weights/<name>.safetensors`.
  public convenience init(committedTo chapter: String, as name: String) throws {
    try self.init(
      contentsOf: PackageRoot.find().appendingPathComponent("Chapters/\(chapter)/Weights/\(name).safetensors"))
  }
}

/// The answer for a class, moved on from what it would be for any picture: aimed + w · (aimed − unaimed).
///
/// Classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598). It asks the network twice, and what is sampled is no
/// longer the data's law: clearer digits, fewer handwritings.
public func guided(aimed: Tensor, unaimed: Tensor, by weight: Double) -> Tensor {
  aimed + (aimed - unaimed) * Float(weight)
}
