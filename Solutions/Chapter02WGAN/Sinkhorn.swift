// Exercise 2.5: Sinkhorn's algorithm, in the log domain
//
// A little entropy makes the transport problem smooth and its solution unique, and two lines in turn solve it. In their
// textbook form exp(−C/ε) is zero for every pair as soon as ε is small; in logarithms nothing underflows.

import Exercises
import Foundation

/// What Sinkhorn's algorithm found.
public struct SinkhornSolution: Equatable, Sendable {
  /// P, of shape [n, m].
  public let plan: [[Double]]
  /// f: the potential on the points of p, n numbers.
  public let f: [Double]
  /// g: the potential on the points of q, m numbers.
  public let g: [Double]
  /// How many times both potentials were updated.
  public let iterations: Int
  /// Σᵢ |Σⱼ Pᵢⱼ − pᵢ|: how far the rows still are from p. The columns are exact by construction.
  public let marginalError: Double

  public init(plan: [[Double]], f: [Double], g: [Double], iterations: Int, marginalError: Double) {
    self.plan = plan
    self.f = f
    self.g = g
    self.iterations = iterations
    self.marginalError = marginalError
  }
}

/// log Σₖ exp(vₖ), computed so that no exponential overflows and not all of them underflow:
///
///     M + log Σₖ exp(vₖ − M),     M = maxₖ vₖ
///
/// A term of −∞ counts as nothing; if all are −∞, so is the result.
///
/// Throws `InvalidArgument` if there are no terms, or one of them is NaN or +∞.
public func logSumExp(_ terms: [Double]) throws -> Double {
  try InvalidArgument.require(!terms.isEmpty, "the sum has no terms: give at least one")
  try InvalidArgument.require(
    terms.allSatisfy { $0 < .infinity }, "a term is NaN or +∞; every term must be a number or −∞")
  // BEGIN SOLUTION
  let largest = terms.max() ?? 0
  if largest == -.infinity { return largest }
  return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  // END SOLUTION
}

/// The plan that minimises ⟨C, P⟩ + ε KL(P ‖ p ⊗ q) among all plans from p to q, by Sinkhorn's algorithm on logarithms.
///
/// The plan is Pᵢⱼ = pᵢqⱼ exp((fᵢ + gⱼ − Cᵢⱼ)/ε). Begin with g = 0; then in turn make the rows right, and the columns:
///
///     fᵢ = −ε log Σⱼ qⱼ exp((gⱼ − Cᵢⱼ)/ε)
///     gⱼ = −ε log Σᵢ pᵢ exp((fᵢ − Cᵢⱼ)/ε)
///
/// Each is a c-transform with a soft minimum in place of the minimum, and is computed by `logSumExp` with log qⱼ (or log pᵢ)
/// inside; a point without mass has the logarithm −∞ and counts as nothing. After an update of g the columns of P add up to q
/// exactly, whatever f is: only the rows can say how far there is to go.
///
/// Source: Cuturi 2013, Algorithm 1; Peyré and Cuturi 2019, §4.2 and §4.4. (Both write P = diag(u) exp(−C/ε) diag(v); here
/// u = p·exp(f/ε) and v = q·exp(g/ε), so that f and g become the potentials of exercise 2.4 as ε → 0.)
///
/// - Parameters:
///   - p: n weights, which add up to 1 up to rounding (they are divided by their sum). Zeros are allowed.
///   - q: m weights, likewise.
///   - cost: C, of shape [n, m].
///   - epsilon: ε > 0, in the unit of the cost. The smaller, the nearer to the exact plan and the slower: the number of
///     iterations grows like the largest cost over ε.
///   - maxIterations: stop after so many iterations in any case.
///   - tolerance: stop when Σᵢ |Σⱼ Pᵢⱼ − pᵢ| is at most this.
/// - Returns: plan, potentials, and how exact they are.
/// - Complexity: O(nm) an iteration.
///
/// Throws `InvalidArgument` unless p and q are distributions, C is a finite matrix of shape [n, m], ε is positive and at least
/// 10⁻¹² times the largest cost, and at least one iteration is allowed.
public func sinkhorn(
  p: [Double], q: [Double], cost: [[Double]], epsilon: Double, maxIterations: Int = 1000, tolerance: Double = 1e-9
) throws -> SinkhornSolution {
  try InvalidArgument.requireTransportProblem(p, q, cost)
  try InvalidArgument.requireRegularization(epsilon, cost)
  try InvalidArgument.require(
    maxIterations >= 1, "maxIterations is \(maxIterations), but at least one iteration is needed to have a plan")
  // BEGIN SOLUTION
  let logP = normalized(p).map { log($0) }
  let logQ = normalized(q).map { log($0) }
  let scaled = cost.map { row in row.map { $0 / epsilon } }
  // u = f/ε and v = g/ε.
  var u = Array(repeating: 0.0, count: p.count)
  var v = Array(repeating: 0.0, count: q.count)

  func rowSum(_ i: Int) throws -> Double {
    var terms = logQ
    for j in q.indices { terms[j] += v[j] - scaled[i][j] }
    return try logSumExp(terms)
  }
  func columnSum(_ j: Int) throws -> Double {
    var terms = logP
    for i in p.indices { terms[i] += u[i] - scaled[i][j] }
    return try logSumExp(terms)
  }

  var sums = try p.indices.map(rowSum)
  var iterations = 0
  var error = Double.infinity
  while iterations < maxIterations && error > tolerance {
    u = sums.map { -$0 }
    v = try q.indices.map(columnSum).map { -$0 }
    sums = try p.indices.map(rowSum)
    error = 0
    for i in p.indices {
      // What row i of the plan adds up to; in logarithms, because pᵢ may be 0.
      let mass = exp(logP[i] + u[i] + sums[i])
      error += abs(mass - exp(logP[i]))
    }
    iterations += 1
  }

  var plan: [[Double]] = []
  for i in p.indices {
    let row = q.indices.map { j in exp(logP[i] + u[i] + logQ[j] + v[j] - scaled[i][j]) }
    plan.append(row)
  }
  return SinkhornSolution(
    plan: plan, f: u.map { $0 * epsilon }, g: v.map { $0 * epsilon }, iterations: iterations, marginalError: error)
  // END SOLUTION
}

/// What is added to the cost of a plan, times ε.
public enum EntropicPenalty: Sendable {
  /// KL(P ‖ p ⊗ q) = Σᵢⱼ Pᵢⱼ log(Pᵢⱼ/(pᵢqⱼ)) ≥ 0, zero for the plan that forgets where the mass came from.
  case relativeToProduct
  /// −H(P) = Σᵢⱼ Pᵢⱼ log Pᵢⱼ, as Cuturi 2013 has it.
  case negativeEntropy
}

/// The regularised cost of a plan: ⟨C, P⟩ + ε·penalty, where 0 log 0 = 0.
///
/// Both penalties choose the same plan, because for plans from p to q they differ by a constant:
/// KL(P ‖ p ⊗ q) = −H(P) + H(p) + H(q). Their values differ: mind which one a library reports.
///
/// Throws `InvalidArgument` unless p and q are distributions, P and C are finite matrices of shape [n, m], P has no negative
/// entry and no mass where p or q has none, and ε > 0.
public func entropicCost(
  plan: [[Double]], p: [Double], q: [Double], cost: [[Double]], epsilon: Double,
  penalty: EntropicPenalty = .relativeToProduct
) throws -> Double {
  try InvalidArgument.requireTransportProblem(p, q, cost)
  try InvalidArgument.requireRegularization(epsilon, cost)
  try InvalidArgument.requireMatrix(plan, rows: p.count, columns: q.count, "the plan")
  for (i, row) in plan.enumerated() {
    for (j, mass) in row.enumerated() {
      try InvalidArgument.require(
        mass >= 0 && (mass == 0 || p[i] * q[j] > 0),
        "the plan has \(mass) at [\(i)][\(j)], where p[\(i)] = \(p[i]) and q[\(j)] = \(q[j]): no entry may be negative, "
          + "and none positive where there is no mass")
    }
  }
  // BEGIN SOLUTION
  var total = 0.0
  for (i, row) in plan.enumerated() {
    for (j, mass) in row.enumerated() where mass > 0 {
      let reference = penalty == .relativeToProduct ? p[i] * q[j] : 1
      total += mass * (cost[i][j] + epsilon * log(mass / reference))
    }
  }
  return total
  // END SOLUTION
}
