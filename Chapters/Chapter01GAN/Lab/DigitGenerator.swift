import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// A trained counterfeiter of pictures, as it is kept in a file.
struct DigitGenerator {
  let network: ConvolutionalGenerator

  /// Draws pictures [N, channels, S, S]; `labels` is nil exactly when the network knows no classes.
  func pictures(_ z: Tensor, labels: [Int]?) -> Tensor { withoutGrad { network(z, labels: labels) } }

  /// The classes of a sheet, `perClass` of each, one class a row; nil for a network that knows no classes.
  func sheetLabels(perClass: Int) -> [Int]? {
    network.classCount == 0 ? nil : (0..<network.classCount).flatMap { Array(repeating: $0, count: perClass) }
  }

  // MARK: - Files

  /// Writes the weights, with all that is needed to use them.
  func save(to url: URL, notes: [String: String]) throws {
    let own = [
      "latent dimensions": "\(network.latentDimensions)", "classes": "\(network.classCount)",
      "image channels": "\(network.imageShape[0])", "image size": "\(network.imageShape[1])",
    ]
    try saveSafetensors(network.stateDictionary(), to: url, metadata: notes.merging(own) { _, new in new })
  }

  init(network: ConvolutionalGenerator) { self.network = network }

  /// The generator in a file that ``save(to:notes:)`` wrote.
  init(contentsOf url: URL) throws {
    let (tensors, metadata) = try loadSafetensorsAndMetadata(from: url)
    func number(_ key: String) throws -> Int {
      guard let value = metadata[key].flatMap({ Int($0) }) else {
        throw LabError("\(url.path) holds no generator of this lab: its metadata lack \(key).")
      }
      return value
    }
    var rng = RandomStream(seed: 0)
    network = try ConvolutionalGenerator(
      latentDimensions: number("latent dimensions"), classCount: number("classes"),
      imageChannels: number("image channels"), imageSize: number("image size"), using: &rng)
    try network.load(tensors, source: url.path)
  }

  /// Where the weights lie that come with the course.
  static func committedURL() throws -> URL {
    try PackageRoot.find().appendingPathComponent("Chapters/Chapter01GAN/Weights/gan-digits.safetensors")
  }
}
