import Tensors

/// A multi-layer perceptron: linear layers with an activation between them (none after the last).
///
/// Keys: `layers.0.weight`, `layers.0.bias`, `layers.1.weight`, … Input [..., dimensions.first], output [..., dimensions.last].
public final class MLP: Module, UnaryLayer {
  /// The linear layers.
  public let layers: [Linear]
  private let activation: (Tensor) -> Tensor
  private let ofLinear: Activation.OfLinear?

  /// A perceptron through the widths `dimensions`: [2, 64, 64, 1] has three linear layers.
  public convenience init(
    dimensions: [Int], activation: @escaping (Tensor) -> Tensor = { silu($0) }, using rng: inout RandomStream
  ) {
    self.init(dimensions: dimensions, activation: Activation("activation", activation), using: &rng)
  }

  /// The same with a known activation: `.relu` and `.leakyReLU()` are computed along with the layer before them.
  public init(dimensions: [Int], activation: Activation, using rng: inout RandomStream) {
    if dimensions.count < 2 {
      fatalError("MLP: \(dimensions) names \(dimensions.count) widths; it takes an input and an output width at least.")
    }
    var layers: [Linear] = []
    for (input, output) in zip(dimensions, dimensions.dropFirst()) {
      layers.append(Linear(inputDimensions: input, outputDimensions: output, using: &rng))
    }
    self.layers = layers
    self.activation = activation.function
    ofLinear = activation.ofLinear
    super.init()
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    var h = x
    for layer in layers.dropLast() {
      if let ofLinear, let bias = layer.bias {
        h = layer(h, bias: bias, then: ofLinear)
      } else {
        h = activation(layer(h))
      }
    }
    return layers[layers.count - 1](h)
  }

  public override class var hasFixedParts: Bool { true }
}
