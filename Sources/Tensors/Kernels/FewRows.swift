/// The product of a few rows with rows of memory, C[i, j] = Σₖ A[i, k] · B[j, k]: a linear layer on one sample or two,
/// as when a model is sampled token by token.
///
/// Every number of B is used once or twice, so the time is that of reading B; to pack it first would double that.
/// Eight rows of B are read side by side, which keeps enough sums in flight to hide a multiply-add's latency.
enum FewRows {
  private typealias Vector = SIMD16<Float>

  /// Rows of A beyond which packing B pays.
  static let most = 4
  /// Numbers of B below which a second thread does not pay.
  private static let parallelCount = 16_384

  /// C (m × n) from A (m × k, rows `aStride` apart) and B (n × k, rows `bStride` apart).
  static func run(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
    c: UnsafeMutablePointer<Float>, cStride: Int, accumulates: Bool, isParallel: Bool
  ) {
    let groups = (n + 7) / 8
    let pieces = isParallel && n * k > parallelCount ? Swift.min(Threads.count, groups) : 1
    parallelTasks(pieces) { piece in
      for group in groups * piece / pieces..<groups * (piece + 1) / pieces {
        let columns = group * 8..<Swift.min(n, group * 8 + 8)
        for i in 0..<m {
          let (row, target) = (a + i * aStride, c + i * cStride)
          if columns.count == 8 {
            eight(row, b + columns.lowerBound * bStride, bStride, k, to: target + columns.lowerBound, accumulates)
          } else {
            for j in columns {
              let sum = dot(row, b + j * bStride, k)
              target[j] = accumulates ? target[j] + sum : sum
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func load(_ p: UnsafePointer<Float>) -> Vector { UnsafeRawPointer(p).loadUnaligned(as: Vector.self) }

  /// Σ aᵢ bᵢ: sixteen running sums, then what is left.
  @inline(__always)
  private static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var sums = Vector.zero
    var i = 0
    while i + 16 <= count {
      sums.addProduct(load(a + i), load(b + i))
      i += 16
    }
    return Summation.horizontalSum(sums) + rest(a, b, i, count)
  }

  @inline(__always)
  private static func rest(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ first: Int, _ count: Int) -> Float {
    var sum: Float = 0
    for i in first..<count { sum += a[i] * b[i] }
    return sum
  }

  /// Eight such sums at once, to the same bits.
  private static func eight(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ stride: Int, _ count: Int,
    to c: UnsafeMutablePointer<Float>, _ accumulates: Bool
  ) {
    var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (s4, s5, s6, s7) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var i = 0
    while i + 16 <= count {
      let x = load(a + i)
      let y = b + i
      s0.addProduct(x, load(y))
      s1.addProduct(x, load(y + stride))
      s2.addProduct(x, load(y + 2 &* stride))
      s3.addProduct(x, load(y + 3 &* stride))
      s4.addProduct(x, load(y + 4 &* stride))
      s5.addProduct(x, load(y + 5 &* stride))
      s6.addProduct(x, load(y + 6 &* stride))
      s7.addProduct(x, load(y + 7 &* stride))
      i += 16
    }
    @inline(__always) func put(_ j: Int, _ sums: Vector) {
      let sum = Summation.horizontalSum(sums) + rest(a, b + j * stride, i, count)
      c[j] = accumulates ? c[j] + sum : sum
    }
    put(0, s0)
    put(1, s1)
    put(2, s2)
    put(3, s3)
    put(4, s4)
    put(5, s5)
    put(6, s6)
    put(7, s7)
  }
}
