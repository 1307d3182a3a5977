import Tensors

/// y = x Wᵀ + b on the last axis.
///
/// `weight` is [out, in], `bias` [out]; both start uniform in ±1/√in, as in PyTorch. Input [..., in], output [..., out].
public final class Linear: Module {
  /// W, [out, in].
  public let weight: Parameter
  /// b, [out]; nil without one.
  public let bias: Parameter?

  /// A linear layer from `inputDimensions` to `outputDimensions` numbers.
  public init(inputDimensions: Int, outputDimensions: Int, bias: Bool = true, using rng: inout RandomStream) {
    weight = Parameter(
      Initialization.uniform([outputDimensions, inputDimensions], fanIn: inputDimensions, using: &rng))
    self.bias = bias ? Parameter(Initialization.uniform([outputDimensions], fanIn: inputDimensions, using: &rng)) : nil
    super.init()
  }

  /// x [..., in] → [..., out].
  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, weight: weight.value) }

  /// The same with another W [out, in].
  public func callAsFunction(_ x: Tensor, weight: Tensor) -> Tensor {
    check(x, weight)
    return linear(x, weight: weight, bias: bias?.value)
  }

  /// A function of the result, computed along with it.
  func callAsFunction(_ x: Tensor, bias: Parameter, then function: Activation.OfLinear) -> Tensor {
    check(x, weight.value)
    return function(x, weight.value, bias.value)
  }

  private func check(_ x: Tensor, _ weight: Tensor) {
    if x.ndim == 0 || x.dim(-1) != weight.shape[1] {
      fatalError(
        "Linear: the input has shape \(x.shape); its last axis must be \(weight.shape[1]), as the "
          + "weight is \(weight.shape) [out, in].")
    }
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(weight.shape[1]) → \(weight.shape[0])" }
}

extension Linear: WeightedLayer {}
