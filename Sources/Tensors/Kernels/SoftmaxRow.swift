/// The loops over one row that softmax, its logarithm and the cross entropy are made of.
///
/// Rows are short, so that what the compiler does at the end of a loop counts as much as the loop: it would take a row
/// of 33 numbers one by one. Here a row is walked in vectors of 16, and the rest is a vector, too. That it reads beyond
/// the row's end is allowed (``Storage``); what it computes there goes to a vector of its own, and stays there.
enum SoftmaxRow {
  /// yᵢ = e^{xᵢ − max x}; returns the largest x and the sum of all y. x and y are different rows.
  ///
  /// A row of −∞ only, as a mask can make it, gives NaN as in every framework; so does one with +∞ or NaN in it.
  @inline(__always)
  static func exponentials(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
  ) -> (largest: Float, sum: Float) {
    let largest = Extremum.largestNumber(x, count: count)
    @inline(__always) func sixteen(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
      for lane in 0..<16 { y[lane] = VectorMath.exp(x[lane] - largest) }
    }
    let whole = count & ~15
    var start = 0
    while start < whole {
      sixteen(x + start, y + start)
      start &+= 16
    }
    var sum = Summation.sum(y, count: whole)
    if whole < count {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { rest in
        let rest = rest.baseAddress!
        sixteen(x + whole, rest)
        (y + whole).update(from: rest, count: count - whole)
        sum += Summation.sum(rest, count: count - whole)
      }
    }
    return (largest, sum)
  }

  /// The gradient of softmax: dᵢ = yᵢ (gᵢ − Σⱼ gⱼ yⱼ).
  static func gradient(
    _ g: UnsafePointer<Float>, _ y: UnsafePointer<Float>, to d: UnsafeMutablePointer<Float>, count: Int
  ) {
    let dot = Summation.dot(g, y, count: count)
    for index in 0..<count { d[index] = y[index] * (g[index] - dot) }
  }
}
