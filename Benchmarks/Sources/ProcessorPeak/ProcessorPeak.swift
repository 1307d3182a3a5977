import Dispatch

/// The most floating-point operations a second that this processor's cores can do: fused multiply-adds on numbers that
/// never leave the registers.
///
/// A product is only a multiply-add and no faster than this; what share of it a kernel reaches says how much of its
/// time goes into moving numbers. The loop has more independent chains than (latency × units) of any processor in use,
/// so it waits for nothing. It is written for three vector widths, and the fastest counts: the widest that fits the
/// machine's registers.
public enum ProcessorPeak {
  /// Measures for about `milliseconds` on `threads` cores at once.
  ///
  /// - Returns: floating-point operations a second, of all threads together; a multiply-add counts as two.
  public static func measure(threads: Int, milliseconds: Int) -> Double {
    let loops: [@Sendable (Int, Float) -> Float] = [chains16, chains8, chains4]
    let flopsPerPass = [12 * 16, 12 * 8, 24 * 4].map { 2.0 * Double($0) }
    var best = 0.0
    for (loop, flops) in zip(loops, flopsPerPass) {
      var passes = 20_000
      var elapsed = time(loop, passes: passes, threads: threads)
      // One short run to know the speed, then runs of the time asked for.
      passes = max(passes, Int(Double(passes) * Double(milliseconds) / 6 * 1e6 / elapsed))
      var fastest = Double.infinity
      for _ in 0..<2 {
        elapsed = time(loop, passes: passes, threads: threads)
        fastest = min(fastest, elapsed)
      }
      best = max(best, flops * Double(passes * threads) / fastest * 1e9)
    }
    return best
  }

  private static func time(_ loop: @Sendable (Int, Float) -> Float, passes: Int, threads: Int) -> Double {
    withoutActuallyEscaping(loop) { loop in
      let start = DispatchTime.now().uptimeNanoseconds
      DispatchQueue.concurrentPerform(iterations: threads) { index in
        let sum = loop(passes, 1 + Float(index) * 1e-7)
        // A use that the compiler cannot see through, or it would leave the loop out.
        if sum == 0.123 { print("") }
      }
      return Double(DispatchTime.now().uptimeNanoseconds - start)
    }
  }

  // Accumulators are named variables, because an array of them would live in memory. y ← y·a + b with a < 1 stays
  // finite and normal for ever.

  @inline(never)
  private static func chains16(passes: Int, seed: Float) -> Float {
    typealias V = SIMD16<Float>
    let (a, b) = (V(repeating: 0.5 * seed), V(repeating: seed))
    var (y0, y1, y2, y3) = (V(repeating: seed), V(repeating: 2), V(repeating: 3), V(repeating: 4))
    var (y4, y5, y6, y7) = (V(repeating: 5), V(repeating: 6), V(repeating: 7), V(repeating: 8))
    var (y8, y9, y10, y11) = (V(repeating: 9), V(repeating: 10), V(repeating: 11), V(repeating: 12))
    for _ in 0..<passes {
      y0 = b.addingProduct(y0, a)
      y1 = b.addingProduct(y1, a)
      y2 = b.addingProduct(y2, a)
      y3 = b.addingProduct(y3, a)
      y4 = b.addingProduct(y4, a)
      y5 = b.addingProduct(y5, a)
      y6 = b.addingProduct(y6, a)
      y7 = b.addingProduct(y7, a)
      y8 = b.addingProduct(y8, a)
      y9 = b.addingProduct(y9, a)
      y10 = b.addingProduct(y10, a)
      y11 = b.addingProduct(y11, a)
    }
    return (((y0 + y1) + (y2 + y3)) + ((y4 + y5) + (y6 + y7)) + ((y8 + y9) + (y10 + y11))).sum()
  }

  @inline(never)
  private static func chains8(passes: Int, seed: Float) -> Float {
    typealias V = SIMD8<Float>
    let (a, b) = (V(repeating: 0.5 * seed), V(repeating: seed))
    var (y0, y1, y2, y3) = (V(repeating: seed), V(repeating: 2), V(repeating: 3), V(repeating: 4))
    var (y4, y5, y6, y7) = (V(repeating: 5), V(repeating: 6), V(repeating: 7), V(repeating: 8))
    var (y8, y9, y10, y11) = (V(repeating: 9), V(repeating: 10), V(repeating: 11), V(repeating: 12))
    for _ in 0..<passes {
      y0 = b.addingProduct(y0, a)
      y1 = b.addingProduct(y1, a)
      y2 = b.addingProduct(y2, a)
      y3 = b.addingProduct(y3, a)
      y4 = b.addingProduct(y4, a)
      y5 = b.addingProduct(y5, a)
      y6 = b.addingProduct(y6, a)
      y7 = b.addingProduct(y7, a)
      y8 = b.addingProduct(y8, a)
      y9 = b.addingProduct(y9, a)
      y10 = b.addingProduct(y10, a)
      y11 = b.addingProduct(y11, a)
    }
    return (((y0 + y1) + (y2 + y3)) + ((y4 + y5) + (y6 + y7)) + ((y8 + y9) + (y10 + y11))).sum()
  }

  @inline(never)
  private static func chains4(passes: Int, seed: Float) -> Float {
    typealias V = SIMD4<Float>
    let (a, b) = (V(repeating: 0.5 * seed), V(repeating: seed))
    var (y0, y1, y2, y3) = (V(repeating: seed), V(repeating: 2), V(repeating: 3), V(repeating: 4))
    var (y4, y5, y6, y7) = (V(repeating: 5), V(repeating: 6), V(repeating: 7), V(repeating: 8))
    var (y8, y9, y10, y11) = (V(repeating: 9), V(repeating: 10), V(repeating: 11), V(repeating: 12))
    var (z0, z1, z2, z3) = (V(repeating: 13), V(repeating: 14), V(repeating: 15), V(repeating: 16))
    var (z4, z5, z6, z7) = (V(repeating: 17), V(repeating: 18), V(repeating: 19), V(repeating: 20))
    var (z8, z9, z10, z11) = (V(repeating: 21), V(repeating: 22), V(repeating: 23), V(repeating: 24))
    for _ in 0..<passes {
      y0 = b.addingProduct(y0, a)
      y1 = b.addingProduct(y1, a)
      y2 = b.addingProduct(y2, a)
      y3 = b.addingProduct(y3, a)
      y4 = b.addingProduct(y4, a)
      y5 = b.addingProduct(y5, a)
      y6 = b.addingProduct(y6, a)
      y7 = b.addingProduct(y7, a)
      y8 = b.addingProduct(y8, a)
      y9 = b.addingProduct(y9, a)
      y10 = b.addingProduct(y10, a)
      y11 = b.addingProduct(y11, a)
      z0 = b.addingProduct(z0, a)
      z1 = b.addingProduct(z1, a)
      z2 = b.addingProduct(z2, a)
      z3 = b.addingProduct(z3, a)
      z4 = b.addingProduct(z4, a)
      z5 = b.addingProduct(z5, a)
      z6 = b.addingProduct(z6, a)
      z7 = b.addingProduct(z7, a)
      z8 = b.addingProduct(z8, a)
      z9 = b.addingProduct(z9, a)
      z10 = b.addingProduct(z10, a)
      z11 = b.addingProduct(z11, a)
    }
    let y = ((y0 + y1) + (y2 + y3)) + ((y4 + y5) + (y6 + y7)) + ((y8 + y9) + (y10 + y11))
    let z = ((z0 + z1) + (z2 + z3)) + ((z4 + z5) + (z6 + z7)) + ((z8 + z9) + (z10 + z11))
    return (y + z).sum()
  }
}
