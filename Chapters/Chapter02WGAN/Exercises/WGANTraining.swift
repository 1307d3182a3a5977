// Exercise 2.12: training
//
// Algorithm 1 of Gulrajani et al. 2017 with the gradient penalty, and Algorithm 1 of Arjovsky et al. 2017 with clipping:
// the critic's step differs, the rest is the same.

import Exercises
import NeuralNetworks
import Tensors

/// The optimizer that WGAN-GP's Algorithm 1 asks for: Adam with α = 10⁻⁴, β₁ = 0 and β₂ = 0.9.
///
/// The critic's loss changes with every step of the generator, and the other way round: momentum would carry on in a
/// direction that no longer is one.
///
/// - Throws: `InvalidArgument` unless the learning rate is positive and finite.
public func wganOptimizer(learningRate: Double = 1e-4) throws -> Adam {
  try InvalidArgument.requirePositive(learningRate, "the learning rate")
  throw unsolved("2.12")
}

/// One step of the critic: it climbs, and the generator stands still. Lines 3 to 9 of Algorithm 1, for one batch.
///
/// - Under `.gradientPenalty(λ)` the penalty is added to the loss, at `Tensor.uniform([B], using: &rng)` of the way.
/// - Under `.clipping(c)` the weights are clipped after the step.
/// - Under `.builtIn` the loss is `criticLoss` alone.
///
/// - Parameters:
///   - wgan: the pair; only `wgan.critic`'s parameters change.
///   - real: a batch of data, [B, …].
///   - noise: z for as many fakes.
///   - optimizer: the critic's own.
///   - rng: u is drawn from it, and nothing else.
/// - Returns: the critic's estimate of W₁ on this batch *before* the step, without the penalty.
/// - Throws: `InvalidArgument` if the shapes don't fit; whatever the networks throw.
@discardableResult
public func criticStep(
  _ wgan: WGAN, real: Tensor, noise: Tensor, constraint: LipschitzConstraint, optimizer: any Optimizer,
  using rng: inout RandomStream
) throws -> Double {
  throw unsolved("2.12")
}

/// One step of the generator: it moves its samples uphill on f, and the critic stands still. Lines 11 and 12 of
/// Algorithm 1.
///
/// - Parameters:
///   - wgan: the pair; only `wgan.generator`'s parameters change.
///   - noise: z.
///   - optimizer: the generator's own.
/// - Returns: the generator's loss, −mean f(g(z)), before the step.
/// - Throws: `InvalidArgument` if the shapes don't fit; whatever the networks throw.
@discardableResult
public func generatorStep(_ wgan: WGAN, noise: Tensor, optimizer: any Optimizer) throws -> Double {
  throw unsolved("2.12")
}

/// Trains the pair: `settings.steps` times, n_critic steps of the critic, each with a batch of data and noise of its
/// own, and then one step of the generator with fresh noise. Algorithm 1 of Gulrajani et al. 2017.
///
/// Called again with the same optimizers it goes on where it stopped.
///
/// - Parameters:
///   - wgan: the pair; both change.
///   - settings: steps, batch size B, n_critic, and what keeps the critic from growing steep.
///   - criticOptimizer: moves the critic; `wganOptimizer()` makes one.
///   - generatorOptimizer: moves the generator; one of its own.
///   - data: draws a batch of so many samples of the data.
///   - noise: draws so many rows of z.
///   - rng: for the u of the penalty.
///   - onStep: is told after each step of the generator which it was, from 1, and the critic's last estimate.
/// - Returns: for each step of the generator, the estimate of W₁ that the last critic step before it returned.
/// - Throws: `InvalidArgument` for settings that make no sense, and for batch normalisation in a critic under a gradient
///   penalty; whatever the closures throw.
@discardableResult
public func trainWGAN(
  _ wgan: WGAN, settings: WGANSettings, criticOptimizer: any Optimizer, generatorOptimizer: any Optimizer,
  data: (_ count: Int) throws -> Tensor, noise: (_ count: Int) throws -> Tensor, using rng: inout RandomStream,
  onStep: (_ step: Int, _ estimate: Double) throws -> Void = { _, _ in }
) throws -> [Double] {
  try requireTrainable(wgan, settings)
  throw unsolved("2.12")
}

private func requireTrainable(_ wgan: WGAN, _ settings: WGANSettings) throws {
  for (name, count) in [
    ("steps", settings.steps), ("batchSize", settings.batchSize), ("criticSteps", settings.criticSteps),
  ] {
    try InvalidArgument.require(count >= 1, "\(name) must be at least 1, but is \(count)")
  }
  switch settings.constraint {
  case .clipping(let c): try InvalidArgument.requirePositive(c, "the bound c")
  case .gradientPenalty(let weight):
    try InvalidArgument.requirePositive(weight, "the weight λ")
    // Gulrajani et al. 2017, §4: there f(x) depends on the whole batch, and ∇f on one sample is not what is meant.
    try InvalidArgument.require(
      !containsBatchNorm(wgan.critic),
      "the critic contains BatchNorm, and a gradient penalty needs a critic that looks at each sample alone; "
        + "take it out, or take LayerNorm")
  case .builtIn: break
  }
}

private func containsBatchNorm(_ module: Module) -> Bool {
  if module is BatchNorm { return true }
  return module.children().contains { child in
    guard case .module(let inner) = child.content else { return false }
    return containsBatchNorm(inner)
  }
}
