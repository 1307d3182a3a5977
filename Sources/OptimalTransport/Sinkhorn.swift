import Foundation
import Tensors

/// What Sinkhorn's algorithm has reached.
public struct EntropicTransport: Sendable {
  /// γ with its potentials: γᵢⱼ = exp((fᵢ + gⱼ − Cᵢⱼ)/ε). `cost` is ⟨C, γ⟩, without the entropy.
  public let plan: TransportPlan
  public let iterations: Int
  /// Σⱼ |Σᵢ γᵢⱼ − qⱼ| over the whole mass. The rows were scaled last, so their sums are p.
  public let columnError: Double
}

/// Entropic transport: minimises ⟨C, γ⟩ + ε Σ γᵢⱼ(ln γᵢⱼ − 1) over γ ≥ 0 with row sums p and column sums q.
///
/// Sinkhorn's algorithm (Cuturi 2013): scale the columns to q, then the rows to p, and again. Scaling a matrix K = e^(−C/ε)
/// fails where ε is small, as K underflows; logarithms throughout cope with any ε but cost an exponential an entry. So
/// the potentials f and g take in the large part of the scales, K = exp((f + g − C)/ε) is made from them, and what is
/// left of the scales multiplies its rows and columns until it leaves 10^±10; then it is absorbed, and one iteration is done in
/// logarithms (Schmitzer 2019, §3.1). The iterates are those of the plain algorithm.
///
/// - Parameters:
///   - p, q, cost: as for ``exactTransport(_:_:cost:)``.
///   - epsilon: ε > 0, in units of the cost.
///   - iterations: at most so many.
///   - tolerance: stops when ``EntropicTransport/columnError`` is at most this.
/// - Throws: ``TransportError``.
/// - Complexity: O(nm) an iteration: one pass over K, in Float32, on all threads.
public func sinkhorn(
  _ p: [Double], _ q: [Double], cost: [Double], epsilon: Double, iterations: Int = 1000, tolerance: Double = 1e-6
) throws -> EntropicTransport {
  let problem = try TransportProblem(p, q, cost: cost)
  try TransportError.require(
    epsilon > 0 && epsilon < .infinity,
    "epsilon is \(epsilon): it must be positive and finite; for the limit 0 take exactTransport")
  try TransportError.require(iterations > 0, "\(iterations) iterations: at least 1 is needed")
  if let smaller = problem.withoutEmptyPlaces() {
    let inner = try sinkhorn(
      smaller.p, smaller.q, cost: smaller.cost, epsilon: epsilon, iterations: iterations, tolerance: tolerance)
    return EntropicTransport(
      plan: smaller.widened(inner.plan), iterations: inner.iterations, columnError: inner.columnError)
  }
  var scaling = SinkhornScaling(problem, epsilon: epsilon)
  var done = 0
  var error = Double.infinity
  while done < iterations, error > tolerance {
    scaling.iterate()
    done += 1
    error = scaling.columnError / problem.mass
  }
  return EntropicTransport(plan: scaling.plan(), iterations: done, columnError: error)
}

/// The state of the algorithm; see ``sinkhorn(_:_:cost:epsilon:iterations:tolerance:)``.
struct SinkhornScaling {
  private let problem: TransportProblem
  private let epsilon: Double
  private let p: [Float]
  private let q: [Float]
  /// What has been absorbed.
  private var f: [Double]
  private var g: [Double]
  /// exp((f + g − C)/ε): n rows of `stride` numbers, those beyond m are 0.
  private var kernel: Tensor
  private let stride: Int
  /// What has not.
  private var u: [Float]
  private var v: [Float]
  /// Kᵀu.
  private var columns: [Float]

  /// Scales beyond this and its inverse are absorbed. An entry of K that underflows (10⁻³⁸) is nothing beside a row of
  /// 10⁻¹³.
  private static let bound: Float = 1e10
  private static let bounds: ClosedRange<Float> = 1 / bound...bound

  init(_ problem: TransportProblem, epsilon: Double) {
    self.problem = problem
    self.epsilon = epsilon
    p = problem.p.map { Float($0 / problem.mass) }
    q = problem.q.map { Float($0 / problem.mass) }
    f = [Double](repeating: 0, count: problem.rows)
    g = [Double](repeating: 0, count: problem.columns)
    stride = (problem.columns + 63) & ~63
    u = [Float](repeating: 1, count: problem.rows)
    v = [Float](repeating: 1, count: stride)
    // Nothing yet: the first iteration is one in logarithms.
    columns = [Float](repeating: 0, count: stride)
    kernel = Tensor(0)
  }

  /// Columns, then rows.
  mutating func iterate() {
    if !iterateInScales() { iterateInLogarithms() }
  }

  /// Σⱼ |Σᵢ γᵢⱼ − qⱼ|, in units of the mass.
  var columnError: Double {
    var sum = 0.0
    for j in 0..<problem.columns { sum += Double(abs(v[j] * columns[j] - q[j])) }
    return sum * problem.mass
  }

  // MARK: - In scales

  /// v = q/(Kᵀu), then u = p/(Kv). False, and nothing has changed, if a scale leaves its bounds.
  private mutating func iterateInScales() -> Bool {
    var v = v
    for j in 0..<problem.columns {
      v[j] = q[j] / columns[j]
      if !Self.bounds.contains(v[j]) { return false }
    }
    let (u, columns) = rowPass(v)
    for scale in u where !Self.bounds.contains(scale) { return false }
    (self.u, self.v, self.columns) = (u, v, columns)
    return true
  }

  /// u = p/(Kv) and Kᵀu in one pass over K: a row is still in the first-level cache when its u is known.
  private func rowPass(_ v: [Float]) -> (u: [Float], columns: [Float]) {
    let (rows, stride) = (problem.rows, stride)
    // Cut by the shape alone: sums don't depend on the number of threads.
    let piece = max(16, (rows + 15) / 16)
    let pieces = (rows + piece - 1) / piece
    var u = [Float](repeating: 0, count: rows)
    var sums = [Float](repeating: 0, count: pieces * stride)
    u.withUnsafeMutableBufferPointer { u in
      sums.withUnsafeMutableBufferPointer { sums in
        nonisolated(unsafe) let (u, sums) = (u.baseAddress!, sums.baseAddress!)
        kernel.withScalars { kernel in
          v.withUnsafeBufferPointer { v in
            p.withUnsafeBufferPointer { p in
              nonisolated(unsafe) let (kernel, v, p) = (kernel.baseAddress!, v.baseAddress!, p.baseAddress!)
              parallelTasks(pieces) { index in
                for i in index * piece..<min(rows, (index + 1) * piece) {
                  let row = kernel + i * stride
                  u[i] = p[i] / FloatRows.dot(row, v, count: stride)
                  FloatRows.add(row, times: u[i], to: sums + index * stride, count: stride)
                }
              }
            }
          }
        }
      }
    }
    var columns = Array(sums[..<stride])
    for index in 1..<pieces {
      for j in 0..<stride { columns[j] += sums[index * stride + j] }
    }
    return (u, columns)
  }

  // MARK: - In logarithms

  /// g = ε ln q − ε ln Σᵢ e^((fᵢ − C)/ε), then the same for f, and K anew.
  private mutating func iterateInLogarithms() {
    for i in f.indices { f[i] += epsilon * Double(Foundation.log(u[i])) }
    u = u.map { _ in 1 }
    v = v.map { _ in 1 }
    // Sums of exponentials whose largest term is 1: the smallest C − f of a column, and C − g of a row, is taken out.
    let columnLeast = leastOfColumns(minus: f)
    let columnSums = exponentials(rowShift: f, columnShift: columnLeast).sum(axes: [0]).scalars
    for j in g.indices {
      g[j] = columnLeast[j] + epsilon * Foundation.log(problem.q[j] / problem.mass / Double(columnSums[j]))
    }
    let rowLeast = leastOfRows(minus: g)
    let rowSums = exponentials(rowShift: rowLeast, columnShift: g).sum(axes: [1]).scalars
    for i in f.indices {
      f[i] = rowLeast[i] + epsilon * Foundation.log(problem.p[i] / problem.mass / Double(rowSums[i]))
    }
    kernel = exponentials(rowShift: f, columnShift: g)
    columns = kernel.sum(axes: [0]).scalars
  }

  /// minᵢ (Cᵢⱼ − fᵢ).
  private func leastOfColumns(minus f: [Double]) -> [Double] {
    let count = problem.columns
    var least = [Double](repeating: .infinity, count: count)
    least.withUnsafeMutableBufferPointer { least in
      problem.cost.withUnsafeBufferPointer { cost in
        let least = least.baseAddress!
        for i in f.indices {
          let (row, shift) = (cost.baseAddress! + i * count, f[i])
          for j in 0..<count { least[j] = row[j] - shift < least[j] ? row[j] - shift : least[j] }
        }
      }
    }
    return least
  }

  /// minⱼ (Cᵢⱼ − gⱼ).
  private func leastOfRows(minus g: [Double]) -> [Double] {
    let count = problem.columns
    return problem.cost.withUnsafeBufferPointer { cost in
      g.withUnsafeBufferPointer { g in
        (0..<problem.rows).map { i in
          RowScan.smallest(cost.baseAddress! + i * count, minus: g.baseAddress!, count: count).value
        }
      }
    }
  }

  /// exp((aᵢ + bⱼ − Cᵢⱼ)/ε), the argument in Double: at small ε it is the small difference of large numbers.
  private func exponentials(rowShift: [Double], columnShift: [Double]) -> Tensor {
    let (rows, count, stride) = (problem.rows, problem.columns, stride)
    let scale = 1 / epsilon
    let arguments = [Float](unsafeUninitializedCapacity: rows * stride) { buffer, initialized in
      nonisolated(unsafe) let target = buffer.baseAddress!
      problem.cost.withUnsafeBufferPointer { cost in
        columnShift.withUnsafeBufferPointer { columnShift in
          nonisolated(unsafe) let (cost, shift) = (cost.baseAddress!, columnShift.baseAddress!)
          parallelTasks(rows) { i in
            let (from, to, a) = (cost + i * count, target + i * stride, rowShift[i])
            for j in 0..<count { to[j] = Float((a + shift[j] - from[j]) * scale) }
            for j in count..<stride { to[j] = -.infinity }
          }
        }
      }
      initialized = rows * stride
    }
    return exp(Tensor(arguments, shape: [rows, stride]))
  }

  // MARK: - The result

  func plan() -> TransportPlan {
    let (rows, count, mass) = (problem.rows, problem.columns, problem.mass)
    var masses = [Double](repeating: 0, count: rows * count)
    var total = 0.0
    kernel.withScalars { kernel in
      for i in 0..<rows {
        let scale = mass * Double(u[i])
        for j in 0..<count {
          let entry = Double(kernel[i * stride + j]) * Double(v[j]) * scale
          masses[i * count + j] = entry
          total += entry * problem.cost[i * count + j]
        }
      }
    }
    // γ = e^((f + g − C)/ε) also for a mass other than 1: f takes its logarithm.
    let rowPotentials = zip(f, u).map { $0 + epsilon * (Double(Foundation.log($1)) + Foundation.log(mass)) }
    let columnPotentials = zip(g, v).map { $0 + epsilon * Double(Foundation.log($1)) }
    return TransportPlan(
      rows: rows, columns: count, masses: masses, rowPotentials: rowPotentials, columnPotentials: columnPotentials,
      cost: total)
  }
}

/// The two loops over a row of K.
enum FloatRows {
  /// Σ aⱼbⱼ; `count` is a multiple of 64.
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var sum0 = SIMD16<Float>.zero
    var (sum1, sum2, sum3) = (sum0, sum0, sum0)
    var j = 0
    while j < count {
      sum0.addProduct(load(a, j), load(b, j))
      sum1.addProduct(load(a, j + 16), load(b, j + 16))
      sum2.addProduct(load(a, j + 32), load(b, j + 32))
      sum3.addProduct(load(a, j + 48), load(b, j + 48))
      j += 64
    }
    return ((sum0 + sum1) + (sum2 + sum3)).sum()
  }

  /// Adds factor · aⱼ to each sumⱼ; `count` is a multiple of 64.
  static func add(
    _ a: UnsafePointer<Float>, times factor: Float, to sums: UnsafeMutablePointer<Float>, count: Int
  ) {
    let factor = SIMD16<Float>(repeating: factor)
    var j = 0
    while j < count {
      let sum = load(UnsafePointer(sums), j).addingProduct(load(a, j), factor)
      UnsafeMutableRawPointer(sums + j).storeBytes(of: sum, as: SIMD16<Float>.self)
      j += 16
    }
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Float>, _ index: Int) -> SIMD16<Float> {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD16<Float>.self)
  }
}
