import NeuralNetworks
import Tensors

/// How far a picture is compressed, and into what.
struct CompressionPlan: Equatable, Sendable {
  var imageChannels = 1
  /// The side of the square pictures.
  var side = 28
  /// Pixels of a picture that the first layer takes together, p × p of them.
  var patchSize = 2
  /// Whether the sides are halved once more within the networks.
  var isHalved = true
  /// Whether a code knows of its own patch only: equal patches then have equal codes, wherever they are, and a pixel
  /// hangs on the codes around it alone. Otherwise convolutions and normalizations let every code know of its surroundings, and a
  /// little of the whole picture.
  var isLocal = false
  /// K.
  var codeCount = 128
  /// d, the numbers of a code.
  var codeDimensions = 8
  /// Channels of the widest layers.
  var width = 64

  /// f: pixels a code, in each direction.
  var factor: Int { patchSize * (isHalved ? 2 : 1) }
  /// Codes a picture, in each direction.
  var mapSide: Int { side / factor }
  var codesPerPicture: Int { mapSide * mapSide }
  var imageShape: [Int] { [imageChannels, side, side] }
}

/// A convolution that keeps a map's size, if it is not of stride 2.
private func convolution(
  _ input: Int, _ output: Int, kernel: Int = 3, stride: Int = 1, using rng: inout RandomStream
) -> Conv2d {
  Conv2d(
    inputChannels: input, outputChannels: output, kernelSize: kernel, stride: stride,
    padding: stride == 1 ? kernel / 2 : 1, using: &rng)
}

/// From pictures [N, C, S, S] to vectors [N, d, S/f, S/f]. The pixels of each p × p patch are taken together. Then there are a
/// 3×3 convolution, one of stride 2 and a residual block; in a local encoder two layers a patch instead.
final class PictureEncoder: Module {
  private let plan: CompressionPlan
  private let stem: Conv2d
  private let norm1: GroupNorm?
  private let down: Conv2d
  private let block: ResidualBlock?
  private let norm2: GroupNorm?
  private let output: Conv2d

  init(_ plan: CompressionPlan, using rng: inout RandomStream) {
    self.plan = plan
    let (width, patch) = (plan.width, plan.imageChannels * plan.patchSize * plan.patchSize)
    let kernel = plan.isLocal ? 1 : 3
    stem = convolution(patch, width / 2, kernel: kernel, using: &rng)
    down =
      plan.isHalved
      ? convolution(width / 2, width, kernel: 4, stride: 2, using: &rng)
      : convolution(width / 2, width, kernel: kernel, using: &rng)
    norm1 = plan.isLocal ? nil : GroupNorm(groupCount: 8, dimensions: width / 2)
    block =
      plan.isLocal
      ? nil : ResidualBlock(inputChannels: width, outputChannels: width, embeddingDimensions: nil, using: &rng)
    norm2 = plan.isLocal ? nil : GroupNorm(groupCount: 8, dimensions: width)
    output = convolution(width, plan.codeDimensions, kernel: 1, using: &rng)
    super.init()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let patches = stem(spaceToDepth(x, plan.patchSize))
    guard let norm1, let block, let norm2 else { return output(silu(down(silu(patches)))) }
    return output(norm2.silu(block(down(norm1.silu(patches)))))
  }

  override class var hasFixedParts: Bool { true }
}

/// From codes [N, d, h, w] back to pictures [N, C, h·f, w·f] from −1 to 1; h and w may be any, as all layers are
/// convolutions.
final class PictureDecoder: Module {
  private let plan: CompressionPlan
  private let input: Conv2d
  private let block: ResidualBlock?
  private let norm1: GroupNorm?
  private let up: Conv2d
  private let norm2: GroupNorm?
  private let head: Conv2d

  init(_ plan: CompressionPlan, using rng: inout RandomStream) {
    self.plan = plan
    let (width, patch) = (plan.width, plan.imageChannels * plan.patchSize * plan.patchSize)
    input = convolution(plan.codeDimensions, width, using: &rng)
    up = convolution(width, (plan.isHalved ? 4 : 1) * width / 2, using: &rng)
    head = convolution(width / 2, patch, kernel: plan.isLocal ? 1 : 3, using: &rng)
    block =
      plan.isLocal
      ? nil : ResidualBlock(inputChannels: width, outputChannels: width, embeddingDimensions: nil, using: &rng)
    norm1 = plan.isLocal ? nil : GroupNorm(groupCount: 8, dimensions: width)
    norm2 = plan.isLocal ? nil : GroupNorm(groupCount: 8, dimensions: width / 2)
    super.init()
  }

  func callAsFunction(_ codes: Tensor) -> Tensor {
    var h = input(codes)
    if let block { h = block(h) }
    h = up(norm1.map { $0.silu(h) } ?? silu(h))
    if plan.isHalved { h = depthToSpace(h, 2) }
    return tanh(depthToSpace(head(norm2.map { $0.silu(h) } ?? silu(h)), plan.patchSize))
  }

  /// The weights of layers from the code to the picture: the last one is G_L of the adaptive weight.
  var layerWeights: [Tensor] { [input, up, head].map(\.weight.value) }

  override class var hasFixedParts: Bool { true }
}

/// A discriminator of patches (Isola et al. 2017): pictures [N, C, S, S] → logits [N, 1, S/4, S/4], each of which sees 18 × 18
/// pixels.
final class PatchDiscriminator: Module {
  private let conv1: Conv2d
  private let conv2: Conv2d
  private let head: Conv2d

  init(imageChannels: Int, using rng: inout RandomStream) {
    conv1 = Conv2d(inputChannels: imageChannels, outputChannels: 32, kernelSize: 4, stride: 2, padding: 1, using: &rng)
    conv2 = Conv2d(inputChannels: 32, outputChannels: 64, kernelSize: 4, stride: 2, padding: 1, using: &rng)
    head = Conv2d(inputChannels: 64, outputChannels: 1, kernelSize: 3, padding: 1, using: &rng)
    super.init()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    head(leakyReLU(conv2(leakyReLU(conv1(x), slope: 0.2)), slope: 0.2))
  }

  /// Logits through which nothing flows into the discriminator's own weights: what the decoder is told.
  func judged(_ x: Tensor) -> Tensor {
    let parameters = parameters().map(\.parameter)
    let before = parameters.map(\.value)
    for parameter in parameters { parameter.value = parameter.value.detached() }
    defer { for (parameter, value) in zip(parameters, before) { parameter.value = value } }
    return self(x)
  }

  override class var hasFixedParts: Bool { true }
}
