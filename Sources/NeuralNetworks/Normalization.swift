import Tensors

/// Group normalization (Wu & He 2018): per sample, the channels in `groupCount` groups, each group brought to mean 0 and variance 1 over its
/// channels and pixels, then scaled and shifted per channel.
///
/// y = (x − mean) / √(variance + eps) · weight + bias, with the population variance. Input [N, C, ...]; `weight` starts at 1, `bias` at 0.
public final class GroupNorm: Module {
  /// The scale, [C].
  public let weight: Parameter
  /// The shift, [C].
  public let bias: Parameter
  /// The number of groups.
  public let groupCount: Int
  /// Keeps the division finite.
  public let eps: Float

  /// A normalization of `dimensions` channels in `groupCount` groups of equal size.
  public init(groupCount: Int, dimensions: Int, eps: Float = 1e-5) {
    if groupCount < 1 || dimensions % groupCount != 0 {
      fatalError("GroupNorm: \(groupCount) groups do not divide \(dimensions) channels.")
    }
    weight = Parameter(.ones([dimensions]))
    bias = Parameter(.zeros([dimensions]))
    self.groupCount = groupCount
    self.eps = eps
    super.init()
  }

  /// x [N, C, ...] → the same shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if x.ndim < 2 || x.dim(1) != weight.shape[0] {
      fatalError("GroupNorm: the input has shape \(x.shape); its axis 1 must be \(weight.shape[0]) channels.")
    }
    return groupNorm(x, groupCount: groupCount, weight: weight.value, bias: bias.value, eps: eps)
  }

  /// silu(y · (1 + scale) + shift) in one pass, y this layer's result: what the blocks of a diffusion network do between
  /// two convolutions. `scale` and `shift` are [N, C]; without them it is silu(y).
  public func silu(_ x: Tensor, scale: Tensor? = nil, shift: Tensor? = nil) -> Tensor {
    if x.ndim < 2 || x.dim(1) != weight.shape[0] {
      fatalError("GroupNorm: the input has shape \(x.shape); its axis 1 must be \(weight.shape[0]) channels.")
    }
    var gain = weight.value.reshaped([1, -1])
    var offset = bias.value.reshaped([1, -1])
    if let scale {
      gain = gain * (1 + scale)
      offset = offset * (1 + scale)
    }
    if let shift { offset = offset + shift }
    return groupNormSiLU(x, groupCount: groupCount, gain: gain, offset: offset, eps: eps)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(weight.shape[0]) in \(groupCount) groups" }
}

/// Layer normalization (Ba et al. 2016) over the last axis: y = (x − mean) / √(variance + eps) · weight + bias.
///
/// Input [..., D]; `weight` [D] starts at 1, `bias` [D] at 0.
public final class LayerNorm: Module {
  /// The scale, [D].
  public let weight: Parameter
  /// The shift, [D].
  public let bias: Parameter
  /// Keeps the division finite.
  public let eps: Float

  /// A normalization of the last axis, of `dimensions` numbers.
  public init(dimensions: Int, eps: Float = 1e-5) {
    weight = Parameter(.ones([dimensions]))
    bias = Parameter(.zeros([dimensions]))
    self.eps = eps
    super.init()
  }

  /// x [..., D] → the same shape.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let dimensions = weight.shape[0]
    if x.ndim == 0 || x.dim(-1) != dimensions {
      fatalError("LayerNorm: the input has shape \(x.shape); its last axis must be \(dimensions).")
    }
    return layerNorm(x, weight: weight.value, bias: bias.value, eps: eps)
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(weight.shape[0])" }
}

extension GroupNorm: UnaryLayer {}
extension LayerNorm: UnaryLayer {}
