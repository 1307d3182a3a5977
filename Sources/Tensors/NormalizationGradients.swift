/// The gradients of a normalisation's input, gain and offset (a layer's weight and bias), which come from one walk over
/// the input and the gradient of the output.
///
/// The input's is asked for first, if at all; the other two are kept from that walk until they are asked for.
struct NormalizationGradients {
  typealias OfParameters = (gain: Tensor, offset: Tensor)

  /// Walks: writes the input's gradient if there is a place for it, and returns the other two.
  private let walk: (_ gradient: Tensor, _ dx: UnsafeMutablePointer<Float>?) -> OfParameters
  private var kept: (of: Storage, parameters: OfParameters)?

  init(walk: @escaping (_ gradient: Tensor, _ dx: UnsafeMutablePointer<Float>?) -> OfParameters) { self.walk = walk }

  /// The gradient of the input, which has the output's shape.
  ///
  /// - Parameter keepsParameters: whether one of the other two will be asked for.
  mutating func input(_ gradient: Tensor, keepsParameters: Bool) -> Tensor {
    var parameters: OfParameters?
    let dx = Tensor(shape: gradient.shape) { parameters = walk(gradient, $0) }
    kept = keepsParameters ? parameters.map { (gradient.storage, $0) } : nil
    return dx
  }

  /// The gradient of the gain, or of the offset, which is the last that is asked for.
  mutating func parameter(isOffset: Bool, _ gradient: Tensor) -> Tensor {
    let known = kept.flatMap { $0.of === gradient.storage ? $0.parameters : nil }
    let parameters = known ?? walk(gradient, nil)
    kept = isOffset ? nil : (gradient.storage, parameters)
    return isOffset ? parameters.offset : parameters.gain
  }
}
