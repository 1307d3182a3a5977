/// The numbers of one step of Adam.
public struct AdamStep: Sendable {
  public var learningRate: Float
  public var beta1: Float
  public var beta2: Float
  public var eps: Float
  /// Decoupled weight decay (AdamW): the parameter is first multiplied by 1 − learningRate · weightDecay.
  public var weightDecay: Float
  /// The number of this step, from 1, for the correction of the moments' bias.
  public var step: Int

  public init(learningRate: Float, beta1: Float, beta2: Float, eps: Float, weightDecay: Float = 0, step: Int) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.eps = eps
    self.weightDecay = weightDecay
    self.step = step
  }
}

/// One step of Adam, all of it in one pass over the memory.
///
/// m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ(1 − ηλ) − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε).
///
/// - Returns: the new parameter and moments; those passed in are unchanged.
///
/// Source: D. Kingma, J. Ba, "Adam", ICLR 2015, algorithm 1; I. Loshchilov, F. Hutter, "Decoupled weight decay
/// regularization", ICLR 2019.
public func adamUpdate(
  parameter: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor, _ settings: AdamStep
) -> (parameter: Tensor, firstMoment: Tensor, secondMoment: Tensor) {
  let shape = parameter.shape
  guard gradient.shape == shape, firstMoment.shape == shape, secondMoment.shape == shape else {
    fatalError(
      "adamUpdate: shapes differ: parameter \(shape), gradient \(gradient.shape), moments \(firstMoment.shape), \(secondMoment.shape)."
    )
  }
  let t = Double(settings.step)
  let correction1 = 1 - power(Double(settings.beta1), t)
  let correction2 = 1 - power(Double(settings.beta2), t)
  let rate = Float(Double(settings.learningRate) / correction1)
  let rootScale = Float(1 / correction2.squareRoot())
  let keep = 1 - settings.learningRate * settings.weightDecay
  let (b1, b2, eps) = (settings.beta1, settings.beta2, settings.eps)
  let count = parameter.scalarCount
  let newFirst = Tensor(shape: shape) { _ in }
  let newSecond = Tensor(shape: shape) { _ in }
  let newParameter = Tensor(shape: shape) { result in
    let (p, g, m, v) = (parameter.pointer, gradient.pointer, firstMoment.pointer, secondMoment.pointer)
    let (mNew, vNew) = (newFirst.pointer, newSecond.pointer)
    parallelFor(count, grain: elementwiseGrain) { range in
      for i in range {
        let first = b1 * m[i] + (1 - b1) * g[i]
        let second = b2 * v[i] + (1 - b2) * (g[i] * g[i])
        mNew[i] = first
        vNew[i] = second
        result[i] = p[i] * keep - rate * first / (second.squareRoot() * rootScale + eps)
      }
    }
  }
  return (newParameter, newFirst, newSecond)
}

private func power(_ base: Double, _ exponent: Double) -> Double {
  var result = 1.0
  var factor = base
  var rest = Int(exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}

extension Tensor {
  /// decay · self + (1 − decay) · other, without recording: the step of an exponential moving average.
  public func interpolated(to other: Tensor, decay: Float) -> Tensor {
    guard shape == other.shape else { fatalError("interpolated: shapes \(shape) and \(other.shape) differ.") }
    return zippedFlat(other, Pointwise.Interpolation(decay: decay))
  }
}
