import Tensors

/// A small discriminator (or critic) of pictures: two convolutions of stride 2, and one number, as in DCGAN (Radford et al. 2016).
///
/// x [N, imageChannels, S, S] → 4×4 convolution, stride 2, leaky ReLU, twice → features h → logit w·h + b. With classes the logit is
/// w·h + b + w_y·h: the projection discriminator (Miyato & Koyama 2018), which asks both "is it real?" and "is it a y?".
///
/// No layer looks at more than one picture, so that the gradient of a logit with respect to its own picture is all there is: what a gradient penalty
/// (R1, WGAN-GP) takes for granted, and batch normalization breaks. All of it is piecewise linear in x and differentiable twice in the weights.
///
/// Keys: `conv1`, `conv2`, `head`, `classes` (each with `weight` and all but the last with `bias`; with spectral normalization as ``SpectralNorm`` names them).
public final class ConvolutionalDiscriminator: Module {
  /// Classes that a picture can be said to be of; 0 for a discriminator that knows none.
  public let classCount: Int
  /// Channels, height and width of a picture.
  public let imageShape: [Int]

  private let conv1: any UnaryLayer
  private let conv2: any UnaryLayer
  private let head: any UnaryLayer
  private let classes: (any UnaryLayer)?

  /// A fresh discriminator.
  ///
  /// - Parameters:
  ///   - channels: at half and at a quarter of the picture's side.
  ///   - imageSize: the side S of the square pictures, a multiple of 4.
  ///   - isSpectrallyNormalized: whether every layer works with W/σ, σ its largest singular value (Miyato et al. 2018).
  public init(
    classCount: Int = 0, channels: (Int, Int) = (32, 64), imageChannels: Int = 1, imageSize: Int = 28,
    isSpectrallyNormalized: Bool = false, using rng: inout RandomStream
  ) {
    if classCount < 0 || imageChannels < 1 || imageSize < 4 || imageSize % 4 != 0 || channels.0 < 1 || channels.1 < 1 {
      fatalError(
        "ConvolutionalDiscriminator: \(classCount) classes, channels \(channels), pictures of "
          + "\(imageChannels) × \(imageSize) × \(imageSize): the side must be a multiple of 4, the channels at least 1."
      )
    }
    self.classCount = classCount
    imageShape = [imageChannels, imageSize, imageSize]
    func layer<Layer: WeightedLayer>(_ layer: Layer) -> any UnaryLayer {
      isSpectrallyNormalized ? SpectralNorm(layer, using: &rng) : layer
    }
    let (first, second) = channels
    let features = second * (imageSize / 4) * (imageSize / 4)
    conv1 = layer(
      Conv2d(inputChannels: imageChannels, outputChannels: first, kernelSize: 4, stride: 2, padding: 1, using: &rng))
    conv2 = layer(
      Conv2d(inputChannels: first, outputChannels: second, kernelSize: 4, stride: 2, padding: 1, using: &rng))
    head = layer(Linear(inputDimensions: features, outputDimensions: 1, using: &rng))
    classes =
      classCount == 0
      ? nil : layer(Linear(inputDimensions: features, outputDimensions: classCount, bias: false, using: &rng))
    super.init()
  }

  /// x [N, channels, S, S] → logits [N].
  ///
  /// - Parameter labels: N classes in 0 ..< classCount; nil exactly when the discriminator knows no classes.
  public func callAsFunction(_ x: Tensor, labels: [Int]? = nil) -> Tensor {
    if x.ndim != 4 || Array(x.shape[1...]) != imageShape {
      fatalError("ConvolutionalDiscriminator: x has shape \(x.shape); it must be [N] + \(imageShape).")
    }
    if (labels?.count ?? 0) != (classCount == 0 ? 0 : x.dim(0)) {
      fatalError(
        "ConvolutionalDiscriminator: \(labels?.count ?? 0) labels for x \(x.shape) and \(classCount) classes: one for "
          + "each picture, or none without classes.")
    }
    var h = leakyReLU(conv1(x), slope: 0.2)
    h = leakyReLU(conv2(h), slope: 0.2).reshaped([x.dim(0), -1])
    let logits = head(h).reshaped([-1])
    guard let classes, let labels else { return logits }
    return logits + (classes(h) * .oneHot(labels, classes: classCount)).sum(axis: 1)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String {
    "\(imageShape) → 1" + (classCount == 0 ? "" : ", \(classCount) classes")
  }
}
