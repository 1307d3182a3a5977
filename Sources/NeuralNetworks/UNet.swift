import Tensors

/// A class-conditional U-Net: the network F(x, c_noise, class) of diffusion models, for images of any size that its levels divide.
///
/// The image is cut into patches (space to depth), goes down through levels of residual blocks at falling resolution, through two blocks
/// with attention between them at the lowest one, and up again, where each level also receives what it had on the way down (Ronneberger et al. 2015).
/// The time and the class make one condition vector, e = silu(embed2(silu(embed1(features(t)))) + classes[y]), that scales and shifts in every block.
/// The last convolution starts at zero, and so does the network's output.
///
/// Keys: `time.weight`, `embed1`, `embed2`, `classes.weight`, `stem`, `down.0.blocks.0.norm1`, `down.0.resample`, `maps.weight`, `middle1`,
/// `attentionNorm`, `attention.qkv`, `middle2`, `up.0.resample`, `up.0.blocks.0.conv1`, `norm`, `head`; `up` counts from the deepest level.
public final class UNet: Module {
  /// What the model was built from.
  public let configuration: UNetConfiguration
  private let time: Module
  private let embed1: Linear
  private let embed2: Linear
  private let classes: Embedding?
  private let stem: Conv2d
  private let down: [Level]
  private let maps: Embedding?
  private let middle1: ResidualBlock
  private let attentionNorm: GroupNorm?
  private let attention: SelfAttention?
  private let middle2: ResidualBlock
  private let up: [Level]
  private let norm: GroupNorm
  private let head: Conv2d

  /// One level of one of the two ways: residual blocks, and the convolution between this level and the next deeper one.
  private final class Level: Module {
    let blocks: [ResidualBlock]
    let resample: Conv2d

    init(blocks: [ResidualBlock], resample: Conv2d) {
      self.blocks = blocks
      self.resample = resample
      super.init()
    }

    override class var hasFixedParts: Bool { true }
  }

  /// A fresh model; the stream decides its weights.
  public init(_ configuration: UNetConfiguration = UNetConfiguration(), using rng: inout RandomStream) {
    let c = configuration
    if let problem = c.problem { fatalError("UNet: \(c): \(problem).") }
    self.configuration = c
    let e = c.embeddingDimensions
    switch c.timeFeatures {
    case .fourier: time = FourierEmbedding(dimensions: c.timeFeatureCount, scale: c.frequencyScale, using: &rng)
    case .sinusoidal: time = SinusoidalEmbedding(dimensions: c.timeFeatureCount, scale: Double(c.frequencyScale))
    }
    embed1 = Linear(inputDimensions: c.timeFeatureCount, outputDimensions: e, using: &rng)
    embed2 = Linear(inputDimensions: e, outputDimensions: e, using: &rng)
    classes =
      c.classCount == 0 ? nil : Embedding(embeddingCount: c.classCount + 1, dimensions: e, using: &rng)

    func block(_ input: Int, _ output: Int) -> ResidualBlock {
      ResidualBlock(
        inputChannels: input, outputChannels: output, embeddingDimensions: e, groupCount: c.groupCount, using: &rng)
    }
    let patchChannels = c.imageChannels * c.patchSize * c.patchSize
    stem = Conv2d(
      inputChannels: patchChannels, outputChannels: c.channels[0], kernelSize: 3, padding: 1, using: &rng)
    var down: [Level] = []
    for (width, deeper) in zip(c.channels, c.channels.dropFirst()) {
      let blocks = (0..<c.blocksPerLevel).map { _ in block(width, width) }
      down.append(
        Level(
          blocks: blocks,
          resample: Conv2d(
            inputChannels: width, outputChannels: deeper, kernelSize: 3, stride: 2, padding: 1, using: &rng)))
    }
    self.down = down
    let deepest = c.channels[c.channels.count - 1]
    maps =
      c.mapSize == 0
      ? nil
      : Embedding(embeddingCount: c.classCount + 1, dimensions: deepest * c.mapSize * c.mapSize, using: &rng)
    middle1 = block(deepest, deepest)
    attentionNorm = c.attentionHeads == 0 ? nil : GroupNorm(groupCount: c.groupCount, dimensions: deepest)
    attention =
      c.attentionHeads == 0
      ? nil : SelfAttention(dimensions: deepest, headCount: c.attentionHeads, using: &rng)
    middle2 = block(deepest, deepest)
    var up: [Level] = []
    for (width, deeper) in zip(c.channels, c.channels.dropFirst()).reversed() {
      let resample = Conv2d(
        inputChannels: deeper, outputChannels: width, kernelSize: 3, padding: 1, using: &rng)
      let blocks = (0..<c.blocksPerLevel).map { block($0 == 0 && c.concatenatesSkips ? 2 * width : width, width) }
      up.append(Level(blocks: blocks, resample: resample))
    }
    self.up = up
    norm = GroupNorm(groupCount: c.groupCount, dimensions: c.channels[0])
    head = Conv2d(
      inputChannels: c.channels[0], outputChannels: patchChannels, kernelSize: 3, padding: 1, using: &rng)
    super.init()
    head.setZero()
    attention?.proj.setZero()
    if let maps { maps.weight.value = .zeros(maps.weight.shape) }
  }

  /// The label that stands for "no class", for guidance and for training with dropped labels.
  public var noClass: Int { configuration.classCount }

  /// The network's output for the images `x` at the times (noise levels) `noise` with the classes `labels`.
  ///
  /// - Parameters:
  ///   - x: [N, imageChannels, H, W]; H and W divisible by patchSize · 2^(levels − 1).
  ///   - noise: [N], or a single number for all: whatever the model is told of the time (EDM: c_noise = ¼ ln σ).
  ///   - labels: N classes in 0 … classCount, where classCount (``noClass``) means none; nil means none for all.
  /// - Returns: [N, imageChannels, H, W].
  public func callAsFunction(_ x: Tensor, noise: Tensor, labels: [Int]? = nil) -> Tensor {
    let c = configuration
    let step = c.patchSize << (c.channels.count - 1)
    if x.ndim != 4 || x.dim(1) != c.imageChannels || x.dim(2) % step != 0 || x.dim(3) % step != 0 {
      fatalError(
        "UNet: the input has shape \(x.shape); it must be [N, \(c.imageChannels), H, W] with H and "
          + "W multiples of \(step).")
    }
    let n = x.dim(0)
    if noise.scalarCount != n && noise.scalarCount != 1 {
      fatalError("UNet: the noise has shape \(noise.shape), but x is \(x.shape): one number a sample, or one for all.")
    }
    if let labels, labels.count != n {
      fatalError("UNet: \(labels.count) labels for the \(n) samples of x \(x.shape).")
    }
    let e = condition(noise.reshaped([-1]).broadcast(to: [n]), labels: labels)

    var h = stem(spaceToDepth(x, c.patchSize))
    var kept: [Tensor] = []
    for level in down {
      for block in level.blocks { h = block(h, e) }
      kept.append(h)
      h = level.resample(h)
    }
    if let maps {
      if Array(h.shape[2...]) != [c.mapSize, c.mapSize] {
        fatalError(
          "UNet: the input \(x.shape) is \(h.shape) at the deepest level, but the model has maps of "
            + "\(c.mapSize) × \(c.mapSize).")
      }
      h = h + maps(labels ?? Array(repeating: noClass, count: n)).reshaped(h.shape)
    }
    h = middle1(h, e)
    if let attention, let attentionNorm { h = h + attention(attentionNorm(h)) }
    h = middle2(h, e)
    for level in up {
      // The convolution comes before the enlargement: a quarter of the work, and the blocks that follow smooth the steps.
      let enlarged = upsampleNearest2d(level.resample(h), factor: 2)
      let skip = kept.removeLast()
      h = c.concatenatesSkips ? concatenated([enlarged, skip], axis: 1) : enlarged + skip
      for block in level.blocks { h = block(h, e) }
    }
    return depthToSpace(head(norm.silu(h)), c.patchSize)
  }

  private func condition(_ noise: Tensor, labels: [Int]?) -> Tensor {
    let features = (time as? FourierEmbedding)?(noise) ?? (time as? SinusoidalEmbedding)?(noise)
    guard let features else { fatalError("UNet: unknown time features.") }
    var e = embed2(silu(embed1(features)))
    if let classes {
      e = e + classes(labels ?? Array(repeating: noClass, count: noise.scalarCount))
    } else if labels != nil {
      fatalError("UNet: labels were given, but the model was built with classCount 0.")
    }
    return silu(e)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String {
    "\(configuration.imageChannels) channels, patches of \(configuration.patchSize), widths \(configuration.channels)"
  }
}

/// Pixels of p × p patches become channels: [N, C, H, W] → [N, C·p², H/p, W/p], in the order of PyTorch's `pixel_unshuffle`.
public func spaceToDepth(_ x: Tensor, _ p: Int) -> Tensor {
  if p == 1 { return x }
  if x.ndim != 4 || x.dim(2) % p != 0 || x.dim(3) % p != 0 {
    fatalError("spaceToDepth: \(x.shape) is not [N, C, H, W] with H and W multiples of \(p).")
  }
  let (n, c, h, w) = (x.dim(0), x.dim(1), x.dim(2), x.dim(3))
  return x.reshaped([n, c, h / p, p, w / p, p]).transposed(axes: [0, 1, 3, 5, 2, 4])
    .reshaped([n, c * p * p, h / p, w / p])
}

/// The inverse of ``spaceToDepth(_:_:)``: [N, C·p², H, W] → [N, C, H·p, W·p], as PyTorch's `pixel_shuffle`.
public func depthToSpace(_ x: Tensor, _ p: Int) -> Tensor {
  if p == 1 { return x }
  if x.ndim != 4 || x.dim(1) % (p * p) != 0 {
    fatalError("depthToSpace: \(x.shape) is not [N, C·\(p * p), H, W].")
  }
  let (n, c, h, w) = (x.dim(0), x.dim(1) / (p * p), x.dim(2), x.dim(3))
  return x.reshaped([n, c, p, p, h, w]).transposed(axes: [0, 1, 4, 2, 5, 3]).reshaped([n, c, h * p, w * p])
}
