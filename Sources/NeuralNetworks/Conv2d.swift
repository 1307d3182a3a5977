import Tensors

/// A two-dimensional convolution (cross-correlation, as everywhere in deep learning) over images [N, C, H, W].
///
/// y[n, o, i, j] = b[o] + Σ_{c, u, v} w[o, c, u, v] · x[n, c, i·stride + u − padding, j·stride + v − padding], zeros outside.
/// Output height: ⌊(H + 2·padding − kernelSize) / stride⌋ + 1, and the width alike. `weight` is [out, in / groups, k, k], `bias` [out];
/// both start uniform in ±1/√(in / groups · k²), as in PyTorch.
public final class Conv2d: Module {
  /// w, [out, in / groups, k, k].
  public let weight: Parameter
  /// b, [out]; nil without one.
  public let bias: Parameter?
  /// Pixels between neighbouring outputs.
  public let stride: Int
  /// Zeros around the image.
  public let padding: Int
  /// Independent groups of channels.
  public let groups: Int

  /// A convolution; `padding: kernelSize / 2` with an odd kernel keeps the image's size.
  public init(
    inputChannels: Int, outputChannels: Int, kernelSize: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1,
    bias: Bool = true, using rng: inout RandomStream
  ) {
    if groups < 1 || inputChannels % groups != 0 || outputChannels % groups != 0 {
      fatalError("Conv2d: \(groups) groups do not divide \(inputChannels) input and \(outputChannels) output channels.")
    }
    let fanIn = inputChannels / groups * kernelSize * kernelSize
    weight = Parameter(
      Initialization.uniform(
        [outputChannels, inputChannels / groups, kernelSize, kernelSize], fanIn: fanIn, using: &rng))
    self.bias = bias ? Parameter(Initialization.uniform([outputChannels], fanIn: fanIn, using: &rng)) : nil
    self.stride = stride
    self.padding = padding
    self.groups = groups
    super.init()
  }

  /// x [N, in, H, W] → [N, out, H′, W′].
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, weight: weight.value) }

  /// The same with another w [out, in / groups, k, k].
  public func callAsFunction(_ x: Tensor, weight: Tensor) -> Tensor {
    if x.ndim != 4 || x.dim(1) != weight.shape[1] * groups {
      fatalError(
        "Conv2d: the input has shape \(x.shape); it must be [N, \(weight.shape[1] * groups), H, W], as the "
          + "weight is \(weight.shape) [out, in / groups, k, k].")
    }
    return conv2d(x, weight, bias: bias?.value, stride: stride, padding: padding, groups: groups)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String {
    let w = weight.shape
    return "\(w[1] * groups) → \(w[0]), kernel \(w[2])" + (stride == 1 ? "" : ", stride \(stride)")
      + (padding == 0 ? "" : ", padding \(padding)") + (groups == 1 ? "" : ", \(groups) groups")
  }
}

extension Conv2d: WeightedLayer {}
