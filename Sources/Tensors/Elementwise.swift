#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Tensor {
  /// A new tensor of f applied to every scalar. Inlined, so that `f` becomes part of one vector loop.
  @inline(__always)
  func mapped(grain: Int = elementwiseGrain, _ f: (Float) -> Float) -> Tensor {
    let count = scalarCount
    let x = pointer
    return Tensor(shape: shape) { y in
      parallelFor(count, grain: grain) { range in
        for index in range { y[index] = f(x[index]) }
      }
    }
  }

  /// A new tensor of f applied to the scalars of two tensors of one shape.
  @inline(__always)
  func zippedFlat(_ other: Tensor, _ f: (Float, Float) -> Float) -> Tensor {
    let count = scalarCount
    let a = pointer
    let b = other.pointer
    return Tensor(shape: shape) { y in
      parallelFor(count, grain: elementwiseGrain) { range in
        for index in range { y[index] = f(a[index], b[index]) }
      }
    }
  }
}

/// eˣ of every scalar.
public func exp(_ x: Tensor) -> Tensor {
  x.mapped { VectorMath.exp($0) }.recorded(from: [x], keepsOutput: true) { g, y, _ in g * y }
}

/// The natural logarithm of every scalar.
public func log(_ x: Tensor) -> Tensor {
  x.mapped { VectorMath.log($0) }.recorded(from: [x]) { g, _, _ in g / x }
}

/// The square root of every scalar. Its derivative at 0 is infinite: add a small number before you differentiate a norm.
public func sqrt(_ x: Tensor) -> Tensor {
  x.mapped { $0.squareRoot() }.recorded(from: [x], keepsOutput: true) { g, y, _ in g * 0.5 / y }
}

/// 1/√x of every scalar.
public func rsqrt(_ x: Tensor) -> Tensor {
  x.mapped { 1 / $0.squareRoot() }.recorded(from: [x], keepsOutput: true) { g, y, _ in g * (y * y * y) * -0.5 }
}

/// |x| of every scalar; the derivative at 0 is taken as 0.
public func abs(_ x: Tensor) -> Tensor {
  x.mapped { $0.magnitude }.recorded(from: [x]) { g, _, _ in g * sign(x) }
}

/// −1, 0 or 1 of every scalar, by its sign. Carries no gradient.
public func sign(_ x: Tensor) -> Tensor { x.mapped { ($0 > 0 ? 1 : 0) - ($0 < 0 ? 1 : 0) } }

/// x² of every scalar.
public func square(_ x: Tensor) -> Tensor {
  x.mapped { $0 * $0 }.recorded(from: [x]) { g, _, _ in g * x * 2 }
}

/// xᵖ of every scalar for a fixed power p.
public func pow(_ x: Tensor, _ p: Float) -> Tensor {
  if p == 1 { return x }
  if p == 2 { return square(x) }
  return x.mapped(grain: 4096) { powf($0, p) }.recorded(from: [x]) { g, _, _ in g * pow(x, p - 1) * p }
}

/// The sine of every scalar, in radians.
public func sin(_ x: Tensor) -> Tensor {
  x.mapped(grain: 4096) { sinf($0) }.recorded(from: [x]) { g, _, _ in g * cos(x) }
}

/// The cosine of every scalar, in radians.
public func cos(_ x: Tensor) -> Tensor {
  x.mapped(grain: 4096) { cosf($0) }.recorded(from: [x]) { g, _, _ in -(g * sin(x)) }
}

/// The hyperbolic tangent of every scalar.
public func tanh(_ x: Tensor) -> Tensor {
  x.mapped { VectorMath.tanh($0) }.recorded(from: [x], keepsOutput: true) { g, y, _ in
    isRecording(g, y) ? g * (1 - square(y)) : g.zippedFlat(y) { $0 * (1 - $1 * $1) }
  }
}

/// σ(x) = 1/(1 + e⁻ˣ) of every scalar.
public func sigmoid(_ x: Tensor) -> Tensor {
  x.mapped { VectorMath.sigmoid($0) }.recorded(from: [x], keepsOutput: true) { g, y, _ in
    isRecording(g, y) ? g * (y * (1 - y)) : g.zippedFlat(y) { $0 * ($1 * (1 - $1)) }
  }
}

/// max(x, 0) of every scalar; the derivative at 0 is taken as 0.
public func relu(_ x: Tensor) -> Tensor {
  x.mapped { $0 > 0 ? $0 : ($0 != $0 ? $0 : 0) }.recorded(from: [x]) { g, _, _ in
    isRecording(g) ? g * (x .> 0) : g.zippedFlat(x) { $1 > 0 ? $0 : 0 }
  }
}

/// x where it is positive, slope · x elsewhere.
public func leakyReLU(_ x: Tensor, slope: Float = 0.01) -> Tensor {
  x.mapped { $0 > 0 ? $0 : $0 * slope }.recorded(from: [x]) { g, _, _ in
    isRecording(g) ? g * `where`(x .> 0, .full(1, []), .full(slope, [])) : g.zippedFlat(x) { $1 > 0 ? $0 : $0 * slope }
  }
}

/// x σ(x) of every scalar, also called swish.
public func silu(_ x: Tensor) -> Tensor {
  x.mapped { $0 * VectorMath.sigmoid($0) }.recorded(from: [x]) { g, _, _ in
    guard isRecording(g, x) else {
      return g.zippedFlat(x) { g, x in
        let s = VectorMath.sigmoid(x)
        return g * (s * (1 + x * (1 - s)))
      }
    }
    let s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))
  }
}

/// erf x = 2/√π ∫₀ˣ e^{−t²} dt of every scalar.
public func erf(_ x: Tensor) -> Tensor {
  x.mapped { VectorMath.erf($0) }.recorded(from: [x]) { g, _, _ in g * exp(-square(x)) * 1.128_379_2 }
}

/// x Φ(x) of every scalar, Φ the normal distribution function (the exact form, PyTorch's default).
public func gelu(_ x: Tensor) -> Tensor {
  x.mapped { 0.5 * $0 * (1 + VectorMath.erf($0 * 0.707_106_77)) }.recorded(from: [x]) { g, _, _ in
    guard isRecording(g, x) else {
      return g.zippedFlat(x) { g, x in
        let cdf = 0.5 * (1 + VectorMath.erf(x * 0.707_106_77))
        return g * (cdf + x * (0.398_942_3 * VectorMath.exp(-0.5 * x * x)))
      }
    }
    let cdf = (erf(x * 0.707_106_77) + 1) * 0.5
    return g * (cdf + x * (exp(square(x) * -0.5) * 0.398_942_3))
  }
}

/// ln(1 + eˣ) of every scalar, without overflow.
public func softplus(_ x: Tensor) -> Tensor {
  x.mapped { VectorMath.softplus($0) }.recorded(from: [x]) { g, _, _ in g * sigmoid(x) }
}

/// Every scalar moved into [low, high]; outside it the gradient is 0.
public func clamp(_ x: Tensor, _ low: Float, _ high: Float) -> Tensor {
  x.mapped { $0 < low ? low : ($0 > high ? high : $0) }.recorded(from: [x]) { g, _, _ in
    g * ((x .>= low) * (x .<= high))
  }
}
