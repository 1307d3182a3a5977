import NeuralNetworks
import Tensors

/// Gradient descent that writes down whom it was asked to move, and along what.
final class SpyOptimizer: Optimizer {
  var learningRate: Double
  private let descent: SGD
  private let onUpdate: (Module, Gradients) -> Void

  init(learningRate: Double = 0.1, onUpdate: @escaping (Module, Gradients) -> Void = { _, _ in }) {
    self.learningRate = learningRate
    descent = SGD(learningRate: learningRate)
    self.onUpdate = onUpdate
  }

  func update(_ model: Module, gradients: Gradients) {
    onUpdate(model, gradients)
    descent.update(model, gradients: gradients)
  }

  var state: [String: Tensor] { descent.state }
  func load(state: [String: Tensor]) throws { try descent.load(state: state) }
}
