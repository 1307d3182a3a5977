import Tensors

/// Stochastic gradient descent with momentum, as PyTorch's: b ← momentum · b + g (b = g at the first step), p ← p − lr · b.
///
/// Its state is kept by parameter key: `momentum.KEY`.
public final class SGD: Optimizer {
  public var learningRate: Double
  /// How much of the last direction is kept.
  public let momentum: Double
  /// g ← g + weightDecay · p.
  public let weightDecay: Double
  private var buffers: [String: Tensor] = [:]

  /// Descent with these constants.
  public init(learningRate: Double, momentum: Double = 0, weightDecay: Double = 0) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  public func update(_ model: Module, gradients: Gradients) {
    withoutGrad {
      for (key, parameter) in model.trainableParameters() {
        guard var g = gradients[key] else { continue }
        if weightDecay != 0 { g = g + parameter.value * Float(weightDecay) }
        if momentum != 0 {
          if let buffer = buffers[key] { g = buffer * Float(momentum) + g }
          buffers[key] = g
        }
        parameter.value = parameter.value - g * Float(learningRate)
      }
    }
  }

  public var state: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: buffers.map { ("momentum.\($0.key)", $0.value) })
  }

  public func load(state: [String: Tensor]) throws {
    if let other = state.keys.sorted().first(where: { !$0.hasPrefix("momentum.") }) {
      throw OptimizerStateError(
        description: "The state holds \(other), which is not SGD's: was it saved by another optimizer?")
    }
    buffers = Dictionary(uniqueKeysWithValues: state.map { (String($0.key.dropFirst("momentum.".count)), $0.value) })
  }
}
