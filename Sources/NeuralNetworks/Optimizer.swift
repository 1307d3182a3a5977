import Tensors

/// A rule that moves a model's parameters against their gradients, and the memory that the rule needs.
public protocol Optimizer: AnyObject {
  /// The step size of the next update; set it before each step to follow a ``LearningRateSchedule``.
  var learningRate: Double { get set }

  /// One step. Parameters without a gradient stay as they are.
  func update(_ model: Module, gradients: Gradients)

  /// Everything that the next step depends on besides the learning rate, by name: what a checkpoint keeps.
  var state: [String: Tensor] { get }

  /// Takes over a state that ``state`` gave.
  /// - Throws: ``OptimizerStateError`` if it is of another kind of optimizer.
  func load(state: [String: Tensor]) throws
}

/// An optimizer's state that cannot be what was saved.
public struct OptimizerStateError: Error, CustomStringConvertible {
  /// What is wrong.
  public let description: String
}
