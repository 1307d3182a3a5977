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
