import Tensors

/// A small generator of pictures: noise goes in at a quarter of the picture's side and is enlarged twice, as in DCGAN (Radford et al. 2016).
///
/// z [N, latentDimensions] → a linear layer to [N, c₀, S/4, S/4] → twice a 3×3 convolution whose channels become pixels (`depthToSpace`), with
/// group normalization and silu before each → tanh: pictures [N, imageChannels, S, S] from −1 to 1.
///
/// A class adds a map of its own to what the linear layer made. Group and not batch normalization: a sample's picture does not depend on its
/// company, and there are no running averages to keep.
///
/// Keys: `input`, `maps.weight` [classes, c₀·S/4·S/4], `norm1`, `conv1` [4c₁, c₀, 3, 3], `norm2`, `conv2`, `norm3`, `head` [4 · imageChannels, c₁, 3, 3].
public final class ConvolutionalGenerator: Module {
  /// How many normal numbers make a picture.
  public let latentDimensions: Int
  /// Classes that can be asked for; 0 for a generator that knows none.
  public let classCount: Int
  /// Channels, height and width of a picture.
  public let imageShape: [Int]

  private let input: Linear
  private let maps: Embedding?
  private let norm1: GroupNorm
  private let conv1: Conv2d
  private let norm2: GroupNorm
  private let conv2: Conv2d
  private let norm3: GroupNorm
  private let head: Conv2d

  /// A fresh generator.
  ///
  /// - Parameters:
  ///   - channels: c₀ at a quarter and c₁ at half of the picture's side; multiples of 8.
  ///   - imageSize: the side S of the square pictures, a multiple of 4.
  public init(
    latentDimensions: Int = 64, classCount: Int = 0, channels: (Int, Int) = (64, 32), imageChannels: Int = 1,
    imageSize: Int = 28, using rng: inout RandomStream
  ) {
    if latentDimensions < 1 || classCount < 0 || imageChannels < 1 || imageSize < 4 || imageSize % 4 != 0
      || channels.0 < 8 || channels.0 % 8 != 0 || channels.1 < 8 || channels.1 % 8 != 0
    {
      fatalError(
        "ConvolutionalGenerator: \(latentDimensions) latent dimensions, \(classCount) classes, channels \(channels), "
          + "pictures of \(imageChannels) × \(imageSize) × \(imageSize): the side must be a multiple of 4, the channels of 8."
      )
    }
    self.latentDimensions = latentDimensions
    self.classCount = classCount
    imageShape = [imageChannels, imageSize, imageSize]
    let (wide, narrow) = channels
    let side = imageSize / 4
    input = Linear(inputDimensions: latentDimensions, outputDimensions: wide * side * side, using: &rng)
    maps =
      classCount == 0 ? nil : Embedding(embeddingCount: classCount, dimensions: wide * side * side, using: &rng)
    norm1 = GroupNorm(groupCount: 8, dimensions: wide)
    conv1 = Conv2d(inputChannels: wide, outputChannels: 4 * narrow, kernelSize: 3, padding: 1, using: &rng)
    norm2 = GroupNorm(groupCount: 8, dimensions: narrow)
    conv2 = Conv2d(inputChannels: narrow, outputChannels: narrow, kernelSize: 3, padding: 1, using: &rng)
    norm3 = GroupNorm(groupCount: 8, dimensions: narrow)
    head = Conv2d(inputChannels: narrow, outputChannels: 4 * imageChannels, kernelSize: 3, padding: 1, using: &rng)
    super.init()
    // As strong as what a standard normal z sends through the linear layer.
    if let maps { maps.weight.value = maps.weight.value * (1 / Float(3).squareRoot()) }
  }

  /// z [N, latentDimensions] → [N, channels, S, S].
  ///
  /// - Parameter labels: N classes in 0 ..< classCount; nil exactly when the generator knows no classes.
  public func callAsFunction(_ z: Tensor, labels: [Int]? = nil) -> Tensor {
    if z.ndim != 2 || z.dim(1) != latentDimensions {
      fatalError("ConvolutionalGenerator: z has shape \(z.shape); it must be [N, \(latentDimensions)].")
    }
    if (labels?.count ?? 0) != (classCount == 0 ? 0 : z.dim(0)) {
      fatalError(
        "ConvolutionalGenerator: \(labels?.count ?? 0) labels for z \(z.shape) and \(classCount) classes: one for "
          + "each row, or none without classes.")
    }
    var h = input(z)
    if let maps, let labels { h = h + maps(labels) }
    let side = imageShape[1] / 4
    h = h.reshaped([z.dim(0), -1, side, side])
    h = depthToSpace(conv1(norm1.silu(h)), 2)
    h = conv2(norm2.silu(h))
    return tanh(depthToSpace(head(norm3.silu(h)), 2))
  }

  /// Standard normal z for `count` pictures.
  public func noise(_ count: Int, using rng: inout RandomStream) -> Tensor {
    Tensor.normal([count, latentDimensions], using: &rng)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String {
    "\(latentDimensions) → \(imageShape)" + (classCount == 0 ? "" : ", \(classCount) classes")
  }
}
