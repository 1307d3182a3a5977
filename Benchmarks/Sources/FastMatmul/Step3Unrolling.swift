/// Step 3. Four rows of B at a time: a number of C is read and written once for four multiply-adds instead of once for
/// each.
func unrolled(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  for i in 0..<n {
    let row = c + i * n
    row.update(repeating: 0, count: n)
    for k in stride(from: 0, to: n, by: 4) {
      let (a0, a1, a2, a3) = (a[i * n + k], a[i * n + k + 1], a[i * n + k + 2], a[i * n + k + 3])
      let (b0, b1, b2, b3) = (b + k * n, b + (k + 1) * n, b + (k + 2) * n, b + (k + 3) * n)
      for j in 0..<n {
        var sum = row[j]
        sum = sum.addingProduct(a0, b0[j])
        sum = sum.addingProduct(a1, b1[j])
        sum = sum.addingProduct(a2, b2[j])
        sum = sum.addingProduct(a3, b3[j])
        row[j] = sum
      }
    }
  }
}
