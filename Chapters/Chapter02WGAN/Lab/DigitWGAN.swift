import Chapter02WGAN
import Datasets
import Foundation
import LabKit
import NeuralNetworks
import Tensors

/// A generator and a critic of pictures, each told which class is meant.
///
/// The exercises know nothing of classes, and needn't: in every batch, real or fake, row b holds the class b mod K. So
/// the two networks can tell from the place of a row which class it is of, a real picture always meets a fake of its own
/// class, and the penalty's x̂ lies on a line between two of one class.
final class DigitWGAN {
  /// K; 1 for pictures without classes.
  let classCount: Int
  let generator: ConvolutionalGenerator
  let critic: ConvolutionalDiscriminator

  /// A fresh pair for pictures like these.
  init(for data: ImageDataset, using rng: inout RandomStream) {
    classCount = max(1, data.classCount)
    generator = ConvolutionalGenerator(
      classCount: classCount, imageChannels: data.channels, imageSize: data.height, using: &rng)
    critic = ConvolutionalDiscriminator(
      classCount: classCount, imageChannels: data.channels, imageSize: data.height, using: &rng)
  }

  /// The pair as the exercises want it.
  var pair: WGAN {
    let (generator, critic, classCount) = (generator, critic, classCount)
    return WGAN(
      generator: generator, generate: { z in generator(z, labels: classes(ofRows: z.dim(0), of: classCount)) },
      critic: critic, criticize: { x in critic(x, labels: classes(ofRows: x.dim(0), of: classCount)) })
  }
}

/// The classes of a batch's rows: 0, 1, …, K − 1, 0, 1, …
func classes(ofRows count: Int, of classCount: Int) -> [Int] { (0..<count).map { $0 % classCount } }

/// Draws batches whose row b is of class b mod K.
struct ClassedBatches {
  private let data: ImageDataset
  private let indices: [[Int]]

  init(_ data: ImageDataset) {
    self.data = data
    indices = data.isLabelled ? (0..<data.classCount).map { data.indices(ofClass: $0) } : [Array(0..<data.count)]
  }

  func draw(_ count: Int, using rng: inout RandomStream) -> Tensor {
    data.images(
      (0..<count).map { row in
        let own = indices[row % indices.count]
        return own[rng.integer(below: own.count)]
      })
  }
}

// MARK: - The generator alone, as it is kept and shown

extension ConvolutionalGenerator {
  /// Where the weights lie that come with the course.
  static func committedURL() throws -> URL {
    try PackageRoot.find().appendingPathComponent("Chapters/Chapter02WGAN/Weights/wgan-digits.safetensors")
  }

  /// The generator whose weights come with the course.
  static func committed() throws -> ConvolutionalGenerator {
    var unused = RandomStream(seed: 0)
    let generator = ConvolutionalGenerator(classCount: 10, using: &unused)
    let url = try committedURL()
    try generator.load(try loadSafetensors(from: url), source: url.path)
    return generator
  }

  /// Writes the weights, with how they came about.
  func save(to url: URL, notes: [String: String]) throws {
    try saveSafetensors(stateDictionary(), to: url, metadata: notes)
  }

  /// `perClass` pictures of each class, one class after the other, from −1 to 1; with the classes.
  func pictures(perClass: Int, using rng: inout RandomStream) -> (pictures: Tensor, labels: [Int]) {
    let labels = (0..<max(1, classCount)).flatMap { Array(repeating: $0, count: perClass) }
    let pictures = withoutGrad {
      self(noise(labels.count, using: &rng), labels: classCount == 0 ? nil : labels)
    }
    return (pictures, labels)
  }
}
