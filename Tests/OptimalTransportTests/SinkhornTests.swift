import Foundation
import OptimalTransport
import Tensors
import XCTest

final class SinkhornTests: XCTestCase {
  func testAgainstPOT() throws {
    for known in try Fixture.load() {
      for entropic in known.entropic {
        let run = try sinkhorn(
          known.p, known.q, cost: known.cost, epsilon: entropic.epsilon, iterations: 3000, tolerance: 1e-6)
        XCTAssertEqual(run.plan.cost, entropic.cost, accuracy: 1e-5, "\(known.name), ε = \(entropic.epsilon)")
        XCTAssertLessThanOrEqual(run.columnError, 1e-6, "\(known.name), ε = \(entropic.epsilon)")
      }
    }
  }

  /// The iterates are those of the definition: scale columns, then rows, in Double and in logarithms.
  func testTheIteratesAreThoseOfTheDefinition() throws {
    let known = try Fixture.load()[0]
    let (n, m) = (known.p.count, known.q.count)
    for (epsilon, count) in [(0.5, 1), (0.5, 7), (0.01, 3), (0.01, 60), (0.0005, 40)] {
      var f = [Double](repeating: 0, count: n)
      var g = [Double](repeating: 0, count: m)
      func logSum(_ terms: [Double]) -> Double {
        let largest = terms.max()!
        return largest + log(terms.map { exp($0 - largest) }.reduce(0, +))
      }
      for _ in 0..<count {
        for j in 0..<m {
          g[j] = epsilon * (log(known.q[j]) - logSum((0..<n).map { (f[$0] - known.cost[$0 * m + j]) / epsilon }))
        }
        for i in 0..<n {
          f[i] = epsilon * (log(known.p[i]) - logSum((0..<m).map { (g[$0] - known.cost[i * m + $0]) / epsilon }))
        }
      }
      let run = try sinkhorn(known.p, known.q, cost: known.cost, epsilon: epsilon, iterations: count, tolerance: 0)
      XCTAssertEqual(run.iterations, count)
      var columnError = 0.0
      for j in 0..<m {
        var sum = 0.0
        for i in 0..<n {
          let entry = exp((f[i] + g[j] - known.cost[i * m + j]) / epsilon)
          sum += entry
          XCTAssertEqual(run.plan[i, j], entry, accuracy: 1e-5, "ε = \(epsilon), \(count) iterations, (\(i), \(j))")
        }
        columnError += abs(sum - known.q[j])
      }
      XCTAssertEqual(run.columnError, columnError, accuracy: 2e-5, "ε = \(epsilon), \(count) iterations")
      for i in 0..<n {
        XCTAssertEqual((0..<m).map { run.plan[i, $0] }.reduce(0, +), known.p[i], accuracy: 1e-6, "rows come last")
      }
    }
  }

  /// exp(−C/ε) is 0 even in Double here.
  func testTheExactPlanAtTheEnd() throws {
    let known = try Fixture.load()[0]
    let exact = try exactTransport(known.p, known.q, cost: known.cost)
    let run = try sinkhorn(known.p, known.q, cost: known.cost, epsilon: 0.01, iterations: 1000, tolerance: 1e-3)
    XCTAssertEqual(run.plan.cost, exact.cost, accuracy: 0.02 * exact.cost)
    XCTAssertTrue(run.plan.masses.allSatisfy { $0.isFinite && $0 >= 0 })
    XCTAssertTrue((run.plan.rowPotentials + run.plan.columnPotentials).allSatisfy(\.isFinite))
  }

  func testPotentialsMakeThePlanAlsoWhereTheMassIsNotOne() throws {
    let known = try Fixture.load()[0]
    let (p, q) = (known.p.map { $0 * 7 }, known.q.map { $0 * 7 })
    let run = try sinkhorn(p, q, cost: known.cost, epsilon: 0.3, iterations: 500, tolerance: 1e-6)
    let one = try sinkhorn(known.p, known.q, cost: known.cost, epsilon: 0.3, iterations: 500, tolerance: 1e-6)
    XCTAssertEqual(run.plan.cost, 7 * one.plan.cost, accuracy: 1e-5)
    for i in p.indices {
      for j in q.indices {
        let exponent = run.plan.rowPotentials[i] + run.plan.columnPotentials[j] - known.cost[i * q.count + j]
        XCTAssertEqual(run.plan[i, j], exp(exponent / 0.3), accuracy: 1e-5)
      }
    }
  }

  func testPlacesWithoutMass() throws {
    let cost = [0.0, 1, 2, 1, 0, 1, 2, 1, 0]
    let run = try sinkhorn([0.5, 0, 0.5], [0.25, 0.75, 0], cost: cost, epsilon: 0.1)
    XCTAssertTrue([3, 4, 5, 2, 8].allSatisfy { run.plan.masses[$0] == 0 })
    XCTAssertEqual(run.plan.masses.reduce(0, +), 1, accuracy: 1e-6)
    let exact = try exactTransport([0.5, 0, 0.5], [0.25, 0.75, 0], cost: cost)
    // ½ from 0: ¼ stays, ¼ goes to 1; ½ from 2 goes to 1.
    XCTAssertEqual(exact.cost, 0.75, accuracy: 1e-12)
    XCTAssertTrue((exact.rowPotentials + exact.columnPotentials).allSatisfy(\.isFinite))
  }

  func testTheResultDoesNotDependOnTheThreads() throws {
    var rng = RandomStream(seed: 9)
    let (n, m) = (70, 45)
    let p = [Double](repeating: 1 / Double(n), count: n)
    let q = [Double](repeating: 1 / Double(m), count: m)
    let cost = (0..<n * m).map { _ in rng.nextUniform() }
    let one = try withThreads(1) { try sinkhorn(p, q, cost: cost, epsilon: 0.05, iterations: 50) }
    let three = try withThreads(3) { try sinkhorn(p, q, cost: cost, epsilon: 0.05, iterations: 50) }
    XCTAssertEqual(one.plan.masses, three.plan.masses)
  }

  func testBadInputIsRefused() {
    for epsilon in [0, -1, Double.nan, .infinity] {
      XCTAssertThrowsError(try sinkhorn([1], [1], cost: [0], epsilon: epsilon)) { error in
        XCTAssertTrue("\(error)".contains("must be positive and finite"), "\(error)")
      }
    }
    XCTAssertThrowsError(try sinkhorn([1], [1], cost: [0], epsilon: 1, iterations: 0))
  }
}
