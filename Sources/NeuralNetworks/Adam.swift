import Tensors

/// Adam (Kingma & Ba 2015, Algorithm 1), bias-corrected, with PyTorch's defaults and arithmetic.
///
/// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps). A `weightDecay` here is the classical one, g ← g + weightDecay · p;
/// for the decoupled one take ``AdamW``.
public final class Adam: AdamOptimizer {
  /// Adam with these constants.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 0
  ) {
    super.init(
      learningRate: learningRate, betas: betas, eps: eps, weightDecay: weightDecay, isDecayDecoupled: false)
  }
}

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← (1 − lr · weightDecay) p before Adam's step.
public final class AdamW: AdamOptimizer {
  /// AdamW with these constants.
  public init(
    learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), eps: Double = 1e-8, weightDecay: Double = 1e-2
  ) {
    super.init(
      learningRate: learningRate, betas: betas, eps: eps, weightDecay: weightDecay, isDecayDecoupled: true)
  }
}

/// What ``Adam`` and ``AdamW`` share. Its state is kept by parameter key: `firstMoment.KEY`, `secondMoment.KEY`, `step.KEY`.
public class AdamOptimizer: Optimizer {
  public var learningRate: Double
  /// How slowly the averages of g and of g² forget.
  public let betas: (Double, Double)
  /// Keeps the division finite.
  public let eps: Double
  /// The strength of the decay.
  public let weightDecay: Double
  private let isDecayDecoupled: Bool

  private struct Moments {
    var first: [Float]
    var second: [Float]
    var shape: [Int]
    var step: Int
  }
  private var moments: [String: Moments] = [:]

  fileprivate init(
    learningRate: Double, betas: (Double, Double), eps: Double, weightDecay: Double, isDecayDecoupled: Bool
  ) {
    self.learningRate = learningRate
    self.betas = betas
    self.eps = eps
    self.weightDecay = weightDecay
    self.isDecayDecoupled = isDecayDecoupled
  }

  public func update(_ model: Module, gradients: Gradients) {
    let shapes = Dictionary(uniqueKeysWithValues: gradients.keys.map { ($0, gradients[$0]!.shape) })
    updateEach(model, gradients) { key, g, old, new, count in
      // Taken out of the dictionary while it is written, so that the arrays are not copied.
      var slot =
        moments.removeValue(forKey: key)
        ?? Moments(
          first: Array(repeating: 0, count: count), second: Array(repeating: 0, count: count), shape: shapes[key]!,
          step: 0)
      if slot.first.count != count {
        fatalError(
          "\(key) has \(count) numbers, but the optimizer's state has \(slot.first.count): is it of another model?")
      }
      slot.step += 1
      slot.first.withUnsafeMutableBufferPointer { m in
        slot.second.withUnsafeMutableBufferPointer { v in
          step(slot.step, count, g, old, new, m.baseAddress!, v.baseAddress!)
        }
      }
      moments[key] = slot
    }
  }

  private func step(
    _ t: Int, _ count: Int, _ g: UnsafePointer<Float>, _ old: UnsafePointer<Float>, _ new: UnsafeMutablePointer<Float>,
    _ m: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>
  ) {
    let (beta1, beta2) = betas
    let (b1, b2) = (Float(beta1), Float(beta2))
    let (c1, c2) = (Float(1 - beta1), Float(1 - beta2))
    let correction1 = 1 - integerPower(beta1, t)
    let correction2 = (1 - integerPower(beta2, t)).squareRoot()
    let stepSize = Float(learningRate / correction1)
    let inverse = Float(1 / correction2)
    let epsilon = Float(eps)
    let shrink = isDecayDecoupled ? Float(1 - learningRate * weightDecay) : 1
    let coupled = isDecayDecoupled ? 0 : Float(weightDecay)
    for i in 0..<count {
      let p = old[i]
      let gradient = g[i] + coupled * p
      let first = b1 * m[i] + c1 * gradient
      let second = b2 * v[i] + c2 * gradient * gradient
      m[i] = first
      v[i] = second
      new[i] = shrink * p - stepSize * first / (second.squareRoot() * inverse + epsilon)
    }
  }

  public var state: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (key, slot) in moments {
      state["firstMoment.\(key)"] = Tensor(slot.first, shape: slot.shape)
      state["secondMoment.\(key)"] = Tensor(slot.second, shape: slot.shape)
      state["step.\(key)"] = Tensor(Float(slot.step))
    }
    return state
  }

  public func load(state: [String: Tensor]) throws {
    var loaded: [String: Moments] = [:]
    for (name, first) in state where name.hasPrefix("firstMoment.") {
      let key = String(name.dropFirst("firstMoment.".count))
      guard let second = state["secondMoment.\(key)"], let step = state["step.\(key)"], second.shape == first.shape,
        step.scalarCount == 1
      else {
        throw OptimizerStateError(
          description: "The optimizer's state for \(key) is incomplete: firstMoment, secondMoment (of one "
            + "shape) and step belong together.")
      }
      loaded[key] = Moments(
        first: first.scalars, second: second.scalars, shape: first.shape, step: Int(step.item()))
    }
    if loaded.count * 3 != state.count {
      throw OptimizerStateError(
        description: "The state holds entries that are not Adam's, such as "
          + "\(state.keys.sorted().first { !isOurs($0) } ?? "one without its pair"): was it saved by "
          + "another optimizer?")
    }
    moments = loaded
  }

  private func isOurs(_ name: String) -> Bool {
    name.hasPrefix("firstMoment.") || name.hasPrefix("secondMoment.") || name.hasPrefix("step.")
  }
}

/// xⁿ by repeated squaring: the same bits on every platform, which libm's pow does not promise.
func integerPower(_ x: Double, _ n: Int) -> Double {
  var (result, base, left) = (1.0, x, n)
  while left > 0 {
    if left & 1 == 1 { result *= base }
    base *= base
    left >>= 1
  }
  return result
}
