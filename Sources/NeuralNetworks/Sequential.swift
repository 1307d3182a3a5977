import Tensors

/// A layer that turns one tensor into one tensor.
public protocol UnaryLayer: Module {
  /// The layer applied to `x`.
  func callAsFunction(_ x: Tensor) -> Tensor
}

/// An element-wise function as a layer without parameters, to stand in a ``Sequential``.
public final class Activation: Module, UnaryLayer {
  /// The function of x Wᵀ + b, from x, W and b.
  typealias OfLinear = (_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor

  private let name: String
  let function: (Tensor) -> Tensor
  /// Set if the function can be computed along with the linear layer before it.
  let ofLinear: OfLinear?

  /// A layer that applies `function`; `name` is what `print(model)` shows.
  public convenience init(_ name: String, _ function: @escaping (Tensor) -> Tensor) {
    self.init(name, ofLinear: nil, function)
  }

  private init(_ name: String, ofLinear: OfLinear?, _ function: @escaping (Tensor) -> Tensor) {
    self.name = name
    self.function = function
    self.ofLinear = ofLinear
    super.init()
  }

  /// max(0, x).
  public static var relu: Activation {
    Activation("relu", ofLinear: { rectifiedLinear($0, weight: $1, bias: $2) }) { Tensors.relu($0) }
  }
  /// x · sigmoid(x).
  public static var silu: Activation { Activation("silu") { Tensors.silu($0) } }
  /// x · Φ(x).
  public static var gelu: Activation { Activation("gelu") { Tensors.gelu($0) } }
  /// The hyperbolic tangent.
  public static var tanh: Activation { Activation("tanh") { Tensors.tanh($0) } }
  /// x where positive, `slope` · x elsewhere.
  public static func leakyReLU(slope: Float = 0.2) -> Activation {
    Activation("leakyReLU \(slope)", ofLinear: { rectifiedLinear($0, weight: $1, bias: $2, slope: slope) }) {
      Tensors.leakyReLU($0, slope: slope)
    }
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { function(x) }
  public override class var hasFixedParts: Bool { true }
  public override var summary: String { name }
}

/// Layers one after the other, with PyTorch's keys `0.weight`, `1.weight`, …
public final class Sequential: Module, UnaryLayer {
  /// The layers, in order.
  public let layers: [any UnaryLayer]

  /// The chain of these layers.
  public init(_ layers: [any UnaryLayer]) {
    self.layers = layers
    super.init()
  }

  public override func children() -> [(key: String, content: Content)] {
    layers.enumerated().map { ("\($0.offset)", .module($0.element)) }
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }

  public override class var hasFixedParts: Bool { true }
}
