import Chapter06RectifiedFlow
import ExerciseTesting
import Foundation
import Tensors

final class Exercise6_5_Straightness: ExerciseTestCase {
  func test1_ShapesAndCounts() throws {
    let x = Tensor.ones([2, 1, 3, 3])
    let pairs = try Pairs(x0: x, x1: x * 2)
    let cost = try transportCost(pairs)
    expectClose(cost, 9, "nine coordinates move by 1: ‖·‖² is their sum, not their mean")
    var witness = Witness { x, _ in .ones(x.shape) }
    let bend = try straightness(witness.callAsFunction, initial: x, steps: 2)
    expectClose(bend, 0, absolute: 1e-9, "a constant velocity makes straight paths")
    expectClose(
      witness.times, [0, 0.25, 0.5, 0.75], "the midpoint method asks v at tᵢ and at tᵢ + h/2 for each of the N steps")
    witness = Witness { x, _ in .ones(x.shape) }
    let crossing = try intersection(witness.callAsFunction, pairs: pairs, steps: 4)
    expectClose(crossing, 0, absolute: 1e-9, "lines that all go the same way do not cross")
    expectClose(witness.times, [0.125, 0.375, 0.625, 0.875], "the midpoint rule asks v at (i + ½)/N")
    expectEqual(witness.inputs.map(\.shape), Array(repeating: x.shape, count: 4), "all pairs count at each time")
    try expectRefusal("no steps") { _ = try straightness({ x, _ in x }, initial: x, steps: 0) }
    try expectRefusal("the power 0") { _ = try transportCost(pairs, power: 0) }
  }

  func test2_ByHand() throws {
    let pairs = try Pairs(x0: Tensor(rows: [[0, 0], [1, 1]]), x1: Tensor(rows: [[3, 4], [1, 0]]))
    for (power, want) in [(2.0, 13.0), (1, 3), (4, 313), (3, 63)] {
      let cost = try transportCost(pairs, power: power)
      expectClose(cost, want, "moves of the lengths 5 and 1: the mean of 5^p and 1^p at p = \(power)")
    }
    // dx/dt = 2t in both coordinates: Z₁ − Z₀ = (1, 1), ‖(1 − 2t)(1, 1)‖² = 2(1 − 2t)²
    for (steps, want) in [(1, 0.0), (2, 0.5), (4, 0.625)] {
      let bend = try straightness(
        { x, t in .full(Float(2 * t), x.shape) }, initial: Tensor(rows: [[5, 6]]), steps: steps)
      expectClose(
        bend, want, absolute: 1e-6,
        "dx/dt = 2t in the plane: the mean of 2(1 − 2t)² over the midpoints of \(steps) steps; ‖·‖² summed, not "
          + "averaged, "
          + "over the coordinates, and squared")
    }
    // Two lines that cross: directions +2 and −2, mean 0.
    let crossing = try Pairs(x0: Tensor(column: [-1, 1]), x1: Tensor(column: [1, -1]))
    let value = try intersection({ x, _ in .zeros(x.shape) }, pairs: crossing, steps: 3)
    expectClose(
      value, 4, "directions +2 and −2 and the mean 0: ‖(x₁ − x₀) − v‖² is 4; 2 means that nothing was squared")
    // v(x, t) = t·x must be asked on the lines: from (0, 2) to (0, 4), at 2.5 and 3.5
    let line = try Pairs(x0: Tensor(rows: [[0, 2]]), x1: Tensor(rows: [[0, 4]]))
    let along = try intersection({ x, t in x * Float(t) }, pairs: line, steps: 2)
    expectClose(
      along, (1.890625 + 0.390625) / 2,
      "v is asked at t·x₁ + (1 − t)·x₀, at t = ¼ and ¾: the mean of (2 − ¼·2.5)² and (2 − ¾·3.5)²")
  }

  func test3_OneGaussianToAnother() throws {
    // S = s(2 − π/2), V = sπ/2. Both are means of quadratic forms, so ±1 and ±s stand for the Gaussians exactly.
    for deviation in [0.5, 1.0, 2] {
      for mean in [0.0, 3] {
        let flow = LineFlow(mean: mean, deviation: deviation)
        let bend = try straightness(flow.velocity, initial: Tensor(column: [1, -1]), steps: 200)
        expectClose(
          bend, deviation * (2 - Double.pi / 2), relative: 2e-3,
          "N(0, 1) → N(\(mean), \(deviation)²): S = s(2 − π/2)")
        let ends = [deviation, -deviation].map { mean + $0 }
        let pairs = try Pairs(
          x0: Tensor(column: [1, 1, -1, -1]), x1: Tensor(column: [ends[0], ends[1], ends[0], ends[1]]))
        let crossing = try intersection(flow.velocity, pairs: pairs, steps: 200)
        expectClose(
          crossing, deviation * Double.pi / 2, relative: 2e-3, "N(0, 1) → N(\(mean), \(deviation)²): V = sπ/2")
        let sorted = try Pairs(x0: Tensor(column: [1, -1]), x1: Tensor(column: ends))
        let (before, after) = (try transportCost(pairs), try transportCost(sorted))
        expectClose(before - after, 2 * deviation, relative: 1e-4, "the rectified pairs must save 2s in squared cost")
      }
    }
  }

  func test4_AgainstQuadrature() throws {
    struct Content: Decodable {
      struct Points: Decodable { let flowCost, intersection, straightness: Double }
      let points: Points
    }
    let known = try Fixture.load("line-measures", from: .module, as: Content.self).points
    // N(0, 1) → ±1: v = (tanh(tx/(1 − t)²) − x)/(1 − t)
    let velocity: Velocity = { x, t in
      (tanh(x * Float(t / ((1 - t) * (1 - t)))) - x) * Float(1 / (1 - t))
    }
    let noise = normalQuantiles(2000)
    let bend = try straightness(velocity, initial: Tensor(column: noise), steps: 200)
    expectClose(bend, known.straightness, relative: 0.01, "N(0, 1) → ±1: S by quadrature (SciPy) is 0.57817")
    let pairs = try Pairs(
      x0: Tensor(column: noise + noise),
      x1: Tensor(column: Array(repeating: 1, count: 2000) + Array(repeating: -1, count: 2000)))
    let crossing = try intersection(velocity, pairs: pairs, steps: 200)
    expectClose(crossing, known.intersection, relative: 0.01, "N(0, 1) → ±1: V by quadrature (SciPy) is 1.01760")
    let sorted = try Pairs(x0: Tensor(column: noise), x1: Tensor(column: noise.map { $0 < 0 ? -1 : 1 }))
    let cost = try transportCost(sorted)
    expectClose(cost, known.flowCost, relative: 0.01, "the flow takes z to its sign: E(|z| − 1)² is 0.40423")
  }

  func test5_TheIdentity() throws {
    struct Content: Decodable {
      struct Plane: Decodable { let mixture: KnownMixture }
      let plane: Plane
    }
    var rng = stream("identity")
    let law = try Fixture.load("velocities", from: .module, as: Content.self).plane.mixture
    let noise = Tensor.normal([4000, 2], using: &rng)
    let data = law.sample(4000, using: &rng)
    let pairs = try Pairs(x0: noise, x1: data)
    let ends = try followed(law.velocity, noise, from: 0, to: 1, steps: 60)
    let before = try transportCost(pairs)
    let after = try transportCost(Pairs(x0: noise, x1: ends))
    let bend = try straightness(law.velocity, initial: noise, steps: 60)
    let crossing = try intersection(law.velocity, pairs: pairs, steps: 60)
    expectClose(
      before - after, bend + crossing, relative: 0.08,
      "E‖X₁ − X₀‖² − E‖Z₁ − Z₀‖² = S + V for any data: here \(before) − \(after) and \(bend) + \(crossing)")
    for power in [1.0, 2, 4] {
      let (random, rectified) = (
        try transportCost(pairs, power: power), try transportCost(Pairs(x0: noise, x1: ends), power: power)
      )
      expect(
        rectified < random,
        "no convex cost may rise, but E‖·‖^\(power) goes from \(random) to \(rectified): p-th power of the norm of a "
          + "row"
      )
    }
  }

  func test6_StraightenedPaths() throws {
    var rng = stream("straight")
    for deviation in [0.5, 2.0] {
      let flow = LineFlow(mean: -1, deviation: deviation)
      let noise = Tensor.normal([50, 2], using: &rng)
      let bend = try straightness(flow.straightened, initial: noise, steps: 20)
      expectClose(bend, 0, absolute: 1e-6, "2-rectified flow of a Gaussian is straight: S = 0")
      let pairs = try Pairs(x0: noise, x1: noise * Float(deviation) - 1)
      let crossing = try intersection(flow.straightened, pairs: pairs, steps: 20)
      expectClose(crossing, 0, absolute: 1e-6, "its pairs do not cross: V = 0")
      let curved = try straightness(flow.velocity, initial: noise, steps: 100)
      expect(curved > 0.1, "the first flow makes the same pairs along bent paths: S is not 0 there, but got \(curved)")
    }
    // A path that is straight, but run through at uneven speed, is not straight in this sense.
    let uneven = try straightness({ x, t in .full(Float(2 * t), x.shape) }, initial: Tensor(rows: [[0]]), steps: 100)
    expectClose(
      uneven, 1.0 / 3, relative: 1e-3, "a straight path at uneven speed has S > 0: one Euler step misses its end")
  }
}
