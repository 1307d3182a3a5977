#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A function of one number that a loop applies to many.
///
/// The functions are types, not closures: a generic loop over a type is compiled anew for each with the function
/// inside of it, and then vectorised. A closure that travels through another closure stays a call for every number,
/// twenty times slower.
protocol UnaryFunction {
  func callAsFunction(_ x: Float) -> Float
}

/// A function of two numbers that a loop applies to many.
protocol BinaryFunction {
  func callAsFunction(_ a: Float, _ b: Float) -> Float
}

/// The functions that the elementwise operations and their derivatives apply.
enum Pointwise {
  struct Exponential: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { VectorMath.exp(x) }
  }
  struct Logarithm: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { VectorMath.log(x) }
  }
  struct SquareRoot: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x.squareRoot() }
  }
  struct ReciprocalRoot: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { 1 / x.squareRoot() }
  }
  struct Magnitude: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x.magnitude }
  }
  struct Sign: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { (x > 0 ? 1 : 0) - (x < 0 ? 1 : 0) }
  }
  struct Square: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x * x }
  }
  struct Power: UnaryFunction {
    let p: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { powf(x, p) }
  }
  struct Sine: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { sinf(x) }
  }
  struct Cosine: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { cosf(x) }
  }
  struct HyperbolicTangent: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { VectorMath.tanh(x) }
  }
  struct Sigmoid: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { VectorMath.sigmoid(x) }
  }
  struct ReLU: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x > 0 ? x : (x != x ? x : 0) }
  }
  struct LeakyReLU: UnaryFunction {
    let slope: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x > 0 ? x : x * slope }
  }
  struct SiLU: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { VectorMath.silu(x) }
  }
  struct ErrorFunction: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { VectorMath.erf(x) }
  }
  struct GELU: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x * VectorMath.normalDistribution(x) }
  }
  struct Softplus: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { VectorMath.softplus(x) }
  }
  struct Clamp: UnaryFunction {
    let low: Float
    let high: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float {
      let raised = x < low ? low : x
      return raised > high ? high : raised
    }
  }
  struct PlusNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x + b }
  }
  struct MinusNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x - b }
  }
  struct NumberMinus: UnaryFunction {
    let a: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { a - x }
  }
  struct TimesNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x * b }
  }
  struct OverNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x / b }
  }
  struct NumberOver: UnaryFunction {
    let a: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { a / x }
  }
  struct Negative: UnaryFunction {
    @inline(__always) func callAsFunction(_ x: Float) -> Float { -x }
  }
  struct BelowNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x < b ? 1 : 0 }
  }
  struct AtMostNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x <= b ? 1 : 0 }
  }
  struct AboveNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x > b ? 1 : 0 }
  }
  struct AtLeastNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x >= b ? 1 : 0 }
  }
  struct EqualNumber: UnaryFunction {
    let b: Float
    @inline(__always) func callAsFunction(_ x: Float) -> Float { x == b ? 1 : 0 }
  }

  // MARK: Two numbers

  struct Sum: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a + b }
  }
  struct Difference: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a - b }
  }
  struct Product: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a * b }
  }
  struct Quotient: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a / b }
  }
  struct Below: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a < b ? 1 : 0 }
  }
  struct AtMost: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a <= b ? 1 : 0 }
  }
  struct Above: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a > b ? 1 : 0 }
  }
  struct AtLeast: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a >= b ? 1 : 0 }
  }
  struct Equal: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a == b ? 1 : 0 }
  }
  struct Larger: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a != a ? a : (b > a || b != b ? b : a) }
  }
  struct First: BinaryFunction {
    @inline(__always) func callAsFunction(_ a: Float, _ b: Float) -> Float { a }
  }

  // MARK: Derivatives: a gradient, and the input or output

  struct HyperbolicTangentGradient: BinaryFunction {
    @inline(__always) func callAsFunction(_ g: Float, _ y: Float) -> Float { g * (1 - y * y) }
  }
  struct SigmoidGradient: BinaryFunction {
    @inline(__always) func callAsFunction(_ g: Float, _ y: Float) -> Float { g * (y * (1 - y)) }
  }
  struct ReLUGradient: BinaryFunction {
    @inline(__always) func callAsFunction(_ g: Float, _ x: Float) -> Float { x > 0 ? g : 0 }
  }
  struct LeakyReLUGradient: BinaryFunction {
    let slope: Float
    @inline(__always) func callAsFunction(_ g: Float, _ x: Float) -> Float { x > 0 ? g : g * slope }
  }
  struct SiLUGradient: BinaryFunction {
    @inline(__always) func callAsFunction(_ g: Float, _ x: Float) -> Float {
      let s = VectorMath.sigmoid(x)
      return g * (s * (1 + x * (1 - s)))
    }
  }
  struct GELUGradient: BinaryFunction {
    @inline(__always) func callAsFunction(_ g: Float, _ x: Float) -> Float {
      g * (VectorMath.normalDistribution(x) + x * (0.398_942_3 * VectorMath.exp(-0.5 * x * x)))
    }
  }
}

extension Tensor {
  /// A new tensor of f applied to every scalar.
  @inline(__always)
  func mapped<Function: UnaryFunction>(_ f: Function, grain: Int = elementwiseGrain) -> Tensor {
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
  func zippedFlat<Function: BinaryFunction>(_ other: Tensor, _ f: Function) -> Tensor {
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
