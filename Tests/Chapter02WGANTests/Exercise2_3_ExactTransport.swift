import Chapter02WGAN
import ExerciseTesting
import Foundation
import Tensors

final class Exercise2_3_ExactTransport: ExerciseTestCase {
  /// The plan is one from p to q, the potentials respect the cost, and both are worth the same: so both are optimal, and no
  /// other program is needed to say so.
  private func expectOptimal(
    _ solution: TransportSolution, _ p: [Double], _ q: [Double], _ cost: [[Double]], _ what: String,
    file: StaticString = #filePath, line: UInt = #line
  ) {
    guard
      expectMatrix(solution.plan, p.count, q.count, "the plan has a row for each p (\(what))", file: file, line: line)
    else { return }
    guard solution.f.count == p.count && solution.g.count == q.count else {
      return expect(
        false, "got \(solution.f.count) and \(solution.g.count) potentials, want \(p.count) and \(q.count) (\(what))",
        file: file, line: line)
    }
    let (rows, columns) = marginals(solution.plan)
    expectClose(
      rows, normalized(p), relative: 0, absolute: 1e-10,
      "every row must add up to its p: all the mass has to leave, and no more can be taken back than was sent (\(what))",
      file: file, line: line)
    expectClose(
      columns, normalized(q), relative: 0, absolute: 1e-10, "every column must add up to its q (\(what))", file: file,
      line: line)
    let least = solution.plan.joined().min() ?? 0
    expect(
      least >= -1e-12, "the plan carries \(least): no more can be taken back than was sent (\(what))", file: file,
      line: line
    )

    let scale = max(1, cost.joined().reduce(0) { max($0, abs($1)) })
    var worst = 0.0
    for i in p.indices { for j in q.indices { worst = max(worst, solution.f[i] + solution.g[j] - cost[i][j]) } }
    expect(
      worst <= 1e-10 * scale,
      "fᵢ + gⱼ is up to \(worst) above Cᵢⱼ: the potentials no longer respect the cost (\(what)); f rises where g falls, "
        + "and both only for points nearer than the end of the path", file: file, line: line)
    let carried = zip(solution.plan.joined(), cost.joined()).reduce(0) { $0 + $1.0 * $1.1 }
    let earned = dot(solution.f, normalized(p)) + dot(solution.g, normalized(q))
    expectClose(
      carried, earned, relative: 1e-10, absolute: 1e-10 * scale,
      "the plan costs more than its potentials earn, so it is not the best one (\(what))", file: file, line: line)
    expectClose(
      solution.value, carried, relative: 1e-10, absolute: 1e-12 * scale, "value must be ⟨C, γ⟩ (\(what))", file: file,
      line: line)
  }

  func test1_Shapes() throws {
    let solution = try exactTransport(p: [0.5, 0.5], q: [0.25, 0.25, 0.5], cost: [[1, 2, 3], [3, 1, 2]])
    _ = expectMatrix(solution.plan, 2, 3, "a row for each point of p, a column for each point of q")
    expectEqual(solution.f.count, 2, "one potential a point of p")
    expectEqual(solution.g.count, 3, "one potential a point of q")

    try expectRefusal("masses 1 and ½") { _ = try exactTransport(p: [1], q: [0.5], cost: [[1]]) }
    try expectRefusal("a negative mass") { _ = try exactTransport(p: [2, -1], q: [1], cost: [[1], [1]]) }
    try expectRefusal("no points") { _ = try exactTransport(p: [], q: [], cost: []) }
    try expectRefusal("a cost of NaN") { _ = try exactTransport(p: [1], q: [1], cost: [[.nan]]) }
    try expectRefusal("an infinite cost") { _ = try exactTransport(p: [1], q: [1], cost: [[.infinity]]) }
    try expectRefusal("a cost with too few columns") { _ = try exactTransport(p: [1], q: [0.5, 0.5], cost: [[1]]) }
  }

  func test2_ByHand() throws {
    let single = try exactTransport(p: [1], q: [1], cost: [[7]])
    expectClose(single.value, 7, relative: 1e-12, "one point to one point")
    let swapped = try exactTransport(p: [0.5, 0.5], q: [0.5, 0.5], cost: [[5, 1], [1, 5]])
    expectClose(swapped.plan, [[0, 0.5], [0.5, 0]], absolute: 1e-12, "each goes where it is cheap")
    expectClose(swapped.value, 1, relative: 1e-12, "½·1 + ½·1")

    // Sending the first point where it is cheapest (1 unit for 0) forces the second to pay 10.
    let greedy = try exactTransport(p: [0.5, 0.5], q: [0.5, 0.5], cost: [[0, 1], [2, 10]])
    expectClose(
      greedy.value, 1.5, relative: 1e-12,
      "the cheapest pair first costs ½·0 + ½·10 = 5; the best plan takes that back, ½·1 + ½·2")
    let unequal = try exactTransport(p: [0.75, 0.25], q: [0.25, 0.75], cost: [[0, 3], [1, 0]])
    expectClose(
      unequal.plan, [[0.25, 0.5], [0, 0.25]], absolute: 1e-12,
      "weights differ: ½ finds no place nearby and must go the long way"
    )
    let one = try exactTransport(p: [1], q: [0.2, 0.3, 0.5], cost: [[1, 2, 4]])
    expectClose(one.plan, [[0.2, 0.3, 0.5]], absolute: 1e-12, "one point has no choice, but has to be split")
  }

  func test3_ACertificateForEveryAnswer() throws {
    var rng = stream("certificates")
    for (n, m) in [(1, 3), (2, 2), (3, 5), (6, 4), (8, 8), (5, 12)] {
      let problem = RandomProblem(n, m, using: &rng)
      let solution = try exactTransport(p: problem.p, q: problem.q, cost: problem.cost)
      expectOptimal(solution, problem.p, problem.q, problem.cost, "\(n) × \(m), random weights")

      let uniform = try exactTransport(p: uniformWeights(n), q: uniformWeights(m), cost: problem.cost)
      expectOptimal(uniform, uniformWeights(n), uniformWeights(m), problem.cost, "\(n) × \(m), equal weights")

      let negative = problem.cost.map { row in row.map { $0 - 3 } }
      let shifted = try exactTransport(p: problem.p, q: problem.q, cost: negative)
      expectOptimal(shifted, problem.p, problem.q, negative, "\(n) × \(m), negative costs")
      expectClose(
        shifted.value, solution.value - 3, absolute: 1e-9, "3 less for every pair is 3 less for the plan: \(n) × \(m)")
    }
  }

  func test4_AgainstSciPyAndPOT() throws {
    for known in try KnownProblem.all() {
      let solution = try exactTransport(p: known.p, q: known.q, cost: known.cost)
      expectClose(
        solution.value, known.value, relative: 1e-9,
        "ot.emd and scipy's linprog both have another value (\(known.name))")
      expectClose(solution.plan, known.plan, absolute: 1e-9, "ot.emd has another plan (\(known.name))")
      expectOptimal(solution, known.p, known.q, known.cost, known.name)
    }
  }

  func test5_TiesRoundingAndEmptyPoints() throws {
    var rng = stream("ties")
    // Whole-number costs and weights: ties everywhere, also between sums of weights, and sums that miss 1 by the last bit.
    for round in 0..<6 {
      let (n, m) = (4 + rng.integer(below: 6), 4 + rng.integer(below: 6))
      let cost = (0..<n).map { _ in (0..<m).map { _ in Double(rng.integer(below: 3)) } }
      let p = normalized((0..<n).map { _ in Double(1 + rng.integer(below: 3)) })
      let q = normalized([1] + (1..<m).map { _ in Double(rng.integer(below: 3)) })
      let solution = try exactTransport(p: p, q: q, cost: cost)
      expectOptimal(solution, p, q, cost, "ties, round \(round)")
    }
    let equal = try exactTransport(
      p: uniformWeights(7), q: uniformWeights(3), cost: Array(repeating: [2, 2, 2], count: 7))
    expectClose(equal.value, 2, relative: 1e-12, "where all costs are equal every plan costs the same")

    let empty = try exactTransport(p: [0, 1, 0], q: [0.5, 0, 0.5], cost: [[0, 0, 0], [1, 9, 2], [0, 0, 0]])
    expectClose(
      empty.plan, [[0, 0, 0], [0.5, 0, 0.5], [0, 0, 0]], absolute: 1e-12, "points without mass neither send nor get")
    expectOptimal(empty, [0, 1, 0], [0.5, 0, 0.5], [[0, 0, 0], [1, 9, 2], [0, 0, 0]], "points without mass")

    let (p, q) = ([0.5, 0.5 + 3e-8], [1 - 4e-8])
    let nearly = try exactTransport(p: p, q: q, cost: [[1], [3]])
    expectClose(nearly.value, 2, relative: 1e-6, "masses that are equal up to rounding are accepted")

    let large = try exactTransport(p: [0.5, 0.5], q: [0.5, 0.5], cost: [[1e9, 2e9], [3e9, 1e9]])
    expectClose(large.value, 1e9, relative: 1e-12, "the unit of the cost must not matter")
  }

  /// The cost of the monotone plan, which is the best one on the line: leftmost to leftmost.
  private func monotoneCost(
    _ x: [Double], _ p: [Double], _ y: [Double], _ q: [Double], _ cost: (Double, Double) -> Double
  ) -> Double {
    let (from, to) = (zip(x, p).sorted { $0.0 < $1.0 }, zip(y, q).sorted { $0.0 < $1.0 })
    // Each point is an interval of quantiles; what two intervals share is carried from the one to the other.
    var total = 0.0
    var before = 0.0
    for (start, leaving) in from {
      var beneath = 0.0
      for (end, arriving) in to {
        let shared = min(before + leaving, beneath + arriving) - max(before, beneath)
        if shared > 0 { total += shared * cost(start, end) }
        beneath += arriving
      }
      before += leaving
    }
    return total
  }

  func test6_OnTheLine() throws {
    var rng = stream("line")
    let x = (0..<24).map { _ in rng.nextNormal() }
    let y = (0..<17).map { _ in 1 + 2 * rng.nextNormal() }
    let (p, q) = (RandomProblem.weights(24, using: &rng), RandomProblem.weights(17, using: &rng))
    for power in [1.0, 1.5, 2] {
      let cost = x.map { a in y.map { b in pow(abs(a - b), power) } }
      let solution = try exactTransport(p: p, q: q, cost: cost)
      expectOptimal(solution, p, q, cost, "points on a line, |x − y|^\(power)")
      let want = monotoneCost(x, p, y, q) { pow(abs($0 - $1), power) }
      expectClose(
        solution.value, want, relative: 1e-9, "on the line the monotone plan is the best for |x − y|^\(power)")
    }
    // What is concave prefers to leave mass where it is and to send the rest far: crossing pays.
    let far = try exactTransport(p: [0.5, 0.5], q: [0.5, 0.5], cost: [[1, 2.0.squareRoot()], [0, 1]])
    expectClose(far.value, 2.0.squareRoot() / 2, relative: 1e-12, "for √|x − y|, 0 and 1 to 1 and 2: the 1 stays")
    expectClose(far.plan, [[0, 0.5], [0.5, 0]], absolute: 1e-12, "for √|x − y|, 0 and 1 to 1 and 2: the 1 stays")
  }
}
