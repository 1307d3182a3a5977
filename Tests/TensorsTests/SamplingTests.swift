import Foundation
import XCTest

@testable import Tensors

/// Discrete sampling: exactly at the ends, and by χ² in between.
final class SamplingTests: XCTestCase {
  /// χ² of counts against probabilities must stay below its 1 − 10⁻⁶ quantile (Wilson and Hilferty's approximation).
  private func assertLaw(
    _ counts: [Int], _ probabilities: [Double], _ what: String, file: StaticString = #filePath, line: UInt = #line
  ) {
    let n = Double(counts.reduce(0, +))
    var chi = 0.0
    var freedom = -1.0
    for (count, p) in zip(counts, probabilities) {
      if p == 0 {
        XCTAssertEqual(count, 0, "\(what): drawn with probability 0", file: file, line: line)
        continue
      }
      chi += (Double(count) - n * p) * (Double(count) - n * p) / (n * p)
      freedom += 1
    }
    let limit = freedom * Foundation.pow(1 - 2 / (9 * freedom) + 4.753 * (2 / (9 * freedom)).squareRoot(), 3)
    XCTAssertLessThan(chi, limit, "\(what): \(counts)", file: file, line: line)
  }

  private func tally(_ draws: [Int], _ classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for draw in draws { counts[draw] += 1 }
    return counts
  }

  func testCategoricalFollowsItsWeights() {
    var rng = RandomStream(seed: 1)
    let weights: [Float] = [0, 3, 1, 0, 0.5, 5.5, 0]
    let probabilities = weights.map { Double($0) / 10 }
    let draws = categorical(weights: Tensor(weights), count: 200_000, using: &rng)
    assertLaw(tally(draws, 7), probabilities, "weights")
    let logits = log(Tensor(weights)) + 300
    assertLaw(tally(categorical(logits: logits, count: 200_000, using: &rng), 7), probabilities, "logits")
    let rows = logits.broadcast(to: [50_000, 7])
    assertLaw(tally(categorical(logits: rows, using: &rng), 7), probabilities, "a draw a row")
    assertLaw(tally(gumbelMax(logits: rows, using: &rng), 7), probabilities, "Gumbel-max")
    // Rows keep to themselves.
    let two = categorical(weights: Tensor([1, 0, 0, 1], shape: [2, 2]), count: 3, using: &rng)
    XCTAssertEqual(two, [0, 0, 0, 1, 1, 1])
    XCTAssertEqual(categorical(weights: Tensor.zeros([0, 4]), using: &rng), [])
  }

  func testManyClassesEachAsLikelyAsTheNext() {
    // With a Float32 sum of 2¹⁷ equal weights and a 24-bit uniform, some classes are a third likelier than others.
    var rng = RandomStream(seed: 2)
    let classes = 1 << 17
    let draws = categorical(weights: .full(0.1, [classes]), count: 500_000, using: &rng)
    var counts = [Int](repeating: 0, count: 64)
    for draw in draws { counts[draw / (classes / 64)] += 1 }
    assertLaw(counts, [Double](repeating: 1 / 64, count: 64), "blocks")
    var odd = [0, 0]
    for draw in draws { odd[draw & 1] += 1 }
    assertLaw(odd, [0.5, 0.5], "odd and even")
  }

  func testTheEndsOfTheUniformNumber() {
    func pick(_ uniform: Double, _ sums: [Double]) -> Int {
      sums.withUnsafeBufferPointer { classIndex(uniform, $0) }
    }
    // Classes 0, 2 and 4 have weight 0.
    let sums: [Double] = [0, 1, 1, 3, 3]
    let last = 1 - 0x1p-53
    XCTAssertEqual(pick(0, sums), 1)
    XCTAssertEqual(pick((1.0 / 3).nextDown, sums), 1)
    XCTAssertEqual(pick(0.333_333_34, sums), 3)
    XCTAssertEqual(pick(last, sums), 3)
    // 1 − 2⁻⁵³ times the smallest number rounds up to it.
    XCTAssertEqual(pick(last, [0, 0, 0x1p-1074, 0x1p-1074]), 2)
    XCTAssertEqual(pick(last, [1, 1, 1 + 0x1p-52, 1 + 0x1p-52]), 2)
    XCTAssertEqual(pick(0.999_999, [7]), 0)
    // Denormal and huge weights.
    var rng = RandomStream(seed: 3)
    let tiny = categorical(weights: Tensor([0, .leastNonzeroMagnitude, 0]), count: 50, using: &rng)
    XCTAssertEqual(Set(tiny), [1])
    let huge = categorical(weights: Tensor([3e38, 3e38, 0]), count: 50, using: &rng)
    XCTAssertEqual(Set(huge), [0, 1])
    let logits = categorical(logits: Tensor([-.infinity, -3e38, -.infinity]), count: 50, using: &rng)
    XCTAssertEqual(Set(logits), [1])
  }

  func testWhatCannotBeDrawnIsSaid() {
    func weights(_ row: [Float]) -> String { row.withUnsafeBufferPointer { complaint(aboutWeights: $0) ?? "" } }
    func logits(_ row: [Float]) -> String { row.withUnsafeBufferPointer { complaint(aboutLogits: $0) ?? "" } }
    XCTAssertTrue(weights([0, 1, -1]).contains("class 2 is -1.0"))
    XCTAssertTrue(weights([.nan, 1]).contains("class 0 is nan"))
    XCTAssertTrue(weights([1, .infinity]).contains("class 1 is inf"))
    XCTAssertTrue(weights([0, -0.0]).contains("all 2 weights of a row are 0"))
    XCTAssertEqual(weights([0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]), "")
    XCTAssertTrue(logits([0, .nan]).contains("class 1 is nan"))
    XCTAssertTrue(logits([.infinity, 0]).contains("class 0 is inf"))
    XCTAssertTrue(logits([-.infinity, -.infinity]).contains("all 2 logits of a row are −∞"))
    XCTAssertEqual(logits([-.infinity, -3e38, 3e38]), "")
  }

  func testGumbelTails() {
    // From a Float32 uniform the largest would be 16.6.
    XCTAssertEqual(RandomStream.gumbelNumber(0), 65 * Foundation.log(2), accuracy: 1e-12)
    XCTAssertEqual(RandomStream.gumbelNumber(1), -Foundation.log(1.5) + 64 * Foundation.log(2), accuracy: 1e-12)
    XCTAssertEqual(RandomStream.gumbelNumber(1 << 37), 27 * Foundation.log(2), accuracy: 1e-8)
    XCTAssertEqual(RandomStream.gumbelNumber(.max), -Foundation.log(53 * Foundation.log(2)), accuracy: 1e-12)
    XCTAssertEqual(RandomStream.gumbelNumber(1 << 63), -Foundation.log(Foundation.log(2)), accuracy: 1e-15)
    var previous = Double.infinity
    for shift in 0..<64 {
      let number = RandomStream.gumbelNumber(.max >> shift)
      XCTAssertTrue(number.isFinite)
      if shift > 0 { XCTAssertGreaterThan(number, previous) }
      previous = number
    }
  }

  func testGumbelLaw() {
    var rng = RandomStream(seed: 8)
    let n = 400_000
    let g = Tensor.gumbel([n], using: &rng)
    let root = Float(n).squareRoot()
    XCTAssertEqual(g.mean().item(), 0.577_215_7, accuracy: 6 * 1.2825 / root)
    XCTAssertEqual(g.variance().item(), 1.644_934, accuracy: 6 * 3.45 / root)
    // P(G ≤ x) = exp(−exp(−x)), in 32 equally likely classes.
    var counts = [Int](repeating: 0, count: 32)
    for x in g.scalars { counts[min(31, Int(32 * Foundation.exp(-Foundation.exp(-Double(x)))))] += 1 }
    assertLaw(counts, [Double](repeating: 1 / 32, count: 32), "Gumbel")
    let draw = { (threads: Int) in
      withThreads(threads) {
        var rng = RandomStream(seed: 9)
        return Tensor.gumbel([20_001], using: &rng).scalars
      }
    }
    XCTAssertEqual(draw(1), draw(3))
  }

  func testGumbelTopKDrawsWithoutReplacement() {
    var rng = RandomStream(seed: 10)
    let weights: [Double] = [0.5, 0.3, 0, 0.2]
    let logits = log(Tensor(weights, shape: [4])).broadcast(to: [60_000, 4])
    let draws = gumbelTopK(logits: logits, k: 2, using: &rng)
    var counts = [Int](repeating: 0, count: 16)
    for row in 0..<60_000 { counts[draws[2 * row] * 4 + draws[2 * row + 1]] += 1 }
    // P(i, then j) = pᵢ pⱼ / (1 − pᵢ).
    var law = [Double](repeating: 0, count: 16)
    for i in 0..<4 { for j in 0..<4 where i != j { law[i * 4 + j] = weights[i] * weights[j] / (1 - weights[i]) } }
    assertLaw(counts, law, "pairs")
    XCTAssertEqual(Set(gumbelTopK(logits: Tensor([0, 1, -.infinity, 2]), k: 3, using: &rng)), [0, 1, 3])
    XCTAssertEqual(gumbelTopK(logits: Tensor([0, 1]), k: 0, using: &rng), [])
  }

  func testSignsAndShuffles() {
    var rng = RandomStream(seed: 12)
    let signs = Tensor.rademacher([100_001], using: &rng)
    XCTAssertTrue(signs.scalars.allSatisfy { $0 == 1 || $0 == -1 })
    XCTAssertEqual(signs.mean().item(), 0, accuracy: 6 / 316)
    var orders: [String: Int] = [:]
    for _ in 0..<24_000 { orders[rng.shuffled(["a", "b", "c", "d"]).joined(), default: 0] += 1 }
    XCTAssertEqual(orders.count, 24)
    assertLaw(Array(orders.values), [Double](repeating: 1 / 24, count: 24), "orders")
    XCTAssertEqual(rng.shuffled([Int]()), [])
    XCTAssertEqual(rng.permutation(0), [])
    XCTAssertEqual(rng.permutation(1), [0])
  }
}
