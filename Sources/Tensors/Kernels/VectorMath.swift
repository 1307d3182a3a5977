/// Elementary functions for the kernels, written as straight-line code that the compiler turns into vector
/// instructions.
///
/// No branch, no table, no call: a conditional becomes a select, rounding is done by adding 1.5 · 2²³, and fused
/// multiply-adds are asked for by name. The C library's `expf` costs twenty times as much. Each function states its
/// largest error, found by comparing all of a dense set of arguments with Double (`VectorMathTests`).
enum VectorMath {
  private static let roundingMagic: Float = 12_582_912  // 1.5 · 2²³

  /// What eˣ and tanh x share: x = n ln 2 + r with |r| ≤ ½ ln 2, and p ≈ (eʳ − 1 − r)/r². n is in the low bits of t, above
  /// those of ``roundingMagic``.
  @inline(__always)
  private static func reduced(_ x: Float) -> (t: Float, r: Float, p: Float) {
    let t = Float(roundingMagic).addingProduct(x, 1.442_695_04)
    let n = t - roundingMagic
    let r = x.addingProduct(n, -0.693_359_375).addingProduct(n, 2.121_944_4e-4)
    var p: Float = 1.987_569_1e-4
    p = Float(1.398_199_9e-3).addingProduct(p, r)
    p = Float(8.333_452e-3).addingProduct(p, r)
    p = Float(4.166_579_6e-2).addingProduct(p, r)
    p = Float(1.666_666_6e-1).addingProduct(p, r)
    p = Float(0.5).addingProduct(p, r)
    return (t, r, p)
  }

  /// eˣ, to 1.5 units in the last place; 0 below −87.33, ∞ above 88.722.
  ///
  /// x = n ln 2 + r with |r| ≤ ½ ln 2; eˣ = 2ⁿ eʳ, and eʳ by its Taylor polynomial with the last coefficients
  /// adjusted (Cody and Waite's reduction).
  @inline(__always)
  static func exp(_ x: Float) -> Float {
    let (t, r, p) = reduced(x)
    let e = Float(1).addingProduct(r, Float(1).addingProduct(p, r))
    // n, the low bits of t, is added to the exponent of eʳ. Between the two limits what comes out is a normal number,
    // and outside of them it does not count; so nothing needs to be clamped.
    let scaled = Float(bitPattern: e.bitPattern &+ t.bitPattern << 23)
    let lower = x < -87.33 ? 0 : scaled
    return x <= 88.722_83 ? lower : x * .infinity
  }

  /// ln x, to 1 unit in the last place; −∞ at 0, NaN below.
  ///
  /// x = 2ᵏ m with m in [√½, √2); ln m by a polynomial in m − 1 (coefficients of the Cephes library's logf).
  @inline(__always)
  static func log(_ x: Float) -> Float {
    let isTiny = x < 1.175_494_4e-38
    let y = isTiny ? x * 8_388_608 : x
    let bits = y.bitPattern &- 0x3f35_04f3
    let k = Float(Int32(bitPattern: bits) >> 23) - (isTiny ? 23 : 0)
    let m = Float(bitPattern: (bits & 0x007f_ffff) &+ 0x3f35_04f3) - 1
    var p: Float = 7.037_683_6e-2
    p = Float(-1.151_461e-1).addingProduct(p, m)
    p = Float(1.167_699_9e-1).addingProduct(p, m)
    p = Float(-1.242_014_1e-1).addingProduct(p, m)
    p = Float(1.424_932_3e-1).addingProduct(p, m)
    p = Float(-1.666_805_8e-1).addingProduct(p, m)
    p = Float(2.000_071_5e-1).addingProduct(p, m)
    p = Float(-2.499_999_4e-1).addingProduct(p, m)
    p = Float(3.333_333_1e-1).addingProduct(p, m)
    let square = m * m
    var tail = p * m * square
    tail = tail.addingProduct(k, -2.121_944_4e-4)
    tail = tail.addingProduct(square, -0.5)
    let finite = (m + tail).addingProduct(k, 0.693_359_375)
    let atInfinity = x == .infinity ? Float.infinity : finite
    let atZero = x == 0 ? -Float.infinity : atInfinity
    return (x < 0 || x != x) ? .nan : atZero
  }

  /// ln(1 + x) without losing x's digits when it is small.
  @inline(__always)
  static func log1p(_ x: Float) -> Float {
    let y = 1 + x
    // The rounding error of y, put back to first order.
    let corrected = log(y) + (x - (y - 1)) / y
    return y == .infinity ? x : corrected
  }

  /// tanh x, to 2.5 units in the last place.
  ///
  /// tanh |x| = m/(m + 2) with m = e^{2|x|} − 1, and m without cancellation: 2ⁿ(eʳ − 1) + (2ⁿ − 1), n and r as in
  /// ``exp(_:)``. Beyond 10 it is 1.
  @inline(__always)
  static func tanh(_ x: Float) -> Float {
    let a = x.magnitude
    let y = 2 * (a > 10 ? 10 : a)
    let (t, r, p) = reduced(y)
    let e = r.addingProduct(p * r, r)
    let power = Float(bitPattern: (t.bitPattern &- roundingMagic.bitPattern &+ 127) << 23)
    let m = (power - 1).addingProduct(e, power)
    let value = m / (m + 2)
    let signed = Float(bitPattern: value.bitPattern | (x.bitPattern & 0x8000_0000))
    return x != x ? x : signed
  }

  /// σ(x) = 1/(1 + e⁻ˣ).
  @inline(__always)
  static func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

  /// x σ(x).
  @inline(__always)
  static func silu(_ x: Float) -> Float { x / (1 + exp(-x)) }

  /// ln(1 + eˣ) = max(x, 0) + ln(1 + e^{−|x|}): no overflow, and no loss for very negative x.
  @inline(__always)
  static func softplus(_ x: Float) -> Float {
    let value = (x > 0 ? x : 0) + log1p(exp(-x.magnitude))
    return x != x ? x : value
  }

  /// erf x, to 1.5 units in the last place: an odd polynomial near 0, 1 − e^{−q(|x|)} beyond
  /// (coefficients by N. Juffa, "Fast, accurate erff", 2016).
  @inline(__always)
  static func erf(_ x: Float) -> Float {
    let a = x.magnitude
    let s = x * x
    let t = a > 4 ? 4 : a
    let ts = t * t
    var q = Float(3.831_971_26e-4).addingProduct(-1.728_534_70e-5, t)
    let u = Float(2.425_462_19e-2).addingProduct(-3.883_964_38e-3, t)
    q = u.addingProduct(q, ts)
    q = Float(-1.067_778_77e-1).addingProduct(q, t)
    q = Float(-6.348_466_87e-1).addingProduct(q, t)
    q = Float(-1.287_175_12e-1).addingProduct(q, t)
    q = (-t).addingProduct(q, t)
    let tail = 1 - exp(q)
    let large = x < 0 ? -tail : tail
    var p: Float = -5.967_617_03e-4
    p = Float(4.991_194_23e-3).addingProduct(p, s)
    p = Float(-2.676_813_49e-2).addingProduct(p, s)
    p = Float(1.128_199_25e-1).addingProduct(p, s)
    p = Float(-3.761_253_36e-1).addingProduct(p, s)
    p = Float(1.283_791_66e-1).addingProduct(p, s)
    let small = x.addingProduct(p, x)
    let value = a > 0.927_734_375 ? large : small
    return x != x ? x : value
  }

  /// Φ(x) = ½ (1 + erf(x/√2)), the normal distribution function, to 4 · 10⁻⁷.
  ///
  /// erf as a quotient of two polynomials, of which one division costs less than the exponential in ``erf(_:)``
  /// (coefficients of the Eigen library's `erf`; to 6 units in the last place).
  @inline(__always)
  static func normalDistribution(_ x: Float) -> Float {
    let z = x * 0.707_106_77
    let low = z < -4 ? -4 : z
    let c = low > 4 ? 4 : low
    let s = c * c
    var p: Float = -2.726_142_258_013_06e-10
    p = Float(2.770_681_424_959_02e-08).addingProduct(p, s)
    p = Float(-2.101_024_020_825_08e-06).addingProduct(p, s)
    p = Float(-5.692_506_394_623_46e-05).addingProduct(p, s)
    p = Float(-7.349_906_303_268_55e-04).addingProduct(p, s)
    p = Float(-2.954_599_808_540_25e-03).addingProduct(p, s)
    p = Float(-1.609_603_333_262_415e-02).addingProduct(p, s)
    var q: Float = -1.456_607_184_649_96e-05
    q = Float(-2.133_740_552_789_05e-04).addingProduct(q, s)
    q = Float(-1.682_826_974_382_03e-03).addingProduct(q, s)
    q = Float(-7.373_329_167_204_68e-03).addingProduct(q, s)
    q = Float(-1.426_473_905_141_89e-02).addingProduct(q, s)
    return Float(0.5).addingProduct(0.5 * c, p / q)
  }
}
