import NeuralNetworks
import Tensors

/// A tensor as a fixture holds it: its shape, and its numbers in row-major order.
struct TensorRecord: Decodable {
  let shape: [Int]
  let values: [Double]

  var tensor: Tensor { Tensor(values, shape: shape) }
}

extension Dictionary where Key == String, Value == TensorRecord {
  /// Parameters by key, for `Module.load`.
  var tensors: [String: Tensor] { mapValues(\.tensor) }
}
