// Exercise 3.2: what pulls codes and vectors together
//
// Between a vector and its code there are two moves: the code can go to the vector, or the vector to the code. Each
// has a loss of its own, and a stop sign, sg[·], says who has to stand still.

import Exercises
import Tensors

/// The codebook loss ‖sg[z] − z_q‖², a mean over all numbers: the codes move, the vectors stand still.
///
/// Its gradient with respect to code k is 2(n_k·e_k − Σ z)/(N·d), the sum over the n_k vectors that chose it: it
/// vanishes where the code is their mean. van den Oord et al. 2017, eq. 3, second term.
///
/// - Parameters:
///   - z: what the encoder said, of any shape.
///   - quantized: z_q, the nearest code of each vector, of the same shape.
/// - Returns: a single number. sg[·] is `detached()`.
/// - Throws: `InvalidArgument` if the shapes differ or are empty.
public func codebookLoss(z: Tensor, quantized: Tensor) throws -> Tensor {
  try InvalidArgument.requireSameShape(z, quantized)
  throw unsolved("3.2")
}

/// The commitment loss ‖z − sg[z_q]‖², a mean over all numbers: the vectors move, the codes stand still.
///
/// Without it nothing keeps the encoder near its codes: its vectors grow as fast as the codes can follow. van den Oord
/// et al. 2017, eq. 3, third term.
///
/// - Parameters: as in `codebookLoss`.
/// - Returns: a single number.
public func commitmentLoss(z: Tensor, quantized: Tensor) throws -> Tensor {
  try InvalidArgument.requireSameShape(z, quantized)
  throw unsolved("3.2")
}

/// Both together:
///
///     L = ‖sg[z] − z_q‖² + β·‖z − sg[z_q]‖²
///
/// β belongs to the commitment, so that a small β leaves the encoder free while the codes follow at full speed. van
/// den Oord et al. 2017, eq. 3, with β = ¼; Esser et al. 2021, eq. 4, which has β = 1. The value is (1 + β)·mean (z −
/// z_q)² wherever β stands: only the gradients can tell.
///
/// - Parameters: z and quantized as in `codebookLoss`; β ≥ 0.
/// - Returns: a single number.
public func quantizationLoss(z: Tensor, quantized: Tensor, beta: Double = 0.25) throws -> Tensor {
  try InvalidArgument.requireSameShape(z, quantized)
  try InvalidArgument.require(beta >= 0 && beta.isFinite, "β must not be negative, but is \(beta)")
  throw unsolved("3.2")
}

extension InvalidArgument {
  /// Throws unless vectors and codes have one shape, and not an empty one.
  static func requireSameShape(_ z: Tensor, _ quantized: Tensor) throws {
    try require(
      z.shape == quantized.shape && z.scalarCount > 0,
      "vectors and their codes should have the same shape, but have \(z.shape) and \(quantized.shape)")
  }
}
