import OptimalTransport
import Tensors
import XCTest

final class ExactTransportTests: XCTestCase {
  /// What makes a plan optimal: right marginals, no negative entry, f + g ≤ C everywhere and = C where mass goes.
  private func checkOptimal(
    _ plan: TransportPlan, _ p: [Double], _ q: [Double], _ cost: [Double], _ name: String, line: UInt = #line
  ) {
    let (n, m) = (p.count, q.count)
    XCTAssertEqual([plan.rows, plan.columns, plan.masses.count], [n, m, n * m], name, line: line)
    let mass = p.reduce(0, +)
    let largest = cost.map(abs).max()!
    var columns = [Double](repeating: 0, count: m)
    for i in 0..<n {
      var row = 0.0
      for j in 0..<m {
        row += plan[i, j]
        columns[j] += plan[i, j]
        let slack = cost[i * m + j] - plan.rowPotentials[i] - plan.columnPotentials[j]
        if plan[i, j] < 0 { return XCTFail("\(name): γ[\(i), \(j)] = \(plan[i, j])", line: line) }
        if slack < -1e-11 * largest { return XCTFail("\(name): f + g > C at (\(i), \(j)): \(slack)", line: line) }
        if plan[i, j] > 0, slack > 1e-11 * largest {
          return XCTFail("\(name): mass on (\(i), \(j)), where C − f − g is \(slack)", line: line)
        }
      }
      XCTAssertEqual(row, p[i], accuracy: 1e-13 * mass, "\(name), row \(i)", line: line)
    }
    for j in 0..<m { XCTAssertEqual(columns[j], q[j], accuracy: 1e-13 * mass, "\(name), column \(j)", line: line) }
    XCTAssertLessThanOrEqual(plan.masses.count { $0 > 0 }, n + m - 1, "\(name): more than a basis", line: line)
    let dual = zip(p, plan.rowPotentials).map { $0 * $1 }.reduce(0, +)
    let total = dual + zip(q, plan.columnPotentials).map { $0 * $1 }.reduce(0, +)
    XCTAssertEqual(plan.cost, total, accuracy: 1e-11 * mass * largest, "\(name): strong duality", line: line)
  }

  func testAgainstPOTAndSciPy() throws {
    for known in try Fixture.load() {
      let plan = try exactTransport(known.p, known.q, cost: known.cost)
      XCTAssertEqual(plan.cost, known.exact, accuracy: 1e-10, known.name)
      checkOptimal(plan, known.p, known.q, known.cost, known.name)
    }
  }

  func testRandomProblems() throws {
    for seed in 0..<40 {
      var rng = RandomStream(seed: UInt64(seed))
      let (n, m) = (1 + rng.integer(below: 40), 1 + rng.integer(below: 40))
      // Whole numbers below 4: ties everywhere, and sums of masses that agree.
      let isCoarse = seed % 2 == 0
      func masses(_ count: Int) -> [Double] {
        let raw = (0..<count).map { _ in isCoarse ? Double(rng.integer(below: 4)) : rng.nextUniform() }
        let sum = raw.reduce(0, +)
        return sum > 0 ? raw.map { $0 / sum } : raw.map { _ in 1 / Double(count) }
      }
      let (p, q) = (masses(n), masses(m))
      let cost = (0..<n * m).map { _ in isCoarse ? Double(rng.integer(below: 4)) : rng.nextNormal() }
      checkOptimal(try exactTransport(p, q, cost: cost), p, q, cost, "problem \(seed), \(n) × \(m)")
    }
  }

  /// The simplex method without a rule against it stops moving here: every sum of senders equals one of receivers.
  func testAnAssignment() throws {
    let n = 60
    let masses = [Double](repeating: 1, count: n)
    // Cᵢⱼ = (i − π(j))²: the permutation π carries everything for nothing.
    let order = (0..<n).map { ($0 * 17 + 5) % n }
    let cost = (0..<n * n).map { Double(($0 / n - order[$0 % n]) * ($0 / n - order[$0 % n])) }
    let plan = try exactTransport(masses, masses, cost: cost)
    XCTAssertEqual(plan.cost, 0)
    for j in 0..<n { XCTAssertEqual(plan[order[j], j], 1, accuracy: 1e-13) }
    checkOptimal(plan, masses, masses, cost, "assignment")
  }

  func testBadInputIsRefused() throws {
    let half = [0.5, 0.5]
    let cases: [(what: String, p: [Double], q: [Double], cost: [Double], says: String)] = [
      ("no places", [], [1], [], "give at least 1"),
      ("a negative mass", [1.5, -0.5], half, [0, 1, 1, 0], "p[1] is -0.5"),
      ("NaN for a mass", half, [.nan, 1], [0, 1, 1, 0], "q[0] is nan"),
      ("unequal masses", half, [0.5, 0.6], [0, 1, 1, 0], "divide each by its sum"),
      ("no mass at all", [0, 0], [0, 0], [0, 1, 1, 0], "more than 0"),
      ("a cost missing", half, half, [0, 1, 1], "3 costs for 2 × 2"),
      ("an infinite cost", half, half, [0, 1, .infinity, 0], "from place 1 to place 0 is inf"),
      ("NaN for a cost", half, half, [0, .nan, 1, 0], "from place 0 to place 1 is nan"),
    ]
    for (what, p, q, cost, says) in cases {
      for solve in [{ _ = try exactTransport(p, q, cost: cost) }, { _ = try sinkhorn(p, q, cost: cost, epsilon: 1) }] {
        XCTAssertThrowsError(try solve(), what) { error in
          XCTAssertTrue("\(error)".contains(says), "\(what): “\(error)” does not say “\(says)”")
        }
      }
    }
  }
}
