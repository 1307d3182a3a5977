import Chapter02WGAN
import ExerciseTesting
import Tensors

final class Exercise2_2_TransportProgram: ExerciseTestCase {
  func test1_Shapes() throws {
    let flat = try vectorized([[1, 2, 3], [4, 5, 6]])
    expectEqual(flat.count, 6, "a 2 × 3 matrix has 6 entries")
    let program = try transportProgram(p: [0.5, 0.5], q: [0.2, 0.3, 0.5], cost: [[1, 2, 3], [4, 5, 6]])
    _ = expectMatrix(program.matrix, 5, 6, "A has n + m equations for nm unknowns")
    expectEqual(program.rightHandSide.count, 5, "b has one entry an equation")
    expectEqual(program.cost.count, 6, "c has one entry an unknown")

    try expectRefusal("a cost that isn't a number") { _ = try transportProgram(p: [1], q: [1], cost: [[.nan]]) }
    try expectRefusal("an infinite cost") { _ = try transportProgram(p: [1], q: [1], cost: [[.infinity]]) }
    try expectRefusal("masses 1 and 2") { _ = try transportProgram(p: [1], q: [2], cost: [[0]]) }
    try expectRefusal("a cost of the transposed shape") {
      _ = try transportProgram(p: [0.5, 0.5], q: [1], cost: [[1, 2]])
    }
    try expectRefusal("a plan of the wrong shape") {
      _ = try isFeasible(plan: [[0.5, 0.5]], p: [0.5, 0.5], q: [1])
    }
    try expectRefusal("rows of different lengths") { _ = try vectorized([[1, 2], [3]]) }
  }

  func test2_ByHand() throws {
    let flat = try vectorized([[1, 2, 3], [4, 5, 6]])
    expectClose(flat, [1, 2, 3, 4, 5, 6], relative: 0, "row by row: entry (i, j) comes to place i·m + j")
    let program = try transportProgram(p: [0.4, 0.6], q: [0.2, 0.3, 0.5], cost: [[1, 2, 3], [4, 5, 6]])
    expectClose(program.cost, [1, 2, 3, 4, 5, 6], relative: 0, "c is C in the same order, row by row")
    expectClose(program.rightHandSide, [0.4, 0.6, 0.2, 0.3, 0.5], relative: 1e-12, "b is p, and then q")
    let matrix: [[Double]] = [
      [1, 1, 1, 0, 0, 0],
      [0, 0, 0, 1, 1, 1],
      [1, 0, 0, 1, 0, 0],
      [0, 1, 0, 0, 1, 0],
      [0, 0, 1, 0, 0, 1],
    ]
    expectClose(
      program.matrix, matrix, absolute: 0,
      "equation i adds up row i of γ, which stands at i·m … i·m + m − 1; equation n + j takes every m-th entry from j on"
    )

    let plan = [[0.2, 0.2, 0], [0, 0.1, 0.5]]
    let isPlan = try isFeasible(plan: plan, p: [0.4, 0.6], q: [0.2, 0.3, 0.5])
    expect(isPlan, "this is a plan: its rows add up to p, its columns to q")
    let cost = try transportCost(plan: plan, cost: [[1, 2, 3], [4, 5, 6]])
    expectClose(cost, 0.2 * 1 + 0.2 * 2 + 0.1 * 5 + 0.5 * 6, relative: 1e-12, "⟨C, γ⟩ adds up Cᵢⱼγᵢⱼ over all pairs")
  }

  func test3_WhatIsNoPlan() throws {
    let (p, q) = ([0.5, 0.5], [0.5, 0.5])
    let wrong: [(plan: [[Double]], why: String)] = [
      ([[0.75, -0.25], [-0.25, 0.75]], "rows and columns fit, but nobody can carry −¼: all entries must be ≥ 0"),
      ([[0.5, 0], [0.5, 0]], "the rows fit, but the columns don't"),
      ([[0.5, 0.5], [0, 0]], "the columns fit, but the rows don't"),
      ([[0.5, 0.5], [0.5, 0.5]], "twice the mass"),
      ([[0, 0], [0, 0]], "no mass at all"),
      ([[.nan, 0.5], [0.5, 0]], "NaN is no plan: every comparison with it is false"),
      ([[.infinity, 0], [0, 0.5]], "an infinite mass"),
    ]
    for (plan, why) in wrong {
      let answer = try isFeasible(plan: plan, p: p, q: q)
      expect(!answer, "\(plan) is not feasible: \(why)")
    }
    let rounded = try isFeasible(plan: [[0.5 + 1e-12, -1e-12], [0, 0.5]], p: p, q: q)
    expect(rounded, "deviations below the tolerance are rounding, also below zero")
    let loose = try isFeasible(plan: [[0.51, 0], [0, 0.49]], p: p, q: q, tolerance: 0.02)
    expect(loose, "the tolerance is an argument")
    let strict = try isFeasible(plan: [[0.51, 0], [0, 0.49]], p: p, q: q)
    expect(!strict, "rows that are 0.01 off don't fit")
  }

  func test4_TheProgramSaysTheSameAsThePlan() throws {
    var rng = stream("programs")
    for (n, m) in [(1, 1), (1, 4), (3, 2), (4, 4), (2, 6)] {
      let problem = RandomProblem(n, m, using: &rng)
      let program = try transportProgram(p: problem.p, q: problem.q, cost: problem.cost)
      // The plan that forgets where the mass came from: γᵢⱼ = pᵢqⱼ.
      let plan = problem.p.map { mass in problem.q.map { mass * $0 } }
      let unknowns = try vectorized(plan)
      guard expectMatrix(program.matrix, n + m, n * m, "A has n + m rows and nm columns"), unknowns.count == n * m
      else { return }
      expectClose(
        program.matrix.map { dot($0, unknowns) }, problem.p + problem.q, relative: 1e-9,
        "A·vectorized(γ) must be the marginals of γ, as b is: \(n) × \(m)")
      let cost = try transportCost(plan: plan, cost: problem.cost)
      expectClose(dot(program.cost, unknowns), cost, relative: 1e-9, "cᵀz must be ⟨C, γ⟩")
      let feasible = try isFeasible(plan: plan, p: problem.p, q: problem.q)
      expect(feasible, "pᵢqⱼ is always a plan")
      expectEqual(rank(of: program.matrix), n + m - 1, "the rank of A: one equation follows from the others")

      let independent = try transportProgram(p: problem.p, q: problem.q, cost: problem.cost, dropsRedundant: true)
      guard expectMatrix(independent.matrix, n + m - 1, n * m, "one equation is redundant, so drop one, not two")
      else { return }
      expectEqual(rank(of: independent.matrix), n + m - 1, "what is left must be independent (\(n) × \(m))")
      expectClose(
        independent.rightHandSide, Array((problem.p + problem.q).dropLast()), relative: 1e-9,
        "leave out the last equation, on both sides")
    }
  }

  func test5_AgainstSciPyAndPOT() throws {
    for known in try KnownProblem.all() where known.p.count < 20 {
      let program = try transportProgram(p: known.p, q: known.q, cost: known.cost)
      let (rows, columns) = (known.p.count + known.q.count, known.p.count * known.q.count)
      guard expectMatrix(program.matrix, rows, columns, "A has n + m rows and nm columns (\(known.name))") else {
        return
      }
      expectEqual(rank(of: program.matrix), known.rank, "numpy finds another rank (\(known.name))")
      let feasible = try isFeasible(plan: known.plan, p: known.p, q: known.q)
      expect(feasible, "POT's plan is feasible (\(known.name))")
      let cost = try transportCost(plan: known.plan, cost: known.cost)
      expectClose(cost, known.value, relative: 1e-9, "POT's plan costs what scipy's linprog found (\(known.name))")
    }
  }
}
