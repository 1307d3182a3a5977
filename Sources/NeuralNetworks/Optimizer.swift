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

/// Runs `body` on every trainable parameter that has a gradient, with the numbers of both and room for the new numbers.
///
/// `body` gets: key, gradient, old numbers, new numbers (to be written whole), count.
func updateEach(
  _ model: Module, _ gradients: Gradients,
  _ body: (String, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
) {
  for (key, parameter) in model.trainableParameters() {
    guard let gradient = gradients[key] else { continue }
    let old = parameter.value
    if gradient.shape != old.shape {
      fatalError(
        "The gradient of \(key) has shape \(gradient.shape), the parameter \(old.shape): gradients of another model?")
    }
    let count = old.scalarCount
    if count == 0 { continue }
    let new = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      gradient.withScalars { g in
        old.withScalars { p in body(key, g.baseAddress!, p.baseAddress!, buffer.baseAddress!, count) }
      }
      initialized = count
    }
    parameter.value = Tensor(new, shape: old.shape)
  }
}
