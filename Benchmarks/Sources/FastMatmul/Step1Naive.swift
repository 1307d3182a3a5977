/// Step 1. The definition: cᵢⱼ = Σₖ aᵢₖ bₖⱼ, for square matrices stored row by row.
///
/// Every number of B is n floats after the one before, so each comes from a cache line of its own; and every addition
/// waits for the one before it.
func naive(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  for i in 0..<n {
    for j in 0..<n {
      var sum: Float = 0
      for k in 0..<n { sum += a[i * n + k] * b[k * n + j] }
      c[i * n + j] = sum
    }
  }
}
