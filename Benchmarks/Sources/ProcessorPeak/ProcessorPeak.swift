import Dispatch

/// The most floating-point operations a second that this processor's cores can do: fused multiply-adds on numbers that
/// never leave the registers.
///
/// A product is only a multiply-add and no faster than this; what share of it a kernel reaches says how much of its
/// time goes into moving numbers. The loop has more independent chains than (latency × units) of any processor in use,
/// so it waits for nothing. It is written for three vector widths, and the fastest counts: the widest that fits the
/// machine's registers.
public enum ProcessorPeak {
  /// The best of several runs of about `milliseconds` on `threads` cores at once: the first find the threads still
  /// asleep, or both on one core.
  ///
  /// - Returns: floating-point operations a second, of all threads together; a multiply-add counts as two.
  public static func measure(threads: Int, milliseconds: Int, runs: Int = 8) -> Double {
    let (loop, flops, speed) = fastest
    let passes = max(1000, Int(speed * Double(milliseconds) * 1e-3 / flops))
    let best = (0..<runs).map { _ in time(loop, passes: passes, threads: threads) }.min()!
    return flops * Double(passes * threads) / best * 1e9
  }

  private typealias Loop = @Sendable (Int, Float) -> Float

  /// The loop of the vector width that is fastest here, its operations a pass, and its speed on one core.
  private static let fastest: (loop: Loop, flops: Double, speed: Double) = {
    let loops: [(Loop, Int)] = [(chains16, 12 * 16), (chains8, 12 * 8), (chains4, 24 * 4)]
    let tried = loops.map { loop, lanes in
      let flops = 2 * Double(lanes)
      let passes = 200_000
      let best = (0..<5).map { _ in time(loop, passes: passes, threads: 1) }.min()!
      return (loop: loop, flops: flops, speed: flops * Double(passes) / best * 1e9)
    }
    return tried.max { $0.speed < $1.speed }!
  }()

  private static func time(_ loop: Loop, passes: Int, threads: Int) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    DispatchQueue.concurrentPerform(iterations: threads) { index in
      let sum = loop(passes, 1 + Float(index) * 1e-7)
      // A use that the compiler cannot see through, or it would leave the loop out.
      if sum == 0.123 { print("") }
    }
    return Double(DispatchTime.now().uptimeNanoseconds - start)
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
