import XCTest

@testable import Tensors

/// A few rows times a transposed matrix, which has a loop of its own, against sums in Double.
final class FewRowsTests: XCTestCase {
  func testEverySize() {
    var rng = RandomStream(seed: 1)
    for m in 1...6 {
      for (n, k) in [(1, 1), (3, 15), (8, 16), (9, 17), (64, 128), (31, 200), (300, 130)] {
        let (a, b) = (Tensor.normal([m, k], using: &rng), Tensor.normal([n, k], using: &rng))
        let bias = Tensor.normal([n], using: &rng)
        let got = linear(a, weight: b, bias: bias).scalars
        XCTAssertEqual(withThreads(1) { linear(a, weight: b, bias: bias).scalars }, got)
        let (x, w, c) = (a.scalars, b.scalars, bias.scalars)
        for i in 0..<m {
          for j in 0..<n {
            let want = (0..<k).reduce(Double(c[j])) { $0 + Double(x[i * k + $1]) * Double(w[j * k + $1]) }
            XCTAssertEqual(Double(got[i * n + j]), want, accuracy: 2e-5 * Double(k).squareRoot(), "\(m) \(n) \(k)")
          }
        }
      }
    }
  }
}
