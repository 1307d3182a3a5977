import Tensors

/// A layer whose output is made with one matrix (or kernel), and which can be asked to use another in its place.
public protocol WeightedLayer: UnaryLayer {
  /// The matrix, [out, ...].
  var weight: Parameter { get }
  /// What is added, [out]; nil without.
  var bias: Parameter? { get }
  /// The layer applied to `x` with `weight` in the place of its own.
  func callAsFunction(_ x: Tensor, weight: Tensor) -> Tensor
}

/// Spectral normalization (Miyato et al. 2018): the layer inside works with W/σ, σ being W's largest singular value, so that it stretches nothing by
/// more than 1: what keeps a GAN's discriminator Lipschitz.
///
/// W is seen as a matrix [out, rest]. σ = uᵀ W v with u, v from `iterations` steps of the power method, u ← Wv/‖Wv‖, v ← Wᵀu/‖Wᵀu‖, at every call in
/// training; in evaluation they rest. Gradients pass through σ but not through u and v, as in PyTorch's `parametrizations.spectral_norm`, whose keys these
/// are: `bias`, `parametrizations.weight.original`, `parametrizations.weight.0._u` [out], `parametrizations.weight.0._v` [rest] (not trainable).
///
/// ```swift
/// let layer = SpectralNorm(Linear(inputDimensions: 2, outputDimensions: 128, using: &rng), using: &rng)
/// ```
public final class SpectralNorm<Layer: WeightedLayer>: Module, UnaryLayer {
  /// The layer with its own W.
  public let layer: Layer
  /// The left singular vector so far, [out].
  public let u: Parameter
  /// The right singular vector so far, [rest].
  public let v: Parameter
  /// Steps of the power method a call.
  public let iterations: Int

  /// Normalizes `layer`; u and v start at random and take 15 steps.
  public init(_ layer: Layer, iterations: Int = 1, using rng: inout RandomStream) {
    self.layer = layer
    self.iterations = iterations
    let rows = layer.weight.shape[0]
    u = Parameter(.normal([rows], using: &rng), isTrainable: false)
    v = Parameter(.normal([layer.weight.value.scalarCount / rows], using: &rng), isTrainable: false)
    super.init()
    iterate(15)
  }

  public override func children() -> [(key: String, content: Content)] {
    (layer.bias.map { [("bias", .parameter($0))] } ?? []) + [
      ("parametrizations.weight.original", .parameter(layer.weight)),
      ("parametrizations.weight.0._u", .parameter(u)), ("parametrizations.weight.0._v", .parameter(v)),
    ]
  }

  /// The layer applied to `x` with W/σ. In training u and v move on first.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    if isTraining { iterate(iterations) }
    return layer(x, weight: normalizedWeight())
  }

  /// W/σ with the present u and v, of W's shape.
  public func normalizedWeight() -> Tensor {
    let w = layer.weight.value
    let sigma = matmul(u.value.reshaped([1, -1]), matmul(w.reshaped([w.dim(0), -1]), v.value.reshaped([-1, 1])))
    return w / sigma.reshaped([])
  }

  private func iterate(_ count: Int) {
    withoutGrad {
      let w = layer.weight.value.detached()
      let matrix = w.reshaped([w.dim(0), -1])
      func unit(_ x: Tensor) -> Tensor { x / maximum(sqrt(square(x).sum()), Tensor(1e-12)) }
      for _ in 0..<count {
        u.value = unit(matmul(matrix, v.value.reshaped([-1, 1])).reshaped([-1]))
        v.value = unit(matmul(u.value.reshaped([1, -1]), matrix).reshaped([-1]))
      }
    }
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { layer.summary }
}
