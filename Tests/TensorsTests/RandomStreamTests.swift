import Foundation
import XCTest

@testable import Tensors

final class RandomStreamTests: XCTestCase {
  /// The known answers that Random123 publishes for Philox 4×32-10 (`kat_vectors`).
  func testBlockFunctionGivesThePublishedAnswers() {
    XCTAssertEqual(
      RandomStream.block(key: 0, counter: 0, domain: 0), SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    XCTAssertEqual(
      RandomStream.block(key: .max, counter: .max, domain: .max),
      SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    XCTAssertEqual(
      RandomStream.block(
        key: 0x299f_31d0_a409_3822, counter: 0x85a3_08d3_243f_6a88, domain: 0x0370_7344_1319_8a2e),
      SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  func testEqualSeedsGiveEqualBitsWhateverTheThreads() {
    func draw(_ threads: Int) -> [Float] {
      withThreads(threads) {
        var rng = RandomStream(seed: 7)
        return Tensor.normal([100_001], using: &rng).scalars + Tensor.uniform([99_999], using: &rng).scalars
      }
    }
    XCTAssertEqual(draw(1), draw(2))
    XCTAssertEqual(draw(1), draw(3))
  }

  /// The vectorised transformations against the C library's functions, from the same bits.
  func testNumbersAgreeWithTheirDefinitions() {
    for count in [1, 2, 63, 129, 60_001] {
      var (rng, bits) = (RandomStream(seed: 13), RandomStream(seed: 13))
      let normal = Tensor.normal([count], using: &rng).scalars
      var worst = 0.0
      for pair in 0..<(count + 1) / 2 {
        let radius = (-2 * Foundation.log(Double((bits.next() >> 11) + 1) * 0x1p-53)).squareRoot()
        let angle = 2 * Double.pi * (Double(bits.next() >> 11) * 0x1p-53)
        let want = [radius * Foundation.cos(angle), radius * Foundation.sin(angle)]
        for lane in 0..<min(2, count - 2 * pair) {
          let error = Double(normal[2 * pair + lane]) - Double(Float(want[lane]))
          worst = max(worst, Swift.abs(error) / Double(Float(want[lane]).ulp))
        }
      }
      XCTAssertLessThanOrEqual(worst, 1, "\(count) normal numbers: units in the last place")
      XCTAssertEqual(rng, bits)
      let uniform = Tensor.uniform([count], low: -1, high: 2, using: &rng).scalars
      for index in stride(from: 0, to: count, by: 2) {
        let word = bits.next()
        XCTAssertEqual(uniform[index], Float(UInt32(truncatingIfNeeded: word) >> 8) * 0x1p-24 * 3 - 1)
        if index + 1 < count { XCTAssertEqual(uniform[index + 1], Float(word >> 40) * 0x1p-24 * 3 - 1) }
      }
    }
  }

  func testElementaryFunctionsInDouble() {
    var rng = RandomStream(seed: 14)
    var worst = (log: 0.0, log1p: 0.0, cosine: 0.0, sine: 0.0)
    func error(_ got: Double, _ want: Double) -> Double { Swift.abs(got - want) / want.ulp }
    for index in 0..<50_000 {
      // All magnitudes down to 2⁻⁶⁵, and close to 1.
      let u = 1 - rng.nextUniform()
      let small = u * Foundation.pow(2, -Double(index % 66))
      let close = index % 2 == 0 ? small : 1 - small / 2
      worst.log = max(worst.log, error(VectorMath.log(close), Foundation.log(close)))
      worst.log1p = max(worst.log1p, error(VectorMath.log1p(-small / 2), Foundation.log1p(-small / 2)))
      let angle = index % 4 == 0 ? Double(index % 5) * Double.pi / 2 : 2 * Double.pi * u
      let (cosine, sine) = VectorMath.cosineAndSine(angle)
      worst.cosine = max(worst.cosine, error(cosine, Foundation.cos(angle)))
      worst.sine = max(worst.sine, error(sine, Foundation.sin(angle)))
    }
    XCTAssertLessThanOrEqual(worst.log, 1)
    XCTAssertLessThanOrEqual(worst.log1p, 2)
    XCTAssertLessThanOrEqual(worst.cosine, 2)
    XCTAssertLessThanOrEqual(worst.sine, 2)
    XCTAssertEqual(VectorMath.log(1.0 as Double), 0)
    XCTAssertEqual(VectorMath.log(0x1p-53), -53 * Foundation.log(2), accuracy: 1e-14)
  }

  func testNamedStreamsDoNotDependOnWhatWasDrawn() {
    var a = RandomStream(seed: 3)
    let before = a.stream("noise")
    _ = a.next()
    _ = Tensor.normal([10], using: &a)
    XCTAssertEqual(before, a.stream("noise"))
    XCTAssertNotEqual(a.stream("noise"), a.stream("data"))
    XCTAssertNotEqual(a.split(), a.split())
  }

  func testAStateGoesOnWhereItStopped() {
    var a = RandomStream(seed: 11)
    for _ in 0..<5 { _ = a.next() }
    var b = RandomStream(state: a.state)!
    XCTAssertEqual((0..<9).map { _ in a.next() }, (0..<9).map { _ in b.next() })
    XCTAssertNil(RandomStream(state: [1]))
  }

  func testLaws() {
    var rng = RandomStream(seed: 5)
    let n = 400_000
    let normal = Tensor.normal([n], using: &rng)
    // Six standard errors: 1/√n for the mean, √(2/n) for the variance, √(96/n) for the fourth moment.
    let root = Float(n).squareRoot()
    XCTAssertEqual(normal.mean().item(), 0, accuracy: 6 / root)
    XCTAssertEqual(square(normal).mean().item(), 1, accuracy: 6 * 1.4143 / root)
    XCTAssertEqual(square(square(normal)).mean().item(), 3, accuracy: 6 * 9.8 / root)
    let uniform = Tensor.uniform([n], low: -1, high: 3, using: &rng)
    XCTAssertEqual(uniform.mean().item(), 1, accuracy: 6 * 1.155 / root)
    XCTAssertGreaterThanOrEqual(uniform.min().item(), -1)
    XCTAssertLessThan(uniform.max().item(), 3)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[rng.integer(below: 7)] += 1 }
    for count in counts { XCTAssertEqual(Double(count), 10_000, accuracy: 6 * 93) }
  }

  func testPermutationIsOneAndEveryPlaceIsLikely() {
    var rng = RandomStream(seed: 9)
    var firsts = [Int](repeating: 0, count: 5)
    for _ in 0..<5_000 {
      let order = rng.permutation(5)
      XCTAssertEqual(order.sorted(), [0, 1, 2, 3, 4])
      firsts[order[0]] += 1
    }
    for count in firsts { XCTAssertEqual(Double(count), 1_000, accuracy: 6 * 28.3) }
  }
}
