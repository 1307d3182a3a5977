import Exercises
import Tensors

/// A discriminator as the chapter uses it: a batch x of shape [B, …] in, B *logits* of shape [B] out. The probability
/// that a sample is real is D = σ(logit); nobody ever needs to compute it for training.
public typealias Discriminator = (_ x: Tensor) throws -> Tensor

/// A generator: noise z of shape [B, n] in, samples of shape [B, …] out.
public typealias Generator = (_ z: Tensor) throws -> Tensor

/// Which loss the generator descends (Goodfellow et al. 2014, §3).
public enum GeneratorLossKind: String, CaseIterable, Sendable {
  /// log(1 − D(G(z))): the minimax game as it is written. It hardly moves while the discriminator sees through every
  /// fake.
  case saturating
  /// −log D(G(z)): the same fixed point, and its strongest push where the discriminator is surest.
  case nonSaturating
}

extension InvalidArgument {
  /// Throws unless `logits` is a batch of at least one number, of shape [B].
  static func requireLogits(_ logits: Tensor, _ name: String) throws {
    try require(
      logits.ndim == 1 && logits.scalarCount >= 1,
      "\(name) should be at least one logit, of shape [B], but has the shape \(logits.shape); reshaped([-1]) makes "
        + "[B, 1] into [B]")
  }

  /// Throws unless the number is finite and not negative.
  static func requireNotNegative(_ value: Double, _ name: String) throws {
    try require(value >= 0 && value.isFinite, "\(name) must be finite and not negative, but is \(value)")
  }

  /// Throws unless p and q are values of two densities at the same points of a grid: as many, finite, not negative.
  static func requireDensities(_ p: [Double], _ q: [Double]) throws {
    try require(
      p.count == q.count && !p.isEmpty,
      "p and q should be given at the same points, but there are \(p.count) values of p and \(q.count) of q")
    for (name, values) in [("p", p), ("q", q)] {
      if let wrong = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
        throw InvalidArgument("a density is finite and not negative, but \(name)[\(wrong)] is \(values[wrong])")
      }
    }
  }
}
