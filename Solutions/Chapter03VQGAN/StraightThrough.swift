// Exercise 3.3: through the quantiser
//
// The nearest code is a step function of the vector: its derivative is 0 almost everywhere, and nothing would ever
// reach the encoder. So the gradient is handed straight through, as if quantising had not happened.

import Exercises
import Tensors

/// The codes on the way forward, the vectors on the way back:
///
///     y = z + sg[z_q − z]        value z_q,   ∂y/∂z = 1,   ∂y/∂z_q = 0
///
/// Whatever the decoder's loss says about z_q, the encoder is told about z: ∂L/∂z = ∂L/∂z_q. No gradient goes to the
/// codebook this way; it has its own loss, or its moving average. Bengio et al. 2013; van den Oord et al. 2017, §3.2.
///
/// - Parameters:
///   - z: what the encoder said, of any shape.
///   - quantized: z_q, the nearest code of each vector, of the same shape.
/// - Returns: what the decoder is to read, of the same shape.
/// - Throws: `InvalidArgument` if the shapes differ or are empty.
public func straightThrough(_ z: Tensor, quantized: Tensor) throws -> Tensor {
  try InvalidArgument.require(
    z.shape == quantized.shape && z.scalarCount > 0,
    "vectors and their codes should have the same shape, but have \(z.shape) and \(quantized.shape)")
  // BEGIN SOLUTION
  return z + (quantized - z).detached()
  // END SOLUTION
}
