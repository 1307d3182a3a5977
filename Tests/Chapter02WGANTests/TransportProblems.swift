import Chapter02WGAN
import ExerciseTesting
import Tensors

/// A transport problem that other programs have solved.
struct KnownProblem: Decodable {
  let name: String
  let p, q: [Double]
  let cost: [[Double]]
  let value: Double
  let plan: [[Double]]
  let rank: Int

  private struct Content: Decodable {
    let cases: [KnownProblem]
  }

  static func all() throws -> [KnownProblem] {
    let content: Content = try Fixture.load("problems", from: .module)
    return content.cases
  }
}

/// A transport problem with random weights and costs.
struct RandomProblem {
  let p, q: [Double]
  let cost: [[Double]]

  init(_ n: Int, _ m: Int, using rng: inout RandomStream) {
    p = RandomProblem.weights(n, using: &rng)
    q = RandomProblem.weights(m, using: &rng)
    var cost: [[Double]] = []
    for _ in 0..<n { cost.append((0..<m).map { _ in 4 * rng.nextUniform() }) }
    self.cost = cost
  }

  static func weights(_ count: Int, using rng: inout RandomStream) -> [Double] {
    normalized((0..<count).map { _ in 0.1 + rng.nextUniform() })
  }
}

/// ‖xᵢ − yⱼ‖ for all pairs of points.
func distances(_ x: [[Double]], _ y: [[Double]]) -> [[Double]] {
  x.map { point in
    y.map { other in
      zip(point, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
  }
}

/// Σᵢ uᵢvᵢ.
func dot(_ u: [Double], _ v: [Double]) -> Double {
  zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
}

/// What each row and each column adds up to; NaN for a column that some row doesn't have.
func marginals(_ plan: [[Double]]) -> (rows: [Double], columns: [Double]) {
  let columns = (plan.first ?? []).indices.map { j in plan.reduce(0) { $0 + ($1.indices.contains(j) ? $1[j] : .nan) } }
  return (plan.map { $0.reduce(0, +) }, columns)
}

/// The matrix has this shape. The value says so too, because a test must not look further if it has not.
func expectMatrix(
  _ got: [[Double]], _ rows: Int, _ columns: Int, _ message: String, file: StaticString = #filePath, line: UInt = #line
) -> Bool {
  let counts = got.map(\.count)
  let fits = counts == Array(repeating: columns, count: rows)
  expect(
    fits, "got \(got.count) rows of \(Set(counts).sorted()) entries, want \(rows) rows of \(columns): \(message)",
    file: file, line: line)
  return fits
}

/// The matrices have the same shape, and each entry is close.
func expectClose(
  _ got: [[Double]], _ want: [[Double]], relative: Double = 1e-9, absolute: Double, _ message: String,
  file: StaticString = #filePath, line: UInt = #line
) {
  guard expectMatrix(got, want.count, want.first?.count ?? 0, message, file: file, line: line) else { return }
  expectClose(
    got.flatMap { $0 }, want.flatMap { $0 }, relative: relative, absolute: absolute,
    message + " (entries row by row)", file: file, line: line)
}
