import Tensors

/// RMSProp (Hinton 2012, lecture 6e), with PyTorch's defaults and arithmetic: every number's gradient is divided by a running root mean square of itself.
///
/// s ← α s + (1 − α) g²; p ← p − lr · g / (√s + eps). With `centered` (Graves 2013) the running mean a ← α a + (1 − α) g is taken out of the
/// square, √(s − a²); with `momentum` the step is b ← momentum · b + g / (√s + eps), p ← p − lr · b. A `weightDecay` is the classical one,
/// g ← g + weightDecay · p. State by parameter key: `squareAverage.KEY`, and where they are used `gradientAverage.KEY` and `momentum.KEY`.
public final class RMSProp: Optimizer {
  public var learningRate: Double
  /// α, how slowly the averages forget.
  public let alpha: Double
  /// Keeps the division finite.
  public let eps: Double
  /// How much of the last direction is kept.
  public let momentum: Double
  /// Whether the variance takes the place of the mean square.
  public let centered: Bool
  /// The strength of the decay.
  public let weightDecay: Double
  private var memory: OptimizerMemory

  /// RMSProp with these constants.
  public init(
    learningRate: Double = 1e-2, alpha: Double = 0.99, eps: Double = 1e-8, momentum: Double = 0,
    centered: Bool = false, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.alpha = alpha
    self.eps = eps
    self.momentum = momentum
    self.centered = centered
    self.weightDecay = weightDecay
    memory = OptimizerMemory(
      ["squareAverage"] + (centered ? ["gradientAverage"] : []) + (momentum != 0 ? ["momentum"] : []))
  }

  public func update(_ model: Module, gradients: Gradients) {
    let (a, c) = (Float(alpha), Float(1 - alpha))
    let (rate, keep, decay, epsilon) = (Float(learningRate), Float(momentum), Float(weightDecay), Float(eps))
    memory.update(model, gradients) { piece in
      let (count, p, s) = (piece.count, piece.parameter, piece.memory(0))
      // In short stretches with a few arrays each: of a loop over all of them the compiler makes no vector code.
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * 512) { buffer in
        let (g, root) = (buffer.baseAddress!, buffer.baseAddress! + 512)
        for start in stride(from: 0, to: count, by: 512) {
          let n = min(512, count - start)
          let (p, s, raw) = (p + start, s + start, piece.gradient + start)
          for i in 0..<n { g[i] = raw[i] + decay * p[i] }
          for i in 0..<n {
            let mean = a * s[i] + c * g[i] * g[i]
            s[i] = mean
            root[i] = mean
          }
          if centered {
            let m = piece.memory(1) + start
            for i in 0..<n {
              let mean = m[i] + c * (g[i] - m[i])
              m[i] = mean
              // Rounding may leave less than nothing of a variance.
              let variance = root[i] - mean * mean
              root[i] = variance < 0 ? 0 : variance
            }
          }
          for i in 0..<n { g[i] /= root[i].squareRoot() + epsilon }
          if keep != 0 {
            let b = piece.memory(centered ? 2 : 1) + start
            for i in 0..<n {
              let direction = keep * b[i] + g[i]
              b[i] = direction
              g[i] = direction
            }
          }
          for i in 0..<n { p[i] -= rate * g[i] }
        }
      }
    }
  }

  public var state: [String: Tensor] { memory.state(withSteps: false) }

  public func load(state: [String: Tensor]) throws { try memory.load(state, withSteps: false, optimizer: "RMSProp") }
}
