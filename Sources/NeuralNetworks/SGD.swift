import Tensors

/// Stochastic gradient descent with momentum, as PyTorch's: b ← momentum · b + g (b = g at the first step), p ← p − lr · b.
///
/// With `nesterov` the step is taken from where the momentum will lead: p ← p − lr · (g + momentum · b), with the new b. `weightDecay` adds
/// weightDecay · p to g. Its state is kept by parameter key: `momentum.KEY`.
public final class SGD: Optimizer {
  public var learningRate: Double
  /// How much of the last direction is kept.
  public let momentum: Double
  /// Whether the gradient is used once more beside the new direction.
  public let nesterov: Bool
  /// g ← g + weightDecay · p.
  public let weightDecay: Double
  private var memory: OptimizerMemory

  /// Descent with these constants.
  public init(learningRate: Double, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
    if nesterov && momentum == 0 {
      fatalError("SGD: Nesterov's rule without momentum is plain descent; give a momentum.")
    }
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.weightDecay = weightDecay
    memory = OptimizerMemory(momentum == 0 ? [] : ["momentum"])
  }

  public func update(_ model: Module, gradients: Gradients) {
    let (rate, keep, decay) = (Float(learningRate), Float(momentum), Float(weightDecay))
    memory.update(model, gradients) { piece in
      let (g, p) = (piece.gradient, piece.parameter)
      if momentum == 0 {
        for i in 0..<piece.count { p[i] -= rate * (g[i] + decay * p[i]) }
        return
      }
      let b = piece.memory(0)
      // At the first step b is all zeros, and so becomes g.
      if nesterov {
        for i in 0..<piece.count {
          let gradient = g[i] + decay * p[i]
          let direction = keep * b[i] + gradient
          b[i] = direction
          p[i] -= rate * (gradient + keep * direction)
        }
      } else {
        for i in 0..<piece.count {
          let direction = keep * b[i] + (g[i] + decay * p[i])
          b[i] = direction
          p[i] -= rate * direction
        }
      }
    }
  }

  public var state: [String: Tensor] { memory.state(withSteps: false) }

  public func load(state: [String: Tensor]) throws { try memory.load(state, withSteps: false, optimizer: "SGD") }
}
