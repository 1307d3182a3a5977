/// eˣ of every scalar.
public func exp(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Exponential()).recorded(from: [x], keepsOutput: true) { g, y, _ in g * y }
}

/// The natural logarithm of every scalar.
public func log(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Logarithm()).recorded(from: [x]) { g, _, _ in g / x }
}

/// The square root of every scalar. Its derivative at 0 is infinite: add a small number before you differentiate a
/// norm.
public func sqrt(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.SquareRoot()).recorded(from: [x], keepsOutput: true) { g, y, _ in g * 0.5 / y }
}

/// 1/√x of every scalar.
public func rsqrt(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.ReciprocalRoot()).recorded(from: [x], keepsOutput: true) { g, y, _ in g * (y * y * y) * -0.5 }
}

/// |x| of every scalar; the derivative at 0 is taken as 0.
public func abs(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Magnitude()).recorded(from: [x]) { g, _, _ in g * sign(x) }
}

/// −1, 0 or 1 of every scalar, by its sign. Carries no gradient.
public func sign(_ x: Tensor) -> Tensor { x.mapped(Pointwise.Sign()) }

/// x² of every scalar.
public func square(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Square()).recorded(from: [x]) { g, _, _ in g * x * 2 }
}

/// xᵖ of every scalar for a fixed power p.
public func pow(_ x: Tensor, _ p: Float) -> Tensor {
  if p == 1 { return x }
  if p == 2 { return square(x) }
  return x.mapped(Pointwise.Power(p: p), grain: 4096).recorded(from: [x]) { g, _, _ in g * pow(x, p - 1) * p }
}

/// The sine of every scalar, in radians.
public func sin(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Sine(), grain: 4096).recorded(from: [x]) { g, _, _ in g * cos(x) }
}

/// The cosine of every scalar, in radians.
public func cos(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Cosine(), grain: 4096).recorded(from: [x]) { g, _, _ in -(g * sin(x)) }
}

/// The hyperbolic tangent of every scalar.
public func tanh(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.HyperbolicTangent()).recorded(from: [x], keepsOutput: true) { g, y, _ in
    isRecording(g, y) ? g * (1 - square(y)) : g.zippedFlat(y, Pointwise.HyperbolicTangentGradient())
  }
}

/// σ(x) = 1/(1 + e⁻ˣ) of every scalar.
public func sigmoid(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Sigmoid()).recorded(from: [x], keepsOutput: true) { g, y, _ in
    isRecording(g, y) ? g * (y * (1 - y)) : g.zippedFlat(y, Pointwise.SigmoidGradient())
  }
}

/// max(x, 0) of every scalar; the derivative at 0 is taken as 0.
public func relu(_ x: Tensor) -> Tensor { x.mapped(Pointwise.ReLU()).recordedReLU(of: x) }

/// x where it is positive, slope · x elsewhere.
public func leakyReLU(_ x: Tensor, slope: Float = 0.01) -> Tensor {
  x.mapped(Pointwise.LeakyReLU(slope: slope)).recordedLeakyReLU(of: x, slope: slope)
}

extension Tensor {
  /// This value, recorded as relu x. Only where x is positive is asked later.
  func recordedReLU(of x: Tensor) -> Tensor {
    recorded(from: [x], operation: "relu") { g, _, _ in
      isRecording(g) ? g * (x .> 0) : g.zippedFlat(x, Pointwise.ReLUGradient())
    }.gated(by: Gate(numbers: x.storage, slope: nil))
  }

  /// This value, recorded as leakyReLU x. Only where x is positive is asked later.
  func recordedLeakyReLU(of x: Tensor, slope: Float) -> Tensor {
    recorded(from: [x], operation: "leakyReLU") { g, _, _ in
      isRecording(g)
        ? g * `where`(x .> 0, .full(1, []), .full(slope, []))
        : g.zippedFlat(x, Pointwise.LeakyReLUGradient(slope: slope))
    }.gated(by: Gate(numbers: x.storage, slope: slope))
  }
}

/// x σ(x) of every scalar, also called swish.
public func silu(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.SiLU()).recorded(from: [x]) { g, _, _ in
    guard isRecording(g, x) else {
      return g.zippedFlat(x, Pointwise.SiLUGradient())
    }
    let s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))
  }
}

/// erf x = 2/√π ∫₀ˣ e^{−t²} dt of every scalar.
public func erf(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.ErrorFunction()).recorded(from: [x]) { g, _, _ in g * exp(-square(x)) * 1.128_379_2 }
}

/// x Φ(x) of every scalar, Φ the normal distribution function (the exact form, PyTorch's default).
public func gelu(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.GELU()).recorded(from: [x]) { g, _, _ in
    guard isRecording(g, x) else {
      return g.zippedFlat(x, Pointwise.GELUGradient())
    }
    let cdf = (erf(x * 0.707_106_77) + 1) * 0.5
    return g * (cdf + x * (exp(square(x) * -0.5) * 0.398_942_3))
  }
}

/// ln(1 + eˣ) of every scalar, without overflow.
public func softplus(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.Softplus()).recorded(from: [x]) { g, _, _ in g * sigmoid(x) }
}

/// ln σ(x) = −ln(1 + e⁻ˣ) of every scalar, without overflow: what a discriminator's loss is made of.
public func logSigmoid(_ x: Tensor) -> Tensor {
  x.mapped(Pointwise.LogSigmoid()).recorded(from: [x]) { g, _, _ in g * sigmoid(-x) }
}

/// Every scalar moved into [low, high]; outside it the gradient is 0. NaN stays NaN.
public func clamp(_ x: Tensor, _ low: Float, _ high: Float) -> Tensor {
  x.mapped(Pointwise.Clamp(low: low, high: high)).recorded(from: [x]) { g, _, _ in
    g * ((x .>= low) * (x .<= high))
  }
}

/// Every scalar raised to `low` if it is below; there the gradient is 0.
public func clamp(_ x: Tensor, atLeast low: Float) -> Tensor { clamp(x, low, .infinity) }

/// Every scalar lowered to `high` if it is above; there the gradient is 0.
public func clamp(_ x: Tensor, atMost high: Float) -> Tensor { clamp(x, -.infinity, high) }

extension Pointwise {
  struct LogSigmoid: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { -VectorMath.softplus(-x) }
  }
}
