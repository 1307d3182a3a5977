import Chapter01GAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise1_3_OptimalDiscriminator: ExerciseTestCase {
  func test1_ShapesAndRefusals() throws {
    let best = try optimalDiscriminator(p: [1, 2, 3], q: [3, 2, 1])
    expectEqual(best.count, 3, "one probability for each point")
    let value = try gameValue(discriminator: [0.5, 0.5], p: [1, 1], q: [1, 1], dx: 0.5)
    expectFinite(value, "the value must be a number")
    let divergence = try jensenShannonDivergence(p: [1, 1], q: [1, 1], dx: 0.5)
    expectFinite(divergence, "the divergence must be a number")
    try expectRefusal("densities on different grids") { _ = try optimalDiscriminator(p: [1], q: [1, 2]) }
    try expectRefusal("a negative density") { _ = try optimalDiscriminator(p: [1, -1], q: [1, 2]) }
    try expectRefusal("dx = 0") { _ = try jensenShannonDivergence(p: [1], q: [1], dx: 0) }
    try expectRefusal("a logit instead of a probability") {
      _ = try gameValue(discriminator: [1.5], p: [1], q: [1], dx: 1)
    }
  }

  func test2_ByHand() throws {
    let best = try optimalDiscriminator(p: [1, 0, 3, 2], q: [1, 2, 1, 0])
    expectClose(
      best, [0.5, 0, 0.75, 1], relative: 1e-12, absolute: 1e-12, "D* = p/(p + q): the share of *real* samples")
    let nowhere = try optimalDiscriminator(p: [0, 1], q: [0, 1])
    expectClose(nowhere, [0.5, 0.5], relative: 1e-12, "where nothing falls at all the answer is ½, not NaN")

    // p lives on the first two cells, q on the last two, each of width ½.
    let (p, q) = ([1.0, 1, 0], [0.0, 1, 1])
    let value = try gameValue(discriminator: [1, 0.5, 0], p: p, q: q, dx: 0.5)
    expectClose(
      value, -log(2), relative: 1e-12,
      "½(ln 1 + ln ½ + ln ½ + ln 1): 0 · log 0 is 0, natural logarithms, and the sum is times dx")
    let even = try gameValue(discriminator: [0.5, 0.5, 0.5], p: p, q: q, dx: 0.5)
    expectClose(even, -log(4), relative: 1e-12, "D = ½ everywhere has the value −ln 4: natural logarithms, times dx")
    let lopsided = try gameValue(discriminator: [0.8, 0.8, 0.8], p: p, q: q, dx: 0.5)
    expectClose(
      lopsided, log(0.8) + log(0.2), relative: 1e-12, "log D is for the data and log(1 − D) for the fakes")
    let wrong = try gameValue(discriminator: [0, 0.5, 0], p: p, q: q, dx: 0.5)
    expectEqual(wrong, -.infinity, "sure that a real sample is fake: the value is −∞, not a sum without that term")
    let duped = try gameValue(discriminator: [1, 0.5, 1], p: p, q: q, dx: 0.5)
    expectEqual(duped, -.infinity, "sure that a fake is real: the value is −∞, not a sum without that term")

    let divergence = try jensenShannonDivergence(p: p, q: q, dx: 0.5)
    expectClose(divergence, log(2) / 2, relative: 1e-12, "half of each lies where the other is not: JSD = ½ ln 2")
  }

  func test3_TheoremOne() throws {
    var rng = stream("densities")
    for count in [4, 9, 30] {
      let dx = 0.5 + rng.nextUniform()
      func density() -> [Double] {
        // Some cells are empty.
        var raw = (0..<count).map { _ in max(0, rng.nextUniform() - 0.3) }
        raw[rng.integer(below: count)] += 0.1
        let total = raw.reduce(0, +)
        return raw.map { $0 / (total * dx) }
      }
      let (p, q) = (density(), density())
      let best = try optimalDiscriminator(p: p, q: q)
      guard best.count == count, best.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
        return expect(false, "D* is one probability a point, but is \(best)")
      }
      let value = try gameValue(discriminator: best, p: p, q: q, dx: dx)
      let divergence = try jensenShannonDivergence(p: p, q: q, dx: dx)
      expectClose(
        value, 2 * divergence - log(4), relative: 1e-9, absolute: 1e-9,
        "Theorem 1: V(D*) = 2 JSD − ln 4. Is m half of p + q? Is there a root that doesn't belong?")
      let swapped = try jensenShannonDivergence(p: q, q: p, dx: dx)
      expectClose(divergence, swapped, relative: 1e-12, absolute: 1e-12, "JSD is symmetric")
      expect(divergence >= -1e-12 && divergence <= log(2) + 1e-12, "JSD lies between 0 and ln 2, but is \(divergence)")
    }
    let apart = try jensenShannonDivergence(p: [2, 0], q: [0, 2], dx: 0.5)
    expectClose(apart, log(2), relative: 1e-12, "two laws that never overlap have JSD = ln 2")
    let same = try jensenShannonDivergence(p: [0.25, 1.75], q: [0.25, 1.75], dx: 0.5)
    expectClose(same, 0, absolute: 1e-12, "a law and itself have JSD = 0")
  }

  func test4_AgainstSciPy() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let distance, deviation, jensenShannon, value: Double
        let at, optimal: [Double]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("divergences", from: .module)
    func normal(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
      exp(-pow((x - mean) / deviation, 2) / 2) / (deviation * (2 * Double.pi).squareRoot())
    }
    for known in content.cases {
      let dx = 0.05
      let grid = (0...640).map { -14 + dx * Double($0) }
      let p = grid.map { normal($0, 0, 1) }
      let q = grid.map { normal($0, known.distance, known.deviation) }
      let divergence = try jensenShannonDivergence(p: p, q: q, dx: dx)
      expectClose(
        divergence, known.jensenShannon, relative: 1e-6, absolute: 1e-8,
        "SciPy's quadrature gets another JSD for N(0, 1) and N(\(known.distance), \(known.deviation)²), in nats")
      let best = try optimalDiscriminator(p: p, q: q)
      guard best.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return expect(false, "D* must lie in [0, 1]") }
      // Against narrow or distant fakes D* rounds to 1 far out, where there still are some: the value −∞.
      if known.deviation >= 1, known.distance <= 2 {
        let value = try gameValue(discriminator: best, p: p, q: q, dx: dx)
        expectClose(value, known.value, relative: 1e-6, absolute: 1e-8, "SciPy gets another value of the game")
      }
      let few = try optimalDiscriminator(
        p: known.at.map { normal($0, 0, 1) }, q: known.at.map { normal($0, known.distance, known.deviation) })
      expectClose(few, known.optimal, relative: 1e-9, "SciPy has another D* at \(known.at)")
    }
  }

  func test5_NobodyBeatsIt() throws {
    var rng = stream("others")
    let p = [0.5, 1.25, 0.25, 0], q = [0.25, 0.25, 0.5, 1.0]
    let best = try optimalDiscriminator(p: p, q: q)
    guard best.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return expect(false, "D* must lie in [0, 1]") }
    let highest = try gameValue(discriminator: best, p: p, q: q, dx: 0.5)
    for _ in 0..<20 {
      let other = (0..<4).map { _ in rng.nextUniform() }
      let value = try gameValue(discriminator: other, p: p, q: q, dx: 0.5)
      expect(value < highest, "D* has the highest value of all, but \(other) reaches \(value), above \(highest)")
    }
  }
}
