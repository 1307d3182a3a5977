/// Step 2. The same products in another order: a row of C is a sum of rows of B.
///
/// The inner loop now runs along rows, where neighbours in memory are neighbours in the loop, and no iteration needs
/// another's result: the compiler makes vector instructions of it.
func loopOrder(_ n: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>) {
  for i in 0..<n {
    let row = c + i * n
    row.update(repeating: 0, count: n)
    for k in 0..<n {
      let factor = a[i * n + k]
      let other = b + k * n
      for j in 0..<n { row[j] = row[j].addingProduct(factor, other[j]) }
    }
  }
}
