import Foundation
import XCTest

@testable import Tensors

/// The elementary functions against Double, on dense arguments.
final class VectorMathTests: XCTestCase {
  /// The largest error in units of the result's last place, over arguments evenly spread on [low, high].
  private func largestError(
    _ f: (Tensor) -> Tensor, _ exact: (Double) -> Double, _ low: Float, _ high: Float, count: Int = 200_000
  ) -> Double {
    let x = Tensor.arange(count) * ((high - low) / Float(count - 1)) + low
    let arguments = x.scalars
    let values = f(x).scalars
    var worst = 0.0
    for (argument, value) in zip(arguments, values) {
      let want = exact(Double(argument))
      let unit = max(Double(Float(want).ulp), 0x1p-149)
      worst = max(worst, Swift.abs(Double(value) - want) / unit)
    }
    return worst
  }

  func testErrorsInUnitsOfTheLastPlace() {
    XCTAssertLessThan(largestError({ exp($0) }, { Foundation.exp($0) }, -80, 88), 1.5)
    XCTAssertLessThan(largestError({ log($0) }, { Foundation.log($0) }, 1e-6, 10), 1.5)
    XCTAssertLessThan(largestError({ log($0) }, { Foundation.log($0) }, 10, 1e6), 1.5)
    XCTAssertLessThan(largestError({ tanh($0) }, { Foundation.tanh($0) }, -12, 12), 2.5)
    XCTAssertLessThan(largestError({ sigmoid($0) }, { 1 / (1 + Foundation.exp(-$0)) }, -20, 20), 3)
    XCTAssertLessThan(largestError({ softplus($0) }, { log1p(Foundation.exp($0)) }, -15, 30), 3)
    XCTAssertLessThan(largestError({ erf($0) }, { Foundation.erf($0) }, -5, 5), 2.5)
  }

  /// The exponent is put together from bits: at both ends it must neither run over nor touch what isn't a number.
  func testExponentialsUpToTheEnds() {
    XCTAssertLessThan(largestError({ exp($0) }, { Foundation.exp($0) }, -87.33, 88.722_83), 1.5)
    let high: Float = 88.722_83
    let low: Float = -87.33
    let e = exp(Tensor([high, high.nextUp, low, low.nextDown, 3e38, -3e38])).scalars
    XCTAssertEqual(e[0] / Float(Foundation.exp(Double(high))), 1, accuracy: 1e-6)
    XCTAssertEqual(e[1], .infinity)
    XCTAssertEqual(e[2] / Float(Foundation.exp(Double(low))), 1, accuracy: 1e-6)
    XCTAssertEqual(Array(e[3...]), [0, .infinity, 0])
    for payload: UInt32 in [0x7fc0_0001, 0x7fff_ffff, 0xffc0_0001, 0x7f80_0001] {
      XCTAssertTrue(exp(Tensor([Float(bitPattern: payload)])).item().isNaN)
    }
  }

  func testSiLUAtTheEnds() {
    let y = silu(Tensor([-.infinity, -1000, -100, 0, 100, .infinity, .nan])).scalars
    XCTAssertTrue(y[0].isNaN)  // −∞ · 0, as in every framework
    XCTAssertEqual(Array(y[1...5]), [0, 0, 0, 100, .infinity])
    XCTAssertTrue(y[6].isNaN)
    XCTAssertLessThan(largestError({ silu($0) }, { $0 / (1 + Foundation.exp(-$0)) }, -20, 20), 3)
  }

  func testTheEnds() {
    let x = Tensor([-.infinity, -1000, -88, 0, 88.9, 1000, .infinity, .nan])
    let e = exp(x).scalars
    XCTAssertEqual(e[0], 0)
    XCTAssertEqual(e[1], 0)
    XCTAssertEqual(e[3], 1)
    XCTAssertEqual(e[5], .infinity)
    XCTAssertEqual(e[6], .infinity)
    XCTAssertTrue(e[7].isNaN)
    let l = log(Tensor([0, -1, 1, .infinity, .nan, 1e-37 / 1024])).scalars
    XCTAssertEqual(l[0], -.infinity)
    XCTAssertTrue(l[1].isNaN)
    XCTAssertEqual(l[2], 0)
    XCTAssertEqual(l[3], .infinity)
    XCTAssertTrue(l[4].isNaN)
    XCTAssertEqual(l[5], -92.127_2, accuracy: 1e-3)
    let s = softplus(Tensor([-200, 200, .nan])).scalars
    XCTAssertEqual(s[0], 0, accuracy: 1e-37)
    XCTAssertEqual(s[1], 200)
    XCTAssertTrue(s[2].isNaN)
    let t = tanh(Tensor([-100, 1e-20, 100, .nan])).scalars
    XCTAssertEqual(t[0], -1)
    XCTAssertEqual(t[1], 1e-20)
    XCTAssertEqual(t[2], 1)
    XCTAssertTrue(t[3].isNaN)
    XCTAssertTrue(relu(Tensor([.nan])).item().isNaN)
    XCTAssertTrue(sigmoid(Tensor([.nan])).item().isNaN)
    XCTAssertEqual(sigmoid(Tensor([-200])).item(), 0)
    XCTAssertEqual(logSumExp(Tensor([1000, 1000]), axis: 0).item(), 1000.693, accuracy: 1e-3)
    XCTAssertEqual(logSumExp(Tensor([-.infinity, -.infinity]), axis: 0).item(), -.infinity)
  }
}
