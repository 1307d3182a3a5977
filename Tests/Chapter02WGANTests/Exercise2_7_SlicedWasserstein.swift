import Chapter02WGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise2_7_SlicedWasserstein: ExerciseTestCase {
  private func cloud(_ count: Int, _ dimension: Int, using rng: inout RandomStream) -> [[Double]] {
    (0..<count).map { _ in (0..<dimension).map { _ in rng.nextNormal() } }
  }

  private let axes: [[Double]] = [[1, 0], [0, 1]]

  func test1_Shapes() throws {
    var rng = stream("shapes")
    let directions = try randomDirections(count: 5, dimension: 3, using: &rng)
    guard expectMatrix(directions, 5, 3, "5 directions of 3 coordinates") else { return }
    for direction in directions {
      expectClose(
        dot(direction, direction).squareRoot(), 1, relative: 1e-9, "a direction has the length 1: divide by the norm")
    }
    let distance = try slicedWasserstein(
      x: [[0, 0]], a: [1], y: [[1, 1]], b: [1], directions: axes)
    expectFinite(distance, "one number")

    try expectRefusal("directions of length 2") {
      _ = try slicedWasserstein(x: [[0, 0]], a: [1], y: [[1, 1]], b: [1], directions: [[2, 0]])
    }
    try expectRefusal("no directions") {
      _ = try slicedWasserstein(x: [[0, 0]], a: [1], y: [[1, 1]], b: [1], directions: [])
    }
    try expectRefusal("a direction of another dimension") {
      _ = try slicedWasserstein(x: [[0, 0]], a: [1], y: [[1, 1]], b: [1], directions: [[1, 0, 0]])
    }
    try expectRefusal("points of different dimensions") {
      _ = try slicedWasserstein(x: [[0, 0]], a: [1], y: [[1]], b: [1], directions: axes)
    }
    try expectRefusal("a cloud without points") {
      _ = try slicedWasserstein(x: [], a: [], y: [[1, 1]], b: [1], directions: axes)
    }
    try expectRefusal("unequal masses") {
      _ = try slicedWasserstein(x: [[0, 0]], a: [0.5], y: [[1, 1]], b: [1], directions: axes)
    }
    try expectRefusal("an order below 1") {
      _ = try slicedWasserstein(x: [[0, 0]], a: [1], y: [[1, 1]], b: [1], directions: axes, order: 0.5)
    }
    try expectRefusal("no directions to draw") { _ = try randomDirections(count: 0, dimension: 2, using: &rng) }
  }

  func test2_ByHand() throws {
    for (order, want) in [(1.0, 3.5), (2, 12.5.squareRoot()), (3, pow((27.0 + 64) / 2, 1.0 / 3))] {
      let moved = try slicedWasserstein(x: [[1, 1]], a: [1], y: [[4, -3]], b: [1], directions: axes, order: order)
      expectClose(
        moved, want, relative: 1e-12,
        "the shadows lie 3 and 4 apart: the mean of 3^p and 4^p, and then the root (p = \(order))")
    }
    // Seen along the first axis the clouds are the same; along the second they lie 2 apart.
    let square = try slicedWasserstein(
      x: [[0, 0], [1, 0]], a: [0.5, 0.5], y: [[1, 2], [0, 2]], b: [0.5, 0.5], directions: axes, order: 2)
    expectClose(
      square, 2.0.squareRoot(), relative: 1e-12, "(0² + 2²)/2, and the root: points pair up by their shadows' order")
    let weighted = try slicedWasserstein(
      x: [[0, 0], [4, 0]], a: [0.75, 0.25], y: [[0, 0]], b: [1], directions: [[1, 0]], order: 1)
    expectClose(weighted, 1, relative: 1e-12, "a quarter of the mass has to go 4 units: the weights count")
  }

  func test3_Identities() throws {
    var rng = stream("identities")
    for d in [1, 2, 5] {
      let (n, m) = (4 + rng.integer(below: 5), 4 + rng.integer(below: 5))
      let (x, y) = (cloud(n, d, using: &rng), cloud(m, d, using: &rng))
      let (a, b) = (RandomProblem.weights(n, using: &rng), RandomProblem.weights(m, using: &rng))
      let basis = (0..<d).map { i in (0..<d).map { $0 == i ? 1.0 : 0 } }
      let shift = (0..<d).map { _ in 2 * rng.nextNormal() }
      let moved = x.map { zip($0, shift).map { $0 + $1 } }
      let distance = try slicedWasserstein(x: x, a: a, y: moved, b: a, directions: basis)
      expectClose(
        distance, (dot(shift, shift) / Double(d)).squareRoot(), relative: 1e-9,
        "y is x moved by t: along the axes SW₂² is the mean of tᵢ², ‖t‖²/d (d = \(d))")
      let there = try slicedWasserstein(x: x, a: a, y: y, b: b, directions: basis, order: 1.5)
      let back = try slicedWasserstein(x: y, a: b, y: x, b: a, directions: basis, order: 1.5)
      expectClose(there, back, relative: 1e-9, "a distance is symmetric")
      let mirrored = try slicedWasserstein(
        x: x, a: a, y: y, b: b, directions: basis.map { $0.map { -$0 } }, order: 1.5)
      expectClose(mirrored, there, relative: 1e-9, "a direction and its opposite see the same")
      let twice = try slicedWasserstein(x: x, a: a, y: y, b: b, directions: basis + basis, order: 1.5)
      expectClose(twice, there, relative: 1e-9, "a mean over directions, not a sum: looking twice changes nothing")
      // Averaged over the axes, the squared shadows are 1/d of the squared way: SW₂² ≤ W₂²/d ≤ the cost of any plan over d.
      let second = try slicedWasserstein(x: x, a: a, y: y, b: b, directions: basis)
      var product = 0.0
      for i in 0..<n {
        for j in 0..<m { product += a[i] * b[j] * zip(x[i], y[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
      }
      expect(
        second * second <= product / Double(d) + 1e-9, "shadows are never farther apart than the points: \(second)")
    }
  }

  func test4_AgainstPOT() throws {
    struct Content: Decodable {
      struct Case: Decodable {
        let x, y, directions: [[Double]]
        let a, b: [Double]
        let order, distance: Double
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("sliced", from: .module)
    for known in content.cases {
      let distance = try slicedWasserstein(
        x: known.x, a: known.a, y: known.y, b: known.b, directions: known.directions, order: known.order)
      expectClose(
        distance, known.distance, relative: 1e-8,
        "ot.sliced_wasserstein_distance has another value (p = \(known.order), \(known.directions.count) directions)")
    }
  }

  func test5_DirectionsFromEverywhere() throws {
    for d in [2, 4] {
      var rng = stream("directions \(d)")
      let count = 8000
      let directions = try randomDirections(count: count, dimension: d, using: &rng)
      guard expectMatrix(directions, count, d, "one row a direction") else { return }
      let first = directions.map { $0[0] }
      let mean = first.reduce(0, +) / Double(count)
      expectClose(
        mean, 0, absolute: 0.05, "a direction and its opposite are equally likely: the mean is 0 in \(d) dimensions")
      let second = first.reduce(0) { $0 + $1 * $1 } / Double(count)
      expectClose(second, 1 / Double(d), absolute: 0.02, "E θ₁² = 1/d in \(d) dimensions")
      // Of all the coordinates together, because that varies less: 0.0020 (d = 2) and 0.0017 (d = 4) are standard errors.
      let fourth = directions.joined().reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(count)
      expectClose(
        fourth, 3 / Double(d + 2), absolute: 0.014,
        "E Σₖ θₖ⁴ = 3/(d + 2) in \(d) dimensions: are your vectors normal before you divide by their length? Those of a "
          + "cube crowd at its corners")
    }
    var (one, other) = (stream("same"), stream("same"))
    let drawn = try randomDirections(count: 3, dimension: 2, using: &one)
    let again = try randomDirections(count: 3, dimension: 2, using: &other)
    expectEqual(drawn, again, "the same stream gives the same directions: take all random numbers from rng")
    let next = try randomDirections(count: 3, dimension: 2, using: &one)
    expect(next != drawn, "the next directions are others: rng must move on")
  }

  func test6_ManyDirections() throws {
    var rng = stream("translation")
    let x = cloud(12, 3, using: &rng)
    let shift: [Double] = [2, -1, 2]
    let moved = x.map { zip($0, shift).map { $0 + $1 } }
    let directions = try randomDirections(count: 400, dimension: 3, using: &rng)
    let distance = try slicedWasserstein(
      x: x, a: uniformWeights(12), y: moved, b: uniformWeights(12), directions: directions)
    expectClose(distance, 3.0.squareRoot(), absolute: 0.2, "y is x moved by t, ‖t‖ = 3: SW₂ is about ‖t‖/√d = √3")
  }
}
