import Tensors

/// Dropout (Srivastava et al. 2014): in training every number is set to 0 with probability p, and the others are divided by 1 − p, so that the
/// expectation stays. In evaluation (`isTraining == false`) the input passes unchanged.
///
/// Its random numbers come from the stream that each call is given, never from a hidden one: the same stream gives the same mask.
public final class Dropout: Module {
  /// The probability of a zero, in [0, 1).
  public let probability: Float

  /// A layer that drops numbers with this probability.
  public init(probability: Float) {
    if !(0..<1).contains(probability) {
      fatalError("Dropout: the probability is \(probability); it must be in [0, 1).")
    }
    self.probability = probability
    super.init()
  }

  /// x of any shape → the same shape.
  public func callAsFunction(_ x: Tensor, using rng: inout RandomStream) -> Tensor {
    isTraining ? dropout(x, probability: probability, using: &rng) : x
  }

  public override class var hasFixedParts: Bool { true }
  public override var summary: String { "\(probability)" }
}

/// x with every number set to 0 with this probability and divided by 1 − probability otherwise.
public func dropout(_ x: Tensor, probability: Float, using rng: inout RandomStream) -> Tensor {
  if probability == 0 { return x }
  return x * ((Tensor.uniform(x.shape, using: &rng) .>= probability) * (1 / (1 - probability)))
}
