import Exercises
import NeuralNetworks
import Tensors

/// A critic f: a batch x of shape [B, …] in, one number a sample out, of shape [B].
///
/// It is no discriminator: its numbers are no logits and no probabilities, and only their differences mean anything.
public typealias Critic = (_ x: Tensor) throws -> Tensor

/// A generator g: noise z with one row a sample in, a batch [B, …] of the data's shape out.
public typealias Generator = (_ z: Tensor) throws -> Tensor

/// A generator and its critic: how they are applied, and whose parameters are trained.
///
/// The closures say how a module's output becomes what the formulas need, so that any modules will do:
///
/// ```swift
/// let wgan = WGAN(
///   generator: g, generate: { z in g(z) },
///   critic: f, criticize: { x in f(x).squeezed(axis: 1) })  // [B, 1] → [B]
/// ```
public struct WGAN {
  /// The parameters that the generator's step moves.
  public let generator: Module
  /// g.
  public let generate: Generator
  /// The parameters that the critic's steps move.
  public let critic: Module
  /// f.
  public let criticize: Critic

  public init(
    generator: Module, generate: @escaping Generator, critic: Module, criticize: @escaping Critic
  ) {
    self.generator = generator
    self.generate = generate
    self.critic = critic
    self.criticize = criticize
  }
}

/// How the critic is kept from growing arbitrarily steep.
public enum LipschitzConstraint: Equatable, Sendable {
  /// Every parameter is moved into [−c, c] after each step. Arjovsky et al. 2017, Algorithm 1 (c = 0.01).
  case clipping(Double)
  /// λ·mean(‖∇f(x̂)‖ − 1)² is added to the critic's loss. Gulrajani et al. 2017, eq. 3 (λ = 10).
  case gradientPenalty(Double)
  /// The critic is built so that nothing need be done, as with spectrally normalised layers.
  case builtIn
}

/// How long and how a WGAN is trained.
public struct WGANSettings: Equatable, Sendable {
  /// Steps of the generator.
  public var steps: Int
  /// Samples in a batch, B.
  public var batchSize: Int
  /// Steps of the critic before each step of the generator, n_critic.
  public var criticSteps: Int
  /// What keeps the critic from growing arbitrarily steep.
  public var constraint: LipschitzConstraint

  public init(
    steps: Int, batchSize: Int = 64, criticSteps: Int = 5,
    constraint: LipschitzConstraint = .gradientPenalty(10)
  ) {
    self.steps = steps
    self.batchSize = batchSize
    self.criticSteps = criticSteps
    self.constraint = constraint
  }
}

extension InvalidArgument {
  /// Throws unless `values` is what a critic returns: one number a sample.
  static func requireCriticValues(_ values: Tensor, _ name: String) throws {
    try require(
      values.ndim == 1 && values.dim(0) >= 1,
      "\(name) must hold one critic value a sample, of shape [B] with B ≥ 1, but has shape \(values.shape); "
        + "a critic that ends in a linear layer gives [B, 1]: take squeezed(axis: 1) of it")
  }

  /// Throws unless both are batches of samples of one shape; how many each has doesn't matter.
  static func requireBatches(real: Tensor, fake: Tensor) throws {
    try require(
      real.ndim >= 2 && real.dim(0) >= 1 && fake.ndim == real.ndim && fake.dim(0) >= 1
        && Array(real.shape.dropFirst()) == Array(fake.shape.dropFirst()),
      "real and fake samples must be batches [B, …] of samples of the same shape, but have shapes \(real.shape) "
        + "and \(fake.shape)")
  }
}
