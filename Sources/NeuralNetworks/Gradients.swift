import Tensors

/// The gradients of a loss with respect to a model's trainable parameters, by parameter key.
public struct Gradients {
  /// The keys, in the model's order.
  public let keys: [String]
  private let tensors: [Tensor]

  /// Gradients from keys and tensors, in this order.
  public init(_ pairs: [(key: String, gradient: Tensor)]) {
    keys = pairs.map(\.key)
    tensors = pairs.map(\.gradient)
  }

  /// The gradient of the parameter with this key; nil if the model has no such trainable parameter.
  ///
  /// - Complexity: O(number of keys).
  public subscript(key: String) -> Tensor? { keys.firstIndex(of: key).map { tensors[$0] } }

  /// The same for somebody who goes through the keys in order and expects this one at `index`.
  func find(_ key: String, near index: Int) -> Tensor? {
    index < keys.count && keys[index] == key ? tensors[index] : self[key]
  }

  /// All numbers as one vector's Euclidean norm: √Σ g². NaN or infinite if any number is.
  ///
  /// Summed in Double. - Complexity: O(number of parameters).
  public var globalNorm: Double {
    return tensors.reduce(0) { $0 + $1.withScalars(sumOfSquares) }.squareRoot()
  }

  /// The keys whose gradient holds a NaN or an infinity.
  public var keysWithoutFiniteNumbers: [String] {
    zip(keys, tensors).filter { !$1.withScalars(sumOfSquares).isFinite }.map(\.0)
  }

  /// Every gradient times `factor`.
  public func scaled(by factor: Float) -> Gradients {
    Gradients(zip(keys, tensors).map { ($0, $1 * factor) })
  }
}

/// Σ x² in Double, with eight running sums so that the loop is not one long chain of additions.
private func sumOfSquares(_ scalars: UnsafeBufferPointer<Float>) -> Double {
  var lanes = SIMD8<Double>(repeating: 0)
  let whole = scalars.count / 8 * 8
  var i = 0
  while i < whole {
    var x = SIMD8<Double>()
    for lane in 0..<8 { x[lane] = Double(scalars[i + lane]) }
    lanes += x * x
    i += 8
  }
  var sum = lanes.sum()
  while i < scalars.count {
    sum += Double(scalars[i]) * Double(scalars[i])
    i += 1
  }
  return sum
}

/// The loss that `loss` computes with `model`, and its gradients with respect to the model's trainable parameters.
///
/// While the closure runs, the trainable parameters are leaves of the differentiation graph; nothing else needs to be said. The closure may itself
/// call `grad(of:wrt:createGraph:)`, as a gradient penalty does.
///
/// ```swift
/// let (loss, gradients) = valueAndGrad(model) { square(model(x) - y).mean() }
/// optimizer.update(model, gradients: gradients)
/// ```
///
/// - Returns: the loss, cut from the graph, and one gradient a trainable parameter (zeros for one that the loss does not depend on).
public func valueAndGrad(
  _ model: Module, _ loss: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: Gradients) {
  let (value, gradients) = try valueAndGrad([model], loss)
  return (value, gradients[0])
}

/// The same for several models that are trained together, such as an encoder and a decoder: one ``Gradients`` a model.
public func valueAndGrad(
  _ models: [Module], _ loss: () throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Gradients]) {
  let parameters = models.map { $0.trainableParameters() }
  let all = parameters.joined().map(\.parameter)
  let before = all.map(\.value)
  let leaves = before.map { $0.tracked() }
  for (parameter, leaf) in zip(all, leaves) { parameter.value = leaf }
  defer { for (parameter, value) in zip(all, before) { parameter.value = value } }

  let value = try loss()
  if value.scalarCount != 1 {
    fatalError("A loss is one number, but this one has shape \(value.shape): reduce it with mean() or sum().")
  }
  if !value.isTracked && !all.isEmpty {
    fatalError(
      "The loss does not depend on the model's parameters: was it computed under withoutGrad, from "
        + "detached() values, or with another model?")
  }
  let gradients = grad(of: value, wrt: leaves)
  var next = 0
  let perModel = parameters.map { pairs in
    defer { next += pairs.count }
    return Gradients(zip(pairs, gradients[next...]).map { ($0.key, $1) })
  }
  return (value.detached(), perModel)
}
