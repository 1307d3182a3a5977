// Exercise 3.7: how loud the discriminator may speak
//
// The two losses have units of their own. What counts is how hard each pulls at the decoder, and there they can be
// compared: by the length of their gradients at the weights of its last layer.

import Exercises
import Tensors

/// The weight that makes the adversarial gradient as long as the reconstruction's:
///
///     λ = clamp(‖g_rec‖ / (‖g_GAN‖ + δ), 0, 10⁴)     with δ = 10⁻⁶
///
/// ‖·‖ is the Euclidean length of all numbers together. Esser et al. 2021, eq. 7, has δ = 10⁻⁶ and no bound; its code
/// has δ = 10⁻⁴ and the bound 10⁴. This course takes the paper's δ and the code's bound: where the discriminator says
/// nothing (g_GAN = 0) its weight is not to be a million.
///
/// - Parameters:
///   - reconstructionGradient: ∇ L_rec at the last layer's weights, of any shape.
///   - adversarialGradient: ∇ L_GAN at the same weights, of the same shape.
/// - Returns: λ as a Double: a number, and no part of any graph.
/// - Throws: `InvalidArgument` if the shapes differ.
public func adaptiveWeight(reconstructionGradient: Tensor, adversarialGradient: Tensor) throws -> Double {
  try InvalidArgument.require(
    reconstructionGradient.shape == adversarialGradient.shape,
    "both gradients are those of the same weights, but their shapes are \(reconstructionGradient.shape) and "
      + "\(adversarialGradient.shape)")
  throw unsolved("3.7")
}

/// What the autoencoder minimises besides the quantiser's loss:
///
///     L = L_rec + f·λ·L_GAN
///
/// with λ from the gradients of L_rec and of L_GAN at the weights of the decoder's *last* layer, G_L: all later
/// gradients pass there, and nothing need be differentiated below it. λ is a constant of this step. It does not take
/// part in the gradient: otherwise the autoencoder would learn to turn its own critic down. Esser et al. 2021, eq. 6
/// and 7.
///
/// - Parameters:
///   - reconstruction: L_rec, a single number (squared error, perceptual loss or both).
///   - adversarial: L_GAN, a single number.
///   - decoderWeights: the weights of the decoder's layers, from the code to the picture, of which only the last is
///     wanted here;
///     leaves of both losses' graphs, as they are within `valueAndGrad`.
///   - factor: f ≥ 0, from `adversarialFactor`.
/// - Returns: `loss`, a single number that both losses can be differentiated through, and `weight`, λ without f.
/// - Throws: `InvalidArgument` if a loss is not a single number, or the last weights are no part of a graph.
public func balancedLoss(
  reconstruction: Tensor, adversarial: Tensor, decoderWeights: [Tensor], factor: Double
) throws -> (loss: Tensor, weight: Double) {
  try InvalidArgument.require(
    reconstruction.scalarCount == 1 && adversarial.scalarCount == 1,
    "a loss is a single number, but their shapes are \(reconstruction.shape) and \(adversarial.shape)")
  try InvalidArgument.require(
    decoderWeights.last?.isTracked == true, "the last layer's weights must be tracked while the losses are computed")
  try InvalidArgument.require(factor >= 0 && factor.isFinite, "the factor must not be negative, but is \(factor)")
  throw unsolved("3.7")
}
