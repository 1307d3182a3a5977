// Exercise 1.7: the training algorithm

import Exercises
import NeuralNetworks
import Tensors

/// One step of the discriminator: it descends the loss of exercise 1.1 on a batch of real samples and as many fakes, plus
/// the R1 penalty of exercise 1.6 on the real ones if γ > 0.
///
/// Goodfellow et al. 2014, Algorithm 1, the inner loop. The generator only delivers here: it is not to be moved, and no
/// graph is to be recorded through it. Make its fakes `withoutGrad` (or `detached()`), and let ``descend(_:with:_:)`` move
/// the discriminator with *its* optimizer.
///
/// - Parameters:
///   - real: real samples, of shape [B, …].
///   - noise: noise for the fakes, of shape [B, latentDimensions].
///   - gamma: γ of the penalty. With 0 it is not even computed.
/// - Returns: the loss before the step, without the penalty.
/// - Throws: as ``descend(_:with:_:)``.
@discardableResult
public func discriminatorStep(
  _ players: GANPlayers, real: Tensor, noise: Tensor, gamma: Double = 0
) throws -> Double {
  try InvalidArgument.requireNotNegative(gamma, "gamma")
  throw unsolved("1.7")
}

/// One step of the generator: it descends the loss of exercise 1.2 on a batch of its fakes.
///
/// Goodfellow et al. 2014, Algorithm 1, the outer loop. The gradient passes *through* the discriminator, which is not moved.
///
/// - Parameters:
///   - noise: noise for the fakes, of shape [B, latentDimensions].
///   - kind: which loss.
///   - kept: if given, only so many of the fakes count, those with the highest logits (exercise 1.10).
/// - Returns: the loss before the step.
/// - Throws: as ``descend(_:with:_:)``.
@discardableResult
public func generatorStep(
  _ players: GANPlayers, noise: Tensor, kind: GeneratorLossKind = .nonSaturating, kept: Int? = nil
) throws -> Double {
  throw unsolved("1.7")
}

/// Trains both players as Goodfellow et al. 2014, Algorithm 1, does. For each of `settings.steps` rounds:
///
/// 1. k times: a *new* batch of real samples, *new* noise, one ``discriminatorStep(_:real:noise:gamma:)`` with
///    `settings.gamma(atDiscriminatorStep:)` for γ;
/// 2. once: *new* noise, one ``generatorStep(_:noise:kind:kept:)``, with as many fakes kept as `settings.keptFakes` says
///    for this round (counted from 1), if it says anything;
/// 3. `onStep` is told the round's number and losses.
///
/// Any pair of networks can be trained with it; whatever else a lab wants (averages of weights, samples along the way,
/// another learning rate, an early end by throwing) it does in `onStep`.
///
/// - Parameters:
///   - rng: where all randomness comes from: it is handed to `data`, and to `players.noise(_:using:)`.
///   - data: so many real samples, as one batch.
/// - Throws: `InvalidArgument` for settings that make no sense; ``TrainingDiverged``; whatever `data` and `onStep` throw.
public func trainGAN(
  _ players: GANPlayers, settings: GANSettings, using rng: inout RandomStream,
  data: (_ count: Int, _ rng: inout RandomStream) throws -> Tensor,
  onStep: (GANStep) throws -> Void = { _ in }
) throws {
  try settings.validate()
  throw unsolved("1.7")
}
