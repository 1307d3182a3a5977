import NeuralNetworks
import Tensors

/// v(x, t) = a·x + b·t + c, the same for every coordinate: small enough to differentiate by hand.
final class LinearVelocity: Module {
  let slope: Parameter
  let clock: Parameter
  let offset: Parameter

  init(slope: Double = 0, clock: Double = 0, offset: Double = 0) {
    self.slope = Parameter(Tensor([slope], shape: [1]))
    self.clock = Parameter(Tensor([clock], shape: [1]))
    self.offset = Parameter(Tensor([offset], shape: [1]))
    super.init()
  }

  func callAsFunction(_ x: Tensor, _ times: [Double]) -> Tensor {
    let t = Tensor(times.map { Float($0) }, shape: [times.count] + Array(repeating: 1, count: x.ndim - 1))
    return x * slope.value + t * clock.value + offset.value
  }
}

/// Gradient descent that writes down whom it was asked to move, and along what.
final class SpyOptimizer: Optimizer {
  var learningRate: Double
  private let descent: SGD
  private(set) var calls: [(model: Module, gradients: Gradients)] = []

  init(learningRate: Double = 0.1) {
    self.learningRate = learningRate
    descent = SGD(learningRate: learningRate)
  }

  func update(_ model: Module, gradients: Gradients) {
    calls.append((model, gradients))
    descent.update(model, gradients: gradients)
  }

  var state: [String: Tensor] { descent.state }
  func load(state: [String: Tensor]) throws { try descent.load(state: state) }
}
