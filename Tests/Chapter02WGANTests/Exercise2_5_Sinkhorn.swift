import Chapter02WGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise2_5_Sinkhorn: ExerciseTestCase {
  private struct Known: Decodable {
    let name: String
    let p, q, f, g: [Double]
    let cost, plan: [[Double]]
    let epsilon, transportCost, relativeToProduct, negativeEntropy, exact: Double
    let underflows: Bool
  }

  private func knownCases() throws -> [Known] {
    struct Content: Decodable {
      let cases: [Known]
    }
    let content: Content = try Fixture.load("sinkhorn", from: .module)
    return content.cases
  }

  private func carried(_ plan: [[Double]], _ cost: [[Double]]) -> Double {
    zip(plan.joined(), cost.joined()).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Both sums, whatever the solution says about itself.
  private func expectMarginals(
    _ solution: SinkhornSolution, _ p: [Double], _ q: [Double], _ tolerance: Double, _ what: String,
    file: StaticString = #filePath, line: UInt = #line
  ) {
    guard expectMatrix(solution.plan, p.count, q.count, "a row for each p (\(what))", file: file, line: line) else {
      return
    }
    let (rows, columns) = marginals(solution.plan)
    expectClose(
      columns, normalized(q), relative: 0, absolute: 1e-10,
      "the columns were made right last, so they must add up to q (\(what))",
      file: file, line: line)
    expectClose(
      rows, normalized(p), relative: 0, absolute: tolerance,
      "the rows don't add up to p (\(what)): did you stop by the marginal that was just made right? The columns are always exact "
        + "after an update of g, only the rows tell", file: file, line: line)
  }

  func test1_Shapes() throws {
    let sum = try logSumExp([0, 1, 2])
    expectFinite(sum, "log Σ exp")
    let cost: [[Double]] = [[1, 2, 3], [3, 1, 2]]
    let solution = try sinkhorn(p: [0.5, 0.5], q: [0.25, 0.25, 0.5], cost: cost, epsilon: 1)
    _ = expectMatrix(solution.plan, 2, 3, "a row for each point of p, a column for each point of q")
    expectEqual(solution.f.count, 2, "one potential a point of p")
    expectEqual(solution.g.count, 3, "one potential a point of q")
    expect(solution.iterations >= 1, "at least one iteration makes a plan")
    expect(
      solution.marginalError <= 1e-9, "the error at the end must be below the tolerance: \(solution.marginalError)")
    let short = try sinkhorn(p: [0.5, 0.5], q: [0.25, 0.25, 0.5], cost: cost, epsilon: 0.05, maxIterations: 2)
    expect(short.iterations <= 2, "maxIterations is a limit, but there were \(short.iterations)")
    let missing = zip(marginals(short.plan).rows, [0.5, 0.5]).reduce(0) { $0 + abs($1.0 - $1.1) }
    expectClose(
      short.marginalError, missing, absolute: 1e-9, "the error is Σᵢ |Σⱼ Pᵢⱼ − pᵢ| of the plan that is returned")
    expect(missing > 1e-3, "two iterations at ε = 0.05 can't be enough, but the rows are off by \(missing) only")

    try expectRefusal("ε = 0") { _ = try sinkhorn(p: [1], q: [1], cost: [[1]], epsilon: 0) }
    try expectRefusal("a negative ε") { _ = try sinkhorn(p: [1], q: [1], cost: [[1]], epsilon: -0.1) }
    try expectRefusal("ε = NaN") { _ = try sinkhorn(p: [1], q: [1], cost: [[1]], epsilon: .nan) }
    try expectRefusal("an ε that is lost in the rounding of C/ε") {
      _ = try sinkhorn(p: [1], q: [0.5, 0.5], cost: [[1, 2]], epsilon: 1e-300)
    }
    try expectRefusal("unequal masses") { _ = try sinkhorn(p: [1], q: [0.9], cost: [[1]], epsilon: 1) }
    try expectRefusal("an infinite cost") { _ = try sinkhorn(p: [1], q: [1], cost: [[.infinity]], epsilon: 1) }
    try expectRefusal("no iterations") {
      _ = try sinkhorn(p: [1], q: [1], cost: [[1]], epsilon: 1, maxIterations: 0)
    }
    try expectRefusal("a sum without terms") { _ = try logSumExp([]) }
    try expectRefusal("mass where there is none") {
      _ = try entropicCost(plan: [[0.5, 0.5]], p: [1], q: [1, 0], cost: [[1, 1]], epsilon: 1)
    }
  }

  func test2_ByHand() throws {
    let sum = try logSumExp([log(1.0), log(2.0), log(5.0)])
    expectClose(sum, log(8.0), relative: 1e-12, "log(1 + 2 + 5)")
    let high = try logSumExp([1000, 1000])
    expectClose(high, 1000 + log(2.0), relative: 1e-12, "exp(1000) overflows: take the largest term out first")
    let low = try logSumExp([-1000, -1001, -.infinity])
    expectClose(
      low, -1000 + log(1 + exp(-1.0)), relative: 1e-12, "exp(−1000) underflows: take the largest term out first")
    let nothing = try logSumExp([-.infinity, -.infinity])
    expectEqual(nothing, -.infinity, "the logarithm of nothing is −∞, not NaN")

    // Two points, equal weights, cost 0 to stay and c to change: P is ½·σ(c/ε) on the diagonal.
    for (c, epsilon) in [(1.0, 1.0), (1, 0.25), (3, 2)] {
      let solution = try sinkhorn(p: [0.5, 0.5], q: [0.5, 0.5], cost: [[0, c], [c, 0]], epsilon: epsilon)
      let stay = 0.5 / (1 + exp(-c / epsilon))
      expectClose(
        solution.plan, [[stay, 0.5 - stay], [0.5 - stay, stay]], absolute: 1e-9,
        "cost \(c) to change, ε = \(epsilon): P is proportional to exp(−C/ε), so it stays with probability 1/(1 + e^(−c/ε))"
      )
    }

    let plan = [[0.25, 0.25], [0, 0.5]]
    let cost: [[Double]] = [[1, 2], [9, 3]]
    let product = try entropicCost(plan: plan, p: [0.5, 0.5], q: [0.25, 0.75], cost: cost, epsilon: 2)
    // Pᵢⱼ/(pᵢqⱼ) is 2, 2/3 and 4/3.
    let relative = 0.25 * log(2.0) + 0.25 * log(2.0 / 3) + 0.5 * log(4.0 / 3)
    expectClose(
      product, 2.25 + 2 * relative, relative: 1e-12,
      "⟨C, P⟩ + ε Σ P log(P/(pq)); an entry of 0 counts as 0, and ε multiplies the penalty")
    let entropy = try entropicCost(
      plan: plan, p: [0.5, 0.5], q: [0.25, 0.75], cost: cost, epsilon: 2, penalty: .negativeEntropy)
    expectClose(
      entropy, 2.25 + 2 * (0.5 * log(0.25) + 0.5 * log(0.5)), relative: 1e-12, "⟨C, P⟩ + ε Σ P log P, without p and q")
  }

  func test3_WhatMakesAPlanSinkhorns() throws {
    var rng = stream("plans")
    for (n, m) in [(1, 3), (3, 2), (4, 4), (2, 5)] {
      let problem = RandomProblem(n, m, using: &rng)
      let epsilon = 0.3 + rng.nextUniform()
      let solution = try sinkhorn(p: problem.p, q: problem.q, cost: problem.cost, epsilon: epsilon, tolerance: 1e-11)
      expectMarginals(solution, problem.p, problem.q, 1e-10, "\(n) × \(m), ε = \(epsilon)")
      guard solution.plan.map(\.count) == Array(repeating: m, count: n), solution.f.count == n, solution.g.count == m
      else { return expect(false, "plan and potentials must be \(n) × \(m), \(n) and \(m)") }
      for i in 0..<n {
        for j in 0..<m {
          let want = problem.p[i] * problem.q[j] * exp((solution.f[i] + solution.g[j] - problem.cost[i][j]) / epsilon)
          expectClose(
            solution.plan[i][j], want, relative: 1e-6,
            "Pᵢⱼ = pᵢqⱼ exp((fᵢ + gⱼ − Cᵢⱼ)/ε) at (\(i), \(j)): f and g are in the unit of the cost, and p and q stand "
              + "before the exponential")
        }
      }
      let regularized = try entropicCost(
        plan: solution.plan, p: problem.p, q: problem.q, cost: problem.cost, epsilon: epsilon)
      expectClose(
        regularized, dot(solution.f, problem.p) + dot(solution.g, problem.q), relative: 1e-7, absolute: 1e-9,
        "⟨C, P⟩ + ε KL(P ‖ p ⊗ q) = Σ fᵢpᵢ + Σ gⱼqⱼ: primal and dual agree")
      let withEntropy = try entropicCost(
        plan: solution.plan, p: problem.p, q: problem.q, cost: problem.cost, epsilon: epsilon,
        penalty: .negativeEntropy)
      let entropies = -(problem.p + problem.q).reduce(0) { $0 + $1 * log($1) }
      expectClose(
        withEntropy, regularized - epsilon * entropies, relative: 1e-7, absolute: 1e-9,
        "the two penalties differ by ε(H(p) + H(q)), whatever the plan: which one is which?")
    }
  }

  func test4_AgainstPOT() throws {
    for known in try knownCases() where !known.underflows {
      let what = "\(known.name), ε = \(known.epsilon)"
      let solution = try sinkhorn(
        p: known.p, q: known.q, cost: known.cost, epsilon: known.epsilon, maxIterations: 4000, tolerance: 1e-10)
      expectMarginals(solution, known.p, known.q, 1e-9, what)
      expectClose(solution.plan, known.plan, absolute: 1e-7, "POT's sinkhorn_log has another plan (\(what))")
      guard solution.f.count == known.f.count, solution.g.count == known.g.count,
        solution.plan.map(\.count) == known.plan.map(\.count)
      else { return expect(false, "f, g and the plan must fit p and q (\(what))") }
      // A constant may move from g to f.
      let constant = solution.f[0] - known.f[0]
      expectClose(
        solution.f.map { $0 - constant }, known.f, relative: 1e-5, absolute: 1e-6, "POT's f, up to a constant (\(what))"
      )
      expectClose(
        solution.g.map { $0 + constant }, known.g, relative: 1e-5, absolute: 1e-6, "POT's g, up to a constant (\(what))"
      )
      let relative = try entropicCost(
        plan: known.plan, p: known.p, q: known.q, cost: known.cost, epsilon: known.epsilon)
      expectClose(relative, known.relativeToProduct, relative: 1e-8, "scipy.special.rel_entr has another KL (\(what))")
      let entropy = try entropicCost(
        plan: known.plan, p: known.p, q: known.q, cost: known.cost, epsilon: known.epsilon, penalty: .negativeEntropy)
      expectClose(entropy, known.negativeEntropy, relative: 1e-8, "scipy.special.xlogy has another entropy (\(what))")
    }
  }

  func test5_WhereThePlainDomainGivesUp() throws {
    let hopeless = try knownCases().filter(\.underflows)
    expect(!hopeless.isEmpty, "the fixture has a case where exp(−C/ε) underflows")
    for known in hopeless {
      let solution = try sinkhorn(
        p: known.p, q: known.q, cost: known.cost, epsilon: known.epsilon, maxIterations: 4000, tolerance: 1e-10)
      let why = "exp(−C/ε) underflows at ε = \(known.epsilon); logarithms don't, if you never leave them"
      expectFinite(solution.f + solution.g, why)
      expectMarginals(solution, known.p, known.q, 1e-9, why)
      expectClose(solution.plan, known.plan, absolute: 1e-7, "POT's sinkhorn_log has another plan: " + why)
      expectClose(
        carried(solution.plan, known.cost), known.exact, absolute: 1e-3,
        "with ε = \(known.epsilon) the plan is all but the exact one")
    }
    // C/ε = 10⁶: exp(−10⁶) is zero in any precision.
    let cost: [[Double]] = [[1000, 3, 900], [5, 1000, 700], [1, 2, 3]]
    let far = try sinkhorn(p: [0.5, 0.5, 0], q: [0.5, 0.5, 0], cost: cost, epsilon: 1e-3)
    expectClose(
      far.plan, [[0, 0.5, 0], [0.5, 0, 0], [0, 0, 0]], absolute: 1e-9,
      "C/ε = 10⁶, and points without mass, whose logarithm is −∞: they neither send nor get anything")
    expectFinite(far.f + far.g, "the potentials stay finite, also where there is no mass")
    let same = try sinkhorn(p: [0.25, 0.75], q: [0.25, 0.75], cost: [[0, 50], [50, 0]], epsilon: 1e-4)
    expectClose(same.plan, [[0.25, 0], [0, 0.75]], absolute: 1e-12, "nothing has to move")
  }

  func test6_TwoGaussians() throws {
    // N(0, 1) and N(0, ¼), cost (x − y)². With s = ε/2 and D = √(4ab + s²), a = 1, b = ¼ (Janati et al. 2020):
    // OT_ε = a + b − D + s(1 − log 2s) + s log(D + s), and the plan's covariance is (D − s)/2.
    let x = (-18...18).map { 0.35 * Double($0) }
    let y = (-14...14).map { 0.22 * Double($0) }
    let p = normalized(x.map { exp(-$0 * $0 / 2) })
    let q = normalized(y.map { exp(-2 * $0 * $0) })
    let cost = x.map { a in y.map { b in (a - b) * (a - b) } }
    let products = x.map { a in y.map { b in a * b } }
    for (epsilon, value, covariance) in [
      (0.5, 0.7043770041, 0.3903882), (1, 0.8725719238, 0.3090170), (2, 1.0240128441, 0.2071068),
    ] {
      let solution = try sinkhorn(p: p, q: q, cost: cost, epsilon: epsilon, maxIterations: 60, tolerance: 1e-9)
      guard expectMatrix(solution.plan, x.count, y.count, "a row for each x") else { return }
      let regularized = try entropicCost(plan: solution.plan, p: p, q: q, cost: cost, epsilon: epsilon)
      expectClose(
        regularized, value, absolute: 1e-7, "OT_ε between N(0, 1) and N(0, ¼), ε = \(epsilon), relative to the product")
      expectClose(
        carried(solution.plan, products), covariance, absolute: 1e-7, "the covariance of the plan, ε = \(epsilon)")
    }
  }

  func test7_FromBlurredToExact() throws {
    for known in try knownCases().filter({ $0.name == "small" }).prefix(1) {
      var before = Double.infinity
      var iterations = 0
      for epsilon in [3.0, 1, 0.3, 0.1, 0.03] {
        let solution = try sinkhorn(p: known.p, q: known.q, cost: known.cost, epsilon: epsilon, maxIterations: 3000)
        let now = carried(solution.plan, known.cost)
        expect(
          now < before && now >= known.exact - 1e-8,
          "with less entropy the plan must cost less, and never less than the exact \(known.exact): \(now) at ε = \(epsilon)"
        )
        expect(
          solution.iterations >= iterations,
          "a smaller ε takes more iterations: \(solution.iterations) at ε = \(epsilon) after \(iterations) before")
        (before, iterations) = (now, solution.iterations)
      }
      expectClose(before, known.exact, absolute: 0.02, "at ε = 0.03 the plan costs nearly what the exact one does")
      let blurred = try sinkhorn(p: known.p, q: known.q, cost: known.cost, epsilon: 1e4)
      let product = known.p.map { mass in known.q.map { mass * $0 } }
      expectClose(blurred.plan, product, absolute: 1e-3, "as ε → ∞ the plan forgets the cost: Pᵢⱼ = pᵢqⱼ")
    }
  }
}
