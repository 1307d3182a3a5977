// Exercise 2.8: the Wasserstein losses and weight clipping
//
// By Kantorovich and Rubinstein, W₁(p, q) is the largest value of E_p f − E_q f that a 1-Lipschitz f can reach. The
// critic climbs towards that value, the generator pulls it down.

import Exercises
import NeuralNetworks
import Tensors

/// What the critic minimises: mean f(fake) − mean f(real). Minus this is its estimate of W₁.
///
/// There is no logarithm and no sigmoid in it: f's values are no probabilities. Arjovsky et al. 2017, Algorithm 1,
/// line 5 (there as a maximum); Gulrajani et al. 2017, eq. 3 without its penalty.
///
/// - Parameters:
///   - real: f at samples of the data, of shape [B].
///   - fake: f at samples of the generator, of shape [B′].
/// - Returns: a number, of shape [].
/// - Throws: `InvalidArgument` if either is not of shape [B], B ≥ 1.
public func criticLoss(real: Tensor, fake: Tensor) throws -> Tensor {
  try InvalidArgument.requireCriticValues(real, "real")
  try InvalidArgument.requireCriticValues(fake, "fake")
  throw unsolved("2.8")
}

/// What the generator minimises: −mean f(fake). The data's term doesn't depend on it.
///
/// Arjovsky et al. 2017, Algorithm 1, line 10.
///
/// - Parameter fake: f at samples of the generator, of shape [B].
/// - Returns: a number, of shape [].
/// - Throws: `InvalidArgument` if it is not of shape [B], B ≥ 1.
public func generatorLoss(fake: Tensor) throws -> Tensor {
  try InvalidArgument.requireCriticValues(fake, "fake")
  throw unsolved("2.8")
}

/// Moves every trainable parameter of `model`, weights and biases alike, into [−c, c], number by number.
///
/// A network with bounded weights is K-Lipschitz for some K, which nobody chose. Arjovsky et al. 2017, Algorithm 1,
/// line 7.
///
/// - Throws: `InvalidArgument` unless c is positive and finite.
public func clipWeights(of model: Module, to c: Double) throws {
  try InvalidArgument.requirePositive(c, "the bound c")
  throw unsolved("2.8")
}

/// One step of the optimizer, after which the critic's weights lie in [−c, c]: lines 6 and 7 of Algorithm 1.
///
/// - Throws: `InvalidArgument` unless c is positive and finite.
public func updateAndClip(
  _ critic: Module, gradients: Gradients, optimizer: any Optimizer, to c: Double
) throws {
  try InvalidArgument.requirePositive(c, "the bound c")
  throw unsolved("2.8")
}
