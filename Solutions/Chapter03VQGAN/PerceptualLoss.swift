// Exercise 3.8: compared by features
//
// Two pictures of one digit, a pixel apart, look the same and are far apart in squared error. A network that tells
// digits from each other has learnt what matters about a picture; its layers measure the difference instead.

import Exercises
import NeuralNetworks
import Tensors

/// The distance of two pictures in the layers of a trained network φ, whose weights stay as they are:
///
///     L = Σ_l ‖φ_l(x) − φ_l(x̂)‖² / (C_l·H_l·W_l)          a mean over the batch
///
/// Dividing by the size of a layer lets every layer count: without it the first, which has the most numbers, would
/// decide alone. Gradients go through φ to the reconstruction x̂; none go to the picture x, which is the target, and
/// none into φ's weights: a φ that may learn makes all pictures alike, and the loss 0. Esser et al. 2021, §3.1, after
/// Johnson et al. 2016 and Zhang et al. 2018 (LPIPS).
///
/// φ's weights may be leaves of the graph when this is called (within a `valueAndGrad` that includes φ). Each
/// `parameter.value` is to be replaced by its `detached()` while φ works, and put back afterwards.
///
/// - Parameters:
///   - reconstruction: x̂, of shape [B, …].
///   - picture: x, of the same shape.
///   - network: φ, the owner of the weights.
///   - features: φ's layers for a batch, each of shape [B, …]; called with x and with x̂.
/// - Returns: a single number.
/// - Throws: `InvalidArgument` if the shapes differ or are empty.
public func perceptualLoss(
  _ reconstruction: Tensor, _ picture: Tensor, network: Module, features: (Tensor) throws -> [Tensor]
) throws -> Tensor {
  try InvalidArgument.require(
    reconstruction.shape == picture.shape && picture.ndim >= 2 && picture.scalarCount > 0,
    "pictures and reconstructions should have the same shape [B, …], but have \(picture.shape) and "
      + "\(reconstruction.shape)")
  // BEGIN SOLUTION
  let parameters = network.parameters().map(\.parameter)
  let before = parameters.map(\.value)
  for parameter in parameters { parameter.value = parameter.value.detached() }
  defer { for (parameter, value) in zip(parameters, before) { parameter.value = value } }

  let wanted = try withoutGrad { try features(picture.detached()) }
  var loss = Tensor(0)
  for (got, want) in zip(try features(reconstruction), wanted) {
    loss = loss + square(got - want).mean()  // the mean over a layer is the sum over C·H·W, and the batch's mean
  }
  return loss
  // END SOLUTION
}
