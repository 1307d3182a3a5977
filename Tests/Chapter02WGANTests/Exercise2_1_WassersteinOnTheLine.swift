import Chapter02WGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise2_1_WassersteinOnTheLine: ExerciseTestCase {
  func test1_RunsAndRefuses() throws {
    let area = try wasserstein1(x: [0, 1, 2], a: uniformWeights(3), y: [5, 4], b: uniformWeights(2))
    expect(area > 0, "the area between two different distribution functions is positive, not \(area)")
    let distance = try wasserstein(x: [0, 1, 2], a: uniformWeights(3), y: [5, 4], b: uniformWeights(2), order: 2)
    expect(distance > 0, "the distance of different distributions is positive, not \(distance)")

    try expectRefusal("weights that add up to 2") { _ = try wasserstein1(x: [0, 1], a: [1, 1], y: [0], b: [1]) }
    try expectRefusal("a negative weight") { _ = try wasserstein1(x: [0, 1], a: [1.5, -0.5], y: [0], b: [1]) }
    try expectRefusal("no points at all") { _ = try wasserstein1(x: [], a: [], y: [0], b: [1]) }
    try expectRefusal("a point at infinity") { _ = try wasserstein1(x: [.infinity], a: [1], y: [0], b: [1]) }
    try expectRefusal("an order below 1") { _ = try wasserstein(x: [0], a: [1], y: [1], b: [1], order: 0.5) }
    try expectRefusal("two points and one weight") {
      _ = try wasserstein(x: [0, 1], a: [1], y: [1], b: [1], order: 2)
    }
  }

  func test2_ByHand() throws {
    let carried = try wasserstein1(x: [3], a: [1], y: [-2], b: [1])
    expectClose(
      carried, 5, relative: 1e-12,
      "all the mass goes from 3 to −2: F − G is −1 on the 5 units between them, and the area is height times width")
    let area = try wasserstein1(x: [3, 0], a: [0.25, 0.75], y: [0, 1], b: [0.5, 0.5])
    expectClose(
      area, 0.75, relative: 1e-12,
      "F is ¾ from 0 to 3, G is ½ from 0 to 1 and then 1: ¼·1 + ¼·2. Sort the points together with their weights, and "
        + "multiply |F − G| by the length of each gap")
    let mirrored = try wasserstein1(x: [-1, 1], a: [0.5, 0.5], y: [0], b: [1])
    expectClose(mirrored, 1, relative: 1e-12, "F − G is ½ left of 0 and −½ right of it: add up |F − G|, not F − G")

    for (order, want) in [(1.0, 0.75), (2, 1.25.squareRoot()), (3, pow(2.25, 1.0 / 3))] {
      let distance = try wasserstein(x: [3, 0], a: [0.25, 0.75], y: [0, 1], b: [0.5, 0.5], order: order)
      expectClose(
        distance, want, relative: 1e-12,
        "a quarter goes from 0 to 1 and a quarter from 3 to 1, so W_p^p = ¼·1 + ¼·2^p for p = \(order), and W_p is its "
          + "p-th root")
    }
    let split = try wasserstein(x: [0], a: [1], y: [1, 3], b: [0.75, 0.25], order: 2)
    expectClose(
      split, 3.0.squareRoot(), relative: 1e-12,
      "one point to two: W₂² = ¾·1² + ¼·3². When a pile is used up, go on with the next one there, and stay on the "
        + "other side")
    let odd = try wasserstein(x: [0], a: [1], y: [-2], b: [1], order: 3)
    expectClose(odd, 2, relative: 1e-12, "the distance is |x − y|: to the left it counts as much as to the right")
  }

  func test3_Identities() throws {
    var rng = stream("identities")
    for _ in 0..<8 {
      let (n, m) = (1 + rng.integer(below: 7), 1 + rng.integer(below: 7))
      let x = (0..<n).map { _ in 3 * rng.nextNormal() }
      let y = (0..<m).map { _ in 1 + rng.nextNormal() }
      let (a, b) = (RandomProblem.weights(n, using: &rng), RandomProblem.weights(m, using: &rng))
      let shift = 4 * rng.nextNormal()
      let order = 1 + 3 * rng.nextUniform()

      let moved = try wasserstein(x: x, a: a, y: x.map { $0 + shift }, b: a, order: order)
      expectClose(moved, abs(shift), relative: 1e-9, "if y is x moved by t, W_p = |t| for every p")
      let there = try wasserstein(x: x, a: a, y: y, b: b, order: order)
      let back = try wasserstein(x: y, a: b, y: x, b: a, order: order)
      expectClose(there, back, relative: 1e-9, "a distance is symmetric (n = \(n), m = \(m))")
      let stretched = try wasserstein(x: x.map { -3 * $0 }, a: a, y: y.map { -3 * $0 }, b: b, order: order)
      expectClose(stretched, 3 * there, relative: 1e-9, "W_p is in the unit of the points: W_p(−3x, −3y) = 3W_p(x, y)")
      // Half of each point stays where it is; the order of the points is turned round.
      let halves = (a + a).map { $0 / 2 }
      let doubled = try wasserstein(x: Array((x + x).reversed()), a: Array(halves.reversed()), y: y, b: b, order: order)
      expectClose(doubled, there, relative: 1e-9, "two halves of a point in one place are the point")

      let area = try wasserstein1(x: x, a: a, y: y, b: b)
      let merged = try wasserstein(x: x, a: a, y: y, b: b, order: 1)
      expectClose(area, merged, relative: 1e-9, absolute: 1e-12, "∫|F − G| = ∫|F⁻¹ − G⁻¹|: both are W₁")
      expect(merged <= there + 1e-9, "W_p grows with p: W₁ = \(merged), but W_\(order) = \(there)")
      let same = try wasserstein1(x: x, a: a, y: x, b: a)
      expectClose(same, 0, absolute: 1e-12, "nothing has to be moved")
    }
  }

  func test4_AgainstSciPyAndPOT() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let x, a, y, b: [Double]
        let order, w1, distance: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("line", from: .module)
    for known in content.cases {
      let area = try wasserstein1(x: known.x, a: known.a, y: known.y, b: known.b)
      expectClose(area, known.w1, relative: 1e-9, "scipy.stats.wasserstein_distance has another W₁")
      let distance = try wasserstein(x: known.x, a: known.a, y: known.y, b: known.b, order: known.order)
      expectClose(
        distance, known.distance, relative: 1e-9,
        "POT has another W_p (p = \(known.order), \(known.x.count) and \(known.y.count) points)")
    }
  }

  func test5_ManyPoints() throws {
    // Evenly spread over [0, 1] and over [2, 5]: F⁻¹ = u, G⁻¹ = 2 + 3u, so W₂² = ∫(2 + 2u)² du = 28/3.
    let x = (0..<60).map { (Double($0) + 0.5) / 60 }
    let y = (0..<90).map { 2 + 3 * (Double($0) + 0.5) / 90 }
    let (a, b) = (uniformWeights(60), uniformWeights(90))
    let second = try wasserstein(x: x, a: a, y: y, b: b, order: 2)
    expectClose(second, (28.0 / 3).squareRoot(), relative: 1e-3, "two uniform laws on intervals: W₂² = ∫(2 + 2u)² du")
    let first = try wasserstein1(x: x, a: a, y: y, b: b)
    expectClose(first, 3, relative: 1e-9, "nothing has to go left: W₁ is the difference of the means")
    let high = try wasserstein(x: x, a: a, y: y, b: b, order: 60)
    expect(high > 3.6 && high < 4, "as p grows, W_p comes near to the longest way, about 4; W₆₀ is \(high)")
    // Weights that come from Float32 miss the sum 1 by a little.
    let rounded = a.map { Double(Float($0)) }
    let nearly = try wasserstein1(x: x, a: rounded, y: y, b: b)
    expectClose(nearly, 3, relative: 1e-5, "weights that add up to 1 up to rounding are accepted")
  }
}
