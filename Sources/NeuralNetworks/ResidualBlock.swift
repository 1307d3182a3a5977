import Tensors

/// The block of diffusion U-Nets (Dhariwal & Nichol 2021, "adaptive group normalization"): two normalized 3×3 convolutions around a sum, the
/// second one scaled and shifted by the condition e.
///
/// h = conv1(silu(norm1(x))); (a, b) = halves of emb(e); h = conv2(silu(norm2(h)·(1 + a) + b)); y = skip(x) + h.
///
/// Input x [N, in, H, W] and e [N, E]; output [N, out, H, W]. `conv2` starts at zero, so that a fresh block is its skip: the identity, or
/// a 1×1 convolution where the channel count changes.
public final class ResidualBlock: Module {
  /// Normalizes the input.
  public let norm1: GroupNorm
  /// The first convolution.
  public let conv1: Conv2d
  /// From the condition to a scale and a shift a channel; nil for a block without condition.
  public let emb: Linear?
  /// Normalizes between the convolutions.
  public let norm2: GroupNorm
  /// The second convolution, zero at first.
  public let conv2: Conv2d
  /// What brings the input to the output's channels; nil where they are equal.
  public let skip: Conv2d?

  /// A block from `inputChannels` to `outputChannels`, conditioned on vectors of `embeddingDimensions` numbers (nil: unconditioned).
  public init(
    inputChannels: Int, outputChannels: Int, embeddingDimensions: Int?, groupCount: Int = 8,
    using rng: inout RandomStream
  ) {
    norm1 = GroupNorm(groupCount: groupCount, dimensions: inputChannels)
    conv1 = Conv2d(
      inputChannels: inputChannels, outputChannels: outputChannels, kernelSize: 3, padding: 1, using: &rng)
    emb = embeddingDimensions.map {
      Linear(inputDimensions: $0, outputDimensions: 2 * outputChannels, using: &rng)
    }
    norm2 = GroupNorm(groupCount: groupCount, dimensions: outputChannels)
    conv2 = Conv2d(
      inputChannels: outputChannels, outputChannels: outputChannels, kernelSize: 3, padding: 1, using: &rng)
    skip =
      inputChannels == outputChannels
      ? nil : Conv2d(inputChannels: inputChannels, outputChannels: outputChannels, kernelSize: 1, using: &rng)
    super.init()
    conv2.setZero()
  }

  /// x [N, in, H, W], condition [N, E] → [N, out, H, W].
  public func callAsFunction(_ x: Tensor, _ condition: Tensor? = nil) -> Tensor {
    let h = conv1(norm1.silu(x))
    let inner: Tensor
    if let emb {
      guard let condition else {
        fatalError(
          "ResidualBlock: this block was built with a condition, but none was given.")
      }
      let film = emb(condition)  // N, 2·out
      let channels = norm2.weight.shape[0]
      inner = norm2.silu(
        h, scale: film.sliced(axis: 1, 0..<channels), shift: film.sliced(axis: 1, channels..<2 * channels))
    } else {
      inner = norm2.silu(h)
    }
    return (skip.map { $0(x) } ?? x) + conv2(inner)
  }

  public override class var hasFixedParts: Bool { true }
}

extension Conv2d {
  /// Sets the weight and the bias to zero: a block that ends in such a convolution starts as the identity.
  public func setZero() {
    weight.value = .zeros(weight.shape)
    if let bias { bias.value = .zeros(bias.shape) }
  }
}

extension Linear {
  /// Sets the weight and the bias to zero.
  public func setZero() {
    weight.value = .zeros(weight.shape)
    if let bias { bias.value = .zeros(bias.shape) }
  }
}
