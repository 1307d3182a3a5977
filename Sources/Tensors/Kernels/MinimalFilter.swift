/// A one-dimensional filter of three taps that yields two neighbouring results with fewer multiplications than six:
///
///     y = Aᵀ [(G g) ⊙ (Bᵀ d)]        d the inputs under both results, g the taps, y the two results
///
/// It is the bilinear map (d, g) ↦ y written as additions, a product number by number, and additions. So its transposes
/// are there for the asking: with dy given, dd = B [(G g) ⊙ (A dy)] and dg = Gᵀ [(A dy) ⊙ (Bᵀ d)], with just as few
/// multiplications. In two dimensions every matrix is applied along the columns and then along the rows.
///
/// A number here is a vector whose lanes are channels.
///
/// Source: S. Winograd, "Arithmetic complexity of computations", SIAM, 1980; A. Lavin, S. Gray, "Fast algorithms for
/// convolutional neural networks", CVPR 2016.
protocol MinimalFilter {
  /// Inputs under the two results; also the number of products.
  static var points: Int { get }
  /// How far the second result lies from the first, among the inputs.
  static var stride: Int { get }

  /// The products that the first result needs: enough where a line of results has an odd length and ends with it.
  static var productsOfFirst: [Int] { get }

  /// Which of the four numbers G g a product has: none twice but where two products share one.
  static func tap(of product: Int) -> Int

  /// Bᵀ d.
  static func input(_ d: Points) -> Points
  /// B m.
  static func inputTransposed(_ m: Points) -> Points
  /// Aᵀ m.
  static func output(_ m: Points) -> Points
  /// A y.
  static func outputTransposed(_ y: Points) -> Points
  /// G g, without repetitions.
  static func taps(_ g: Points) -> Points
  /// Gᵀ m.
  static func tapsTransposed(_ m: Points) -> Points
}

/// Winograd's F(2, 3): y₀ = d₀g₀ + d₁g₁ + d₂g₂ and y₁ = d₁g₀ + d₂g₁ + d₃g₂ with four products,
///
///     m₀ = (d₀ − d₂) g₀                  m₁ = (d₁ + d₂) (g₀ + g₁ + g₂)/2        y₀ = m₀ + m₁ + m₂
///     m₃ = (d₁ − d₃) g₂                  m₂ = (d₂ − d₁) (g₀ − g₁ + g₂)/2        y₁ = m₁ − m₂ − m₃
///
/// In two dimensions 16 products replace 36.
enum DenseFilter: MinimalFilter {
  @inline(__always) static var points: Int { 4 }
  @inline(__always) static var stride: Int { 1 }
  static var productsOfFirst: [Int] { [0, 1, 2] }
  @inline(__always) static func tap(of product: Int) -> Int { product }

  @inline(__always)
  static func input(_ d: Points) -> Points {
    let (d0, d1, d2, d3) = (d[0], d[1], d[2], d[3])
    return Points(d0 - d2, d1 + d2, d2 - d1, d1 - d3)
  }

  @inline(__always)
  static func inputTransposed(_ m: Points) -> Points {
    let (m0, m1, m2, m3) = (m[0], m[1], m[2], m[3])
    return Points(m0, m1 - m2 + m3, m1 + m2 - m0, -m3)
  }

  @inline(__always)
  static func output(_ m: Points) -> Points {
    let (m1, m2) = (m[1], m[2])
    return Points(m[0] + m1 + m2, m1 - m2 - m[3])
  }

  @inline(__always)
  static func outputTransposed(_ y: Points) -> Points {
    let (y0, y1) = (y[0], y[1])
    return Points(y0, y0 + y1, y0 - y1, -y1)
  }

  @inline(__always)
  static func taps(_ g: Points) -> Points {
    let (g0, g1, g2) = (g[0], g[1], g[2])
    return Points(g0, 0.5 * (g0 + g2) + 0.5 * g1, 0.5 * (g0 + g2) - 0.5 * g1, g2)
  }

  @inline(__always)
  static func tapsTransposed(_ m: Points) -> Points {
    let (m1, m2) = (m[1], m[2])
    return Points(m[0] + 0.5 * (m1 + m2), 0.5 * (m1 - m2), m[3] + 0.5 * (m1 + m2))
  }
}

/// Stride 2: y₀ = d₀g₀ + d₁g₁ + d₂g₂ and y₁ = d₂g₀ + d₃g₁ + d₄g₂. The even inputs meet two taps, which Winograd's
/// F(2, 2) does with three products, the odd ones a single tap:
///
///     m₀ = (d₀ − d₂) g₀    m₁ = d₂ (g₀ + g₂)    m₂ = (d₂ − d₄) g₂        y₀ = m₀ + m₁ + m₃
///     m₃ = d₁ g₁           m₄ = d₃ g₁                                    y₁ = m₁ − m₂ + m₄
///
/// In two dimensions 25 products replace 36.
enum StridedFilter: MinimalFilter {
  @inline(__always) static var points: Int { 5 }
  @inline(__always) static var stride: Int { 2 }
  static var productsOfFirst: [Int] { [0, 1, 3] }
  @inline(__always) static func tap(of product: Int) -> Int { min(product, 3) }

  @inline(__always)
  static func input(_ d: Points) -> Points {
    let d2 = d[2]
    return Points(d[0] - d2, d2, d2 - d[4], d[1], d[3])
  }

  @inline(__always)
  static func inputTransposed(_ m: Points) -> Points {
    let (m0, m2) = (m[0], m[2])
    return Points(m0, m[3], m[1] + m2 - m0, m[4], -m2)
  }

  @inline(__always)
  static func output(_ m: Points) -> Points {
    let m1 = m[1]
    return Points(m[0] + m1 + m[3], m1 - m[2] + m[4])
  }

  @inline(__always)
  static func outputTransposed(_ y: Points) -> Points {
    let (y0, y1) = (y[0], y[1])
    return Points(y0, y0 + y1, -y1, y0, y1)
  }

  @inline(__always)
  static func taps(_ g: Points) -> Points {
    let (g0, g1, g2) = (g[0], g[1], g[2])
    return Points(g0, g0 + g2, g2, g1)
  }

  @inline(__always)
  static func tapsTransposed(_ m: Points) -> Points {
    let m1 = m[1]
    return Points(m[0] + m1, m[3], m1 + m[2])
  }
}

/// One of the six matrices. A constant wherever it is used, it costs nothing, whereas a function passed as an argument
/// would be called, with its vectors through memory.
enum FilterMatrix {
  case input, inputTransposed, output, outputTransposed, taps, tapsTransposed
}

extension MinimalFilter {
  @inline(__always)
  static func times(_ matrix: FilterMatrix, _ x: Points) -> Points {
    switch matrix {
    case .input: input(x)
    case .inputTransposed: inputTransposed(x)
    case .output: output(x)
    case .outputTransposed: outputTransposed(x)
    case .taps: taps(x)
    case .tapsTransposed: tapsTransposed(x)
    }
  }

  /// The length of the lines that a matrix is applied to.
  @inline(__always)
  static func columns(_ matrix: FilterMatrix) -> Int {
    switch matrix {
    case .outputTransposed: 2
    case .taps: 3
    case .tapsTransposed: 4
    default: points
    }
  }

  /// The length of its results.
  @inline(__always)
  static func rows(_ matrix: FilterMatrix) -> Int {
    switch matrix {
    case .output: 2
    case .taps: 4
    case .tapsTransposed: 3
    default: points
    }
  }
}

/// Up to five vectors in a line, those that a filter has.
struct Points {
  typealias Vector = SIMD16<Float>

  private let vectors: (Vector, Vector, Vector, Vector, Vector)

  @inline(__always)
  init(_ a: Vector, _ b: Vector, _ c: Vector = .zero, _ d: Vector = .zero, _ e: Vector = .zero) {
    vectors = (a, b, c, d, e)
  }

  @inline(__always)
  subscript(index: Int) -> Vector {
    switch index {
    case 0: vectors.0
    case 1: vectors.1
    case 2: vectors.2
    case 3: vectors.3
    default: vectors.4
    }
  }
}
