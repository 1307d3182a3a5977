import Exercises
import NeuralNetworks
import Tensors

/// The counterfeiter and the policeman, each with an optimizer of its own.
public struct GANPlayers {
  /// G: noise of shape [B, latentDimensions] in, samples of shape [B, …] out.
  public let generator: any UnaryLayer
  /// D: samples in, logits of shape [B] or [B, 1] out.
  public let discriminator: any UnaryLayer
  /// Moves the generator, and nothing else.
  public let generatorOptimizer: any Optimizer
  /// Moves the discriminator, and nothing else.
  public let discriminatorOptimizer: any Optimizer
  /// How many numbers of noise the generator turns into one sample.
  public let latentDimensions: Int

  /// Throws `InvalidArgument` when one optimizer is to serve both players (Adam's averages of the one would steer the
  /// other) or there is no noise.
  public init(
    generator: any UnaryLayer, discriminator: any UnaryLayer, generatorOptimizer: any Optimizer,
    discriminatorOptimizer: any Optimizer, latentDimensions: Int
  ) throws {
    try InvalidArgument.require(
      generatorOptimizer !== discriminatorOptimizer, "each player needs an optimizer of its own, but both got the same")
    try InvalidArgument.require(
      latentDimensions >= 1,
      "the generator needs at least one number of noise, but latentDimensions is \(latentDimensions)")
    self.generator = generator
    self.discriminator = discriminator
    self.generatorOptimizer = generatorOptimizer
    self.discriminatorOptimizer = discriminatorOptimizer
    self.latentDimensions = latentDimensions
  }

  /// The discriminator's logits of a batch x, of shape [B].
  ///
  /// - Throws: `InvalidArgument` if it does not give one number a sample.
  public func logits(_ x: Tensor) throws -> Tensor {
    let logits = discriminator(x)
    try InvalidArgument.require(
      x.ndim >= 1 && logits.scalarCount == x.dim(0),
      "the discriminator should give one logit a sample, but made the shape \(logits.shape) of a batch of \(x.shape)")
    return logits.reshaped([x.dim(0)])
  }

  /// Fresh noise for `count` samples: standard normal, of shape [count, latentDimensions].
  public func noise(_ count: Int, using rng: inout RandomStream) -> Tensor {
    .normal([count, latentDimensions], using: &rng)
  }
}

/// How the two players are trained.
public struct GANSettings {
  /// How many steps the generator takes.
  public var steps: Int
  /// k: how many steps the discriminator takes before each of the generator's.
  public var discriminatorSteps = 1
  /// B: real samples, and fakes, in a step.
  public var batchSize = 128
  /// Which loss the generator descends.
  public var generatorLoss = GeneratorLossKind.nonSaturating
  /// γ of the R1 penalty; 0 for none.
  public var gamma = 0.0
  /// n: the penalty is computed at every n-th step of the discriminator only, and counts n times there: nearly the same
  /// training for less work ("lazy regularization", Karras et al. 2020).
  public var penaltyInterval = 1
  /// How many of the fakes teach the generator at step n (from 1; exercise 1.10); nil for all of them.
  public var keptFakes: ((_ step: Int) throws -> Int)?

  /// So many steps of the generator; the other settings have the defaults of Algorithm 1.
  public init(steps: Int) { self.steps = steps }

  /// γ for the discriminator's step number n, counted from 0 over the whole training.
  public func gamma(atDiscriminatorStep n: Int) -> Double {
    n % max(1, penaltyInterval) == 0 ? gamma * Double(penaltyInterval) : 0
  }

  /// Throws `InvalidArgument` unless all settings can be trained with.
  public func validate() throws {
    try InvalidArgument.require(steps >= 0, "steps must not be negative, but is \(steps)")
    try InvalidArgument.require(
      discriminatorSteps >= 1, "the discriminator must move at least once a step, but k is \(discriminatorSteps)")
    try InvalidArgument.require(batchSize >= 1, "batchSize must be at least 1, but is \(batchSize)")
    try InvalidArgument.requireNotNegative(gamma, "gamma")
    try InvalidArgument.require(penaltyInterval >= 1, "penaltyInterval must be at least 1, but is \(penaltyInterval)")
  }
}

/// What one round of the game came to: what `trainGAN` tells its observer.
public struct GANStep: Equatable, Sendable {
  /// The generator's steps so far: 1 for the first.
  public let number: Int
  /// The discriminator's loss at its last step of the round, without the penalty. 2 ln 2 = 1.386 means that it cannot
  /// tell; 0 that nothing fools it.
  public let discriminatorLoss: Double
  /// The generator's loss.
  public let generatorLoss: Double

  public init(number: Int, discriminatorLoss: Double, generatorLoss: Double) {
    self.number = number
    self.discriminatorLoss = discriminatorLoss
    self.generatorLoss = generatorLoss
  }
}

/// A player's loss or gradient is no longer a number. Its update was not made.
public struct TrainingDiverged: Error, CustomStringConvertible {
  public let description: String
}

/// One descent step of one player: differentiates `loss` with respect to the trainable parameters of `model` alone, and
/// lets `optimizer` move them.
///
/// - Throws: `InvalidArgument` if the loss is not one number or does not depend on the model; ``TrainingDiverged`` if the
///   loss or a gradient is not finite; whatever `loss` throws. The model is then as before.
public func descend(_ model: Module, with optimizer: any Optimizer, _ loss: () throws -> Tensor) throws {
  let (value, gradients) = try valueAndGrad(model) {
    let loss = try loss()
    try InvalidArgument.require(
      loss.scalarCount == 1, "a loss is one number, but this one has the shape \(loss.shape): take a mean")
    try InvalidArgument.require(
      loss.isTracked, "the loss does not depend on the model that should descend it: was something detached?")
    return loss
  }
  guard value.item().isFinite, gradients.globalNorm.isFinite else {
    throw TrainingDiverged(
      description: "the loss is \(value.item()), with gradients that are not all finite in "
        + "\(gradients.keysWithoutFiniteNumbers); try a lower learning rate than \(optimizer.learningRate)")
  }
  optimizer.update(model, gradients: gradients)
}
