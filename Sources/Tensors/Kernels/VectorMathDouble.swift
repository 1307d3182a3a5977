/// The same for Double, where random numbers are made from random bits: straight-line code, for loops.
///
/// Arguments are those that occur there. The algorithms and coefficients are of Sun's fdlibm (e_log.c, k_sin.c, k_cos.c,
/// 1993), without its branches.
extension VectorMath {
  /// ln x of a positive normal number, to 1 unit in the last place.
  ///
  /// x = 2ᵏ(1 + f) with 1 + f in [√½, √2); with s = f/(2 + f), ln(1 + f) = 2s + 2s³/3 + … = f − f²/2 + s(f²/2 + R(s²)).
  @inline(__always)
  static func log(_ x: Double) -> Double {
    let root: UInt64 = 0x3fe6_a09e_667f_3bcd
    let biased = (x.bitPattern &+ (0x3ff0_0000_0000_0000 &- root)) >> 52
    // An integer below 2⁵² as a Double: its bits under the exponent of 2⁵².
    let k = Double(bitPattern: biased | 0x4330_0000_0000_0000) - (0x1p52 + 1023)
    let f = Double(bitPattern: x.bitPattern &- ((biased &- 1023) << 52)) - 1
    let s = f / (2 + f)
    let z = s * s
    var r = 1.479_819_860_511_658_591e-01
    r = 1.531_383_769_920_937_332e-01.addingProduct(r, z)
    r = 1.818_357_216_161_805_012e-01.addingProduct(r, z)
    r = 2.222_219_843_214_978_396e-01.addingProduct(r, z)
    r = 2.857_142_874_366_239_149e-01.addingProduct(r, z)
    r = 3.999_999_999_940_941_908e-01.addingProduct(r, z)
    r = 6.666_666_666_666_735_130e-01.addingProduct(r, z)
    r *= z
    let half = 0.5 * f * f
    let low = (s * (half + r)).addingProduct(k, 1.908_214_929_270_587_700_02e-10)
    return (k * 6.931_471_803_691_238_164_90e-01) - ((half - low) - f)
  }

  /// ln(1 + x) for x in (−1, 0], without losing x's digits when it is small.
  @inline(__always)
  static func log1p(_ x: Double) -> Double {
    let y = 1 + x
    return log(y) + (x - (y - 1)) / y
  }

  /// cos x and sin x for x in [0, 2π], to 1 unit in the last place of what is not close to 0.
  ///
  /// x = j π/2 + r with |r| ≤ π/4; both series of r, then the quadrant says which is which.
  @inline(__always)
  static func cosineAndSine(_ x: Double) -> (cosine: Double, sine: Double) {
    let magic = 0x1.8p52
    let t = magic.addingProduct(x, 0.636_619_772_367_581_343)
    let j = t - magic
    let r = x.addingProduct(j, -1.570_796_326_794_896_56).addingProduct(j, -6.123_233_995_736_766_04e-17)
    let z = r * r
    var p = 1.589_690_995_211_550_102_21e-10
    p = (-2.505_076_025_340_686_341_95e-08).addingProduct(p, z)
    p = 2.755_731_370_707_006_767_89e-06.addingProduct(p, z)
    p = (-1.984_126_982_985_794_931_34e-04).addingProduct(p, z)
    p = 8.333_333_333_322_489_461_24e-03.addingProduct(p, z)
    p = (-1.666_666_666_666_663_243_48e-01).addingProduct(p, z)
    let sine = r.addingProduct(z * r, p)
    var q = -1.135_964_755_778_819_482_65e-11
    q = 2.087_572_321_298_174_827_90e-09.addingProduct(q, z)
    q = (-2.755_731_435_139_066_330_35e-07).addingProduct(q, z)
    q = 2.480_158_728_947_672_941_78e-05.addingProduct(q, z)
    q = (-1.388_888_888_887_410_957_49e-03).addingProduct(q, z)
    q = 4.166_666_666_666_660_190_37e-02.addingProduct(q, z)
    let half = 0.5 * z
    let w = 1 - half
    let cosine = w + ((1 - w) - half).addingProduct(z * z, q)
    let quadrant = t.bitPattern
    let isTurned = quadrant & 1 != 0
    let a = isTurned ? sine : cosine
    let b = isTurned ? cosine : sine
    // The cosine is negative in quadrants 1 and 2, the sine in 2 and 3.
    let signA = ((quadrant &+ 1) & 2) << 62
    let signB = (quadrant & 2) << 62
    return (Double(bitPattern: a.bitPattern ^ signA), Double(bitPattern: b.bitPattern ^ signB))
  }
}
