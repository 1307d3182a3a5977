import Tensors

/// Adam (Kingma & Ba 2015, Algorithm 1), bias-corrected, with PyTorch's defaults and arithmetic.
///
/// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps). A `weightDecay` here is the classical one, g ← g + weightDecay · p;
/// for the decoupled one take ``AdamW``.
public final class Adam: AdamOptimizer {
  /// Adam with these constants.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0
  ) {
    super.init(
      learningRate: learningRate, betas: betas, eps: eps, weightDecay: weightDecay, isDecayDecoupled: false)
  }
}

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← (1 − lr · weightDecay) p before Adam's step.
public final class AdamW: AdamOptimizer {
  /// AdamW with these constants.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 1e-2
  ) {
    super.init(
      learningRate: learningRate, betas: betas, eps: eps, weightDecay: weightDecay, isDecayDecoupled: true)
  }
}

/// What ``Adam`` and ``AdamW`` share. Its state is kept by parameter key: `firstMoment.KEY`, `secondMoment.KEY`, `step.KEY`.
public class AdamOptimizer: Optimizer {
  public var learningRate: Double
  /// How slowly the averages of g and of g² forget.
  public let betas: (Double, Double)
  /// Keeps the division finite.
  public let eps: Double
  /// The strength of the decay.
  public let weightDecay: Double
  private let isDecayDecoupled: Bool

  private var memory = OptimizerMemory(["firstMoment", "secondMoment"])

  fileprivate init(
    learningRate: Double, betas: (Double, Double), eps: Double, weightDecay: Double, isDecayDecoupled: Bool
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.isDecayDecoupled = isDecayDecoupled
  }

  public func update(_ model: Module, gradients: Gradients) {
    let (beta1, beta2) = betas
    let (b1, b2) = (Float(beta1), Float(beta2))
    let (c1, c2) = (Float(1 - beta1), Float(1 - beta2))
    let epsilon = Float(eps)
    let shrink = isDecayDecoupled ? Float(1 - learningRate * weightDecay) : 1
    let coupled = isDecayDecoupled ? 0 : Float(weightDecay)
    memory.update(model, gradients) { piece in
      let correction1 = 1 - integerPower(beta1, piece.step)
      let correction2 = (1 - integerPower(beta2, piece.step)).squareRoot()
      let stepSize = Float(learningRate / correction1)
      let inverse = Float(1 / correction2)
      let (g, p, m, v) = (piece.gradient, piece.parameter, piece.memory(0), piece.memory(1))
      for i in 0..<piece.count {
        let old = p[i]
        let gradient = g[i] + coupled * old
        let first = b1 * m[i] + c1 * gradient
        let second = b2 * v[i] + c2 * gradient * gradient
        m[i] = first
        v[i] = second
        p[i] = shrink * old - stepSize * first / (second.squareRoot() * inverse + epsilon)
      }
    }
  }

  public var state: [String: Tensor] { memory.state(withSteps: true) }

  public func load(state: [String: Tensor]) throws { try memory.load(state, withSteps: true, optimizer: "Adam") }
}

/// xⁿ by repeated squaring: the same bits on every platform, which libm's pow does not promise.
func integerPower(_ x: Double, _ n: Int) -> Double {
  var (result, base, left) = (1.0, x, n)
  while left > 0 {
    if left & 1 == 1 { result *= base }
    base *= base
    left >>= 1
  }
  return result
}
