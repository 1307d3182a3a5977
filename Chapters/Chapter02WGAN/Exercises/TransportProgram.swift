// Exercise 2.2: transport as a linear programme
//
// A plan γ says how much goes from each point of p to each point of q. Its cost is linear in γ, and so are the
// conditions: that is all that the theory of duality needs.

import Exercises

/// A linear programme in standard form: minimise cᵀz over all z ≥ 0 with Az = b.
public struct LinearProgram: Equatable, Sendable {
  /// A: one row for each equation, one column for each unknown.
  public let matrix: [[Double]]
  /// b: one number for each equation.
  public let rightHandSide: [Double]
  /// c: one number for each unknown.
  public let cost: [Double]

  public init(matrix: [[Double]], rightHandSide: [Double], cost: [Double]) {
    self.matrix = matrix
    self.rightHandSide = rightHandSide
    self.cost = cost
  }
}

/// A matrix as one long vector, row by row: entry (i, j) of an n × m matrix comes to place i·m + j.
///
/// Throws `InvalidArgument` if the rows are of different lengths.
public func vectorized(_ matrix: [[Double]]) throws -> [Double] {
  try InvalidArgument.requireMatrix(matrix, rows: matrix.count, columns: matrix.first?.count ?? 0, "the matrix")
  throw unsolved("2.2")
}

/// The transport problem from p to q as a linear programme in z = `vectorized`(γ):
///
///     minimise Σᵢⱼ Cᵢⱼγᵢⱼ    subject to    Σⱼ γᵢⱼ = pᵢ  (i < n),    Σᵢ γᵢⱼ = qⱼ  (j < m),    γ ≥ 0
///
/// Equation i < n is the one of pᵢ, equation n + j the one of qⱼ; all entries of A are 0 or 1. The equations of p add up
/// to the same as those of q (all the mass), so one of them follows from the others: A has rank n + m − 1.
///
/// Source: Peyré and Cuturi 2019, §3.1.
///
/// - Parameters:
///   - p: n weights, which add up to 1.
///   - q: m weights, which add up to 1.
///   - cost: C, of shape [n, m].
///   - dropsRedundant: leave the last equation out, so that the rows of A are linearly independent.
/// - Returns: A of shape [n + m, nm] (or [n + m − 1, nm]), b and c.
///
/// Throws `InvalidArgument` unless p and q are distributions and C is a finite matrix of shape [n, m].
public func transportProgram(
  p: [Double], q: [Double], cost: [[Double]], dropsRedundant: Bool = false
) throws -> LinearProgram {
  try InvalidArgument.requireTransportProblem(p, q, cost)
  throw unsolved("2.2")
}

/// Whether γ is a plan from p to q: no entry below −`tolerance`, and every row sum within `tolerance` of pᵢ and every
/// column sum within `tolerance` of qⱼ.
///
/// A matrix with a NaN or an infinite entry is no plan.
///
/// Throws `InvalidArgument` unless p and q are distributions and γ has the shape [n, m].
public func isFeasible(plan: [[Double]], p: [Double], q: [Double], tolerance: Double = 1e-9) throws -> Bool {
  try InvalidArgument.requireDistribution(p, "p")
  try InvalidArgument.requireDistribution(q, "q")
  try InvalidArgument.require(
    plan.count == p.count && plan.allSatisfy { $0.count == q.count },
    "the plan has rows of \(plan.map(\.count)) entries, but should have \(p.count) rows of \(q.count)")
  throw unsolved("2.2")
}

/// What a plan costs: ⟨C, γ⟩ = Σᵢⱼ Cᵢⱼγᵢⱼ.
///
/// Throws `InvalidArgument` unless both are matrices of finite numbers and of the same shape.
public func transportCost(plan: [[Double]], cost: [[Double]]) throws -> Double {
  try InvalidArgument.requireMatrix(plan, rows: plan.count, columns: plan.first?.count ?? 0, "the plan")
  try InvalidArgument.requireMatrix(cost, rows: plan.count, columns: plan.first?.count ?? 0, "the cost")
  throw unsolved("2.2")
}
