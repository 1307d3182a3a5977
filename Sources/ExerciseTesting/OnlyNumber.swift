import Tensors

extension Tensor {
  /// The only number of a tensor that has one; NaN, which is close to nothing, if it has several: a loss without its mean
  /// should fail, and not end the process as `item()` does.
  public var onlyNumber: Double { scalarCount == 1 ? Double(item()) : .nan }
}
