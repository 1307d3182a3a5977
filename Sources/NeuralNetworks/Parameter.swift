import Tensors

/// A named place in a ``Module`` that holds numbers: a weight that an optimizer moves, or a fixed table that travels with it.
///
/// It is a class so that a model, its optimizer and its average all speak of the same weight. The numbers themselves are an immutable
/// ``Tensor``: whoever keeps an old `value` keeps the old numbers.
public final class Parameter {
  private var numbers: Tensor

  /// The numbers. Only a value of the same shape can take their place.
  public var value: Tensor {
    get { numbers }
    set {
      if newValue.shape != numbers.shape {
        fatalError("A parameter of shape \(numbers.shape) cannot take a value of shape \(newValue.shape).")
      }
      numbers = newValue
    }
  }

  /// Whether training moves it. A parameter that is not trainable (a frozen weight, a table of frequencies) is saved and loaded all the same.
  public var isTrainable: Bool

  /// Whether it was made as a table that training never moves.
  let isTable: Bool

  /// Makes a parameter that starts as `value`.
  public init(_ value: Tensor, isTrainable: Bool = true) {
    numbers = value.detached()
    self.isTrainable = isTrainable
    isTable = !isTrainable
  }

  /// The shape of the numbers.
  public var shape: [Int] { numbers.shape }

  /// Where an optimizer changes the numbers: in place, unless somebody else keeps the value.
  func mutablePointer() -> UnsafeMutablePointer<Float> { numbers.mutablePointer() }
}
