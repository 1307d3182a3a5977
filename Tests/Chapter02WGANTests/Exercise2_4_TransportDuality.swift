import Chapter02WGAN
import ExerciseTesting
import Tensors

final class Exercise2_4_TransportDuality: ExerciseTestCase {
  func test1_Shapes() throws {
    let cost: [[Double]] = [[1, 2, 3], [4, 5, 6]]
    let g = try cTransform(f: [0, 1], cost: cost)
    expectEqual(g.count, 3, "the c-transform of f lives on the points of q: one number a column")
    let f = try cTransform(g: [0, 1, 2], cost: cost)
    expectEqual(f.count, 2, "the c-transform of g lives on the points of p: one number a row")
    let metric: [[Double]] = [[0, 1], [1, 0]]
    let projection = try lipschitzProjection(f: [0, 5], distances: metric)
    expectEqual(projection.count, 2, "one number a point")
    let potential = try rubinsteinPotential(g: [0, 1], distances: metric)
    expectEqual(potential.count, 2, "one number a point")

    try expectRefusal("a potential of the wrong length") { _ = try cTransform(f: [0, 1, 2], cost: cost) }
    try expectRefusal("a potential of NaN") { _ = try cTransform(g: [0, .nan, 1], cost: cost) }
    try expectRefusal("an infinite cost") { _ = try cTransform(f: [0], cost: [[.infinity]]) }
    try expectRefusal("an empty cost") { _ = try cTransform(f: [], cost: []) }
    try expectRefusal("masses that don't fit the potentials") {
      _ = try dualValue(f: [1], g: [1], p: [0.5, 0.5], q: [1])
    }
    try expectRefusal("squared distances, which are no metric") {
      _ = try lipschitzProjection(f: [0, 0, 0], distances: [[0, 1, 4], [1, 0, 1], [4, 1, 0]])
    }
    try expectRefusal("distances that aren't symmetric") {
      _ = try rubinsteinPotential(g: [0, 0], distances: [[0, 1], [2, 0]])
    }
    try expectRefusal("a point at a distance from itself") {
      _ = try rubinsteinPotential(g: [0, 0], distances: [[1, 1], [1, 0]])
    }
  }

  func test2_ByHand() throws {
    let cost: [[Double]] = [[1, 2, 7], [4, 3, 6]]
    let g = try cTransform(f: [0, 2], cost: cost)
    expectClose(
      g, [1, 1, 4], relative: 1e-12,
      "gⱼ = minᵢ (Cᵢⱼ − fᵢ): min(1, 2), min(2, 1), min(7, 4). The minimum, or else fᵢ + gⱼ ≤ Cᵢⱼ breaks")
    let f = try cTransform(g: [1, 0, 5], cost: cost)
    expectClose(f, [0, 1], relative: 1e-12, "fᵢ = minⱼ (Cᵢⱼ − gⱼ): min(0, 2, 2) and min(3, 3, 1)")
    let value = try dualValue(f: [1, 3], g: [2, -1, 0], p: [0.25, 0.75], q: [0.5, 0.25, 0.25])
    expectClose(value, 0.25 + 2.25 + 1 - 0.25, relative: 1e-12, "Σ fᵢpᵢ + Σ gⱼqⱼ: both with a plus")

    let fine = try dualViolation(f: [0, 2], g: [1, 1, 4], cost: cost)
    expectClose(fine, 0, absolute: 1e-12, "asking for less than the cost is allowed: no violation")
    let tooMuch = try dualViolation(f: [0, 2.5], g: [1, 1, 4.25], cost: cost)
    expectClose(tooMuch, 0.75, relative: 1e-12, "2.5 + 4.25 is 0.75 above 6, the worst of the violations")

    let plan = [[0.5, 0, 0], [0, 0.25, 0.25]]
    let slack = try slacknessViolation(plan: plan, f: [0, 2], g: [1, 1, 4], cost: cost)
    expectClose(
      slack, 0, absolute: 1e-12,
      "every pair that carries mass is paid in full; what the others would pay is no condition")
    let loose = try slacknessViolation(plan: plan, f: [0, 1.5], g: [0.75, 1, 4.25], cost: cost)
    expectClose(
      loose, 0.5, relative: 1e-12, "the pair (1, 1) carries ¼ and is paid 2.5 of 3, the worst among those used")

    // Two points 1 apart with a step of 5 between them.
    let projection = try lipschitzProjection(f: [0, 5, 3], distances: [[0, 1, 2], [1, 0, 1], [2, 1, 0]])
    expectClose(projection, [0, 1, 2], relative: 1e-12, "f̂ᵢ = minⱼ (fⱼ + dᵢⱼ): the 0 caps all the others")
    let potential = try rubinsteinPotential(g: [-1, 2], distances: [[0, 1], [1, 0]])
    expectClose(
      potential, [-1, -2], relative: 1e-12, "φᵢ = minⱼ (dᵢⱼ − gⱼ): min(1, −1) and min(2, −2); mind the sign of g")
    let earned = try rubinsteinValue(potential: [3, 1], p: [1, 0], q: [0.5, 0.5])
    expectClose(earned, 1, relative: 1e-12, "Σ φᵢ(pᵢ − qᵢ) = 3·½ − 1·½: p counts with a plus")
  }

  func test3_WhatCTransformsDo() throws {
    var rng = stream("transforms")
    for (n, m) in [(1, 1), (3, 4), (5, 2), (6, 6)] {
      let problem = RandomProblem(n, m, using: &rng)
      let f = (0..<n).map { _ in 2 * rng.nextNormal() }
      let g = try cTransform(f: f, cost: problem.cost)
      guard g.count == m else { return expect(false, "got \(g.count) numbers, want \(m)") }
      let violation = try dualViolation(f: f, g: g, cost: problem.cost)
      expect(violation < 1e-12, "f and f^c always respect the cost, but ask for \(violation) too much")
      // None of them can be raised.
      for j in 0..<m {
        let gap = (0..<n).map { problem.cost[$0][j] - f[$0] - g[j] }.min() ?? 1
        expectClose(gap, 0, absolute: 1e-12, "f^c is the largest g: in each column some pair is paid in full")
      }
      let twice = try cTransform(g: g, cost: problem.cost)
      let thrice = try cTransform(f: twice, cost: problem.cost)
      guard twice.count == n else { return expect(false, "got \(twice.count) numbers, want \(n)") }
      expect(zip(twice, f).allSatisfy { $0 >= $1 - 1e-12 }, "there and back never lowers f: f^cc ≥ f")
      expectClose(thrice, g, relative: 1e-9, absolute: 1e-12, "the third time changes nothing: f^ccc = f^c")
      let before = try dualValue(f: f, g: g, p: problem.p, q: problem.q)
      let after = try dualValue(f: twice, g: g, p: problem.p, q: problem.q)
      expect(after >= before - 1e-12, "a c-transform never earns less: \(before), then \(after)")
      // Weak duality, with a plan that is not the best.
      let plan = problem.p.map { mass in problem.q.map { mass * $0 } }
      let carried = zip(plan.joined(), problem.cost.joined()).reduce(0) { $0 + $1.0 * $1.1 }
      expect(after <= carried + 1e-12, "weak duality: \(after) earned, but the plan pᵢqⱼ costs only \(carried)")
    }
  }

  func test4_CertificatesForPOTsPlans() throws {
    for known in try KnownProblem.all() where known.p.count < 20 {
      // Potentials for POT's plan, by Bellman and Ford's method along the pairs that it uses.
      var f = Array(repeating: 0.0, count: known.p.count)
      var g = Array(repeating: 0.0, count: known.q.count)
      for _ in 0..<known.p.count + known.q.count {
        g = try cTransform(f: f, cost: known.cost)
        guard g.count == known.q.count else { return expect(false, "got \(g.count) numbers, want \(known.q.count)") }
        for i in f.indices {
          let used = g.indices.filter { known.plan[i][$0] > 1e-12 }
          for j in used { f[i] = max(f[i], known.cost[i][j] - g[j]) }
        }
      }
      // f has been raised until every pair in use is paid in full; that ends because the plan is the best one.
      g = try cTransform(f: f, cost: known.cost)
      let slack = try slacknessViolation(plan: known.plan, f: f, g: g, cost: known.cost)
      expectClose(slack, 0, absolute: 1e-9, "POT's plan uses only pairs that are paid in full (\(known.name))")
      let violation = try dualViolation(f: f, g: g, cost: known.cost)
      expectClose(violation, 0, absolute: 1e-9, "and the potentials respect the cost (\(known.name))")
      let value = try dualValue(f: f, g: g, p: known.p, q: known.q)
      expectClose(
        value, known.value, absolute: 1e-9, "strong duality: scipy's linprog has another value (\(known.name))")
    }
  }

  private struct Rubinstein: Decodable {
    struct Case: Decodable {
      let points: [[Double]]
      let p, q, f, projection: [Double]
      let w1: Double
    }
    let cases: [Case]
  }

  func test5_AgainstLinearProgrammes() throws {
    let content: Rubinstein = try Fixture.load("rubinstein", from: .module)
    for known in content.cases {
      let d = distances(known.points, known.points)
      let projection = try lipschitzProjection(f: known.f, distances: d)
      expectClose(
        projection, known.projection, absolute: 1e-8, "linprog finds another largest 1-Lipschitz function below f")
      // From two potentials to one: c-transforms of random f, improved by going up the dual.
      var rng = stream("ascent")
      for _ in 0..<5 {
        let f = known.f.map { $0 + rng.nextNormal() }
        let g = try cTransform(f: f, cost: d)
        guard g.count == d.count else { return expect(false, "got \(g.count) numbers, want \(d.count)") }
        let phi = try rubinsteinPotential(g: g, distances: d)
        guard phi.count == d.count else { return expect(false, "got \(phi.count) numbers, want \(d.count)") }
        let two = try dualValue(f: f, g: g, p: known.p, q: known.q)
        let one = try rubinsteinValue(potential: phi, p: known.p, q: known.q)
        expect(one >= two - 1e-12, "φ and −φ earn at least as much as f and g: \(one) against \(two)")
        expect(one <= known.w1 + 1e-9, "no 1-Lipschitz function earns more than W₁ = \(known.w1), but this one \(one)")
        let violation = try dualViolation(f: phi, g: phi.map { -$0 }, cost: d)
        expect(violation < 1e-9, "φ must be 1-Lipschitz: φᵢ − φⱼ ≤ dᵢⱼ, but is \(violation) above")
      }
    }
  }

  func test6_WhatTheProjectionDoes() throws {
    var rng = stream("projections")
    for n in [2, 5, 9] {
      let points = (0..<n).map { _ in [rng.nextNormal(), rng.nextNormal()] }
      let d = distances(points, points)
      let f = (0..<n).map { _ in 3 * rng.nextNormal() }
      let below = try lipschitzProjection(f: f, distances: d)
      guard below.count == n else { return expect(false, "got \(below.count) numbers, want \(n)") }
      let again = try lipschitzProjection(f: below, distances: d)
      expectClose(again, below, absolute: 1e-12, "a projection leaves alone what it has made")
      expect(zip(below, f).allSatisfy { $0 <= $1 + 1e-12 }, "f̂ ≤ f: the point itself is among the j, with dᵢᵢ = 0")
      let slope = points.map { 0.6 * $0[0] - 0.8 * $0[1] }
      let kept = try lipschitzProjection(f: slope, distances: d)
      expectClose(kept, slope, absolute: 1e-12, "a function of slope 1 is 1-Lipschitz already: f̂ = f")
    }
    // All mass from 0 to 3 on the line, with the potentials f = (3, 0), g = (-3, 0).
    let phi = try rubinsteinPotential(g: [-3, 0], distances: [[0, 3], [3, 0]])
    let earned = try rubinsteinValue(potential: phi, p: [1, 0], q: [0, 1])
    expectClose(earned, 3, relative: 1e-12, "a critic for two points 3 apart falls by 3 from the one to the other")
  }
}
