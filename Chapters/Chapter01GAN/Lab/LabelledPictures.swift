import NeuralNetworks
import Tensors

/// A picture together with its class, as one sample of the game: the pixels in a row, then the class as a one-hot vector,
/// [N, channels·height·width + classes]. The counterfeiter forges such pairs, the policeman judges them: "is this a real
/// picture, and a real 7?" (conditional GAN: Mirza and Osindero 2014). So `trainGAN` needs to know nothing of classes.
///
/// Data without labels are the case of no classes.
enum LabelledPictures {
  /// Pictures [N, …] and their classes as samples.
  static func joined(_ pictures: Tensor, labels: [Int], classCount: Int) -> Tensor {
    let flat = pictures.reshaped([pictures.dim(0), -1])
    return classCount == 0 ? flat : concatenated([flat, .oneHot(labels, classes: classCount)], axis: 1)
  }

  /// The number of the largest of the last `classCount` coordinates of each row; empty without classes.
  static func labels(of rows: Tensor, classCount: Int) -> [Int] {
    let width = rows.dim(1)
    return classCount == 0 ? [] : rows.detached().sliced(axis: 1, width - classCount..<width).argMax(axis: 1)
  }
}

/// The counterfeiter of labelled pictures. Of a row of noise the last numbers choose the class (the largest one wins, so
/// that all are equally likely), the others the picture.
final class LabelledGenerator: Module, UnaryLayer {
  let network: ConvolutionalGenerator

  init(_ network: ConvolutionalGenerator) {
    self.network = network
    super.init()
  }

  /// How much noise makes a picture and its class.
  var noiseDimensions: Int { network.latentDimensions + network.classCount }

  func callAsFunction(_ noise: Tensor) -> Tensor {
    let classes = network.classCount
    let labels = LabelledPictures.labels(of: noise, classCount: classes)
    let z = classes == 0 ? noise : noise.sliced(axis: 1, 0..<network.latentDimensions)
    let pictures = network(z, labels: classes == 0 ? nil : labels)
    return LabelledPictures.joined(pictures, labels: labels, classCount: classes)
  }

  override class var hasFixedParts: Bool { true }
}

/// The policeman who judges labelled pictures.
final class LabelledDiscriminator: Module, UnaryLayer {
  let network: ConvolutionalDiscriminator

  init(_ network: ConvolutionalDiscriminator) {
    self.network = network
    super.init()
  }

  func callAsFunction(_ pairs: Tensor) -> Tensor {
    let classes = network.classCount
    let size = network.imageShape.reduce(1, *)
    let pictures = classes == 0 ? pairs : pairs.sliced(axis: 1, 0..<size)
    let labels = LabelledPictures.labels(of: pairs, classCount: classes)
    return network(pictures.reshaped([pairs.dim(0)] + network.imageShape), labels: classes == 0 ? nil : labels)
  }

  override class var hasFixedParts: Bool { true }
}
