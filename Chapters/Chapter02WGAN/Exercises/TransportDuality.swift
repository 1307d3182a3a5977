// Exercise 2.4: the dual problem
//
// Somebody offers to carry the mass for you: for fᵢ a unit collected at i and gⱼ a unit delivered at j. You accept as
// long as fᵢ + gⱼ ≤ Cᵢⱼ, and no offer of that kind ever costs you more than carrying it yourself.

import Exercises

/// The best g for a given f: the c-transform.
///
///     gⱼ = minᵢ (Cᵢⱼ − fᵢ)
///
/// The largest g with fᵢ + gⱼ ≤ Cᵢⱼ for all i and j.
///
/// Source: Peyré and Cuturi 2019, §5.1; Villani 2009, Definition 5.2.
///
/// - Parameters:
///   - f: a potential on the n points of p.
///   - cost: C, of shape [n, m].
/// - Returns: m numbers.
///
/// Throws `InvalidArgument` unless C is a finite matrix with a row for each entry of f.
public func cTransform(f: [Double], cost: [[Double]]) throws -> [Double] {
  try InvalidArgument.requirePotential(f, "f", of: cost, count: cost.count, "rows")
  throw unsolved("2.4")
}

/// The best f for a given g: fᵢ = minⱼ (Cᵢⱼ − gⱼ).
///
/// Going there and back never makes f smaller, f^cc ≥ f, and going there a third time changes nothing: f^ccc = f^c.
///
/// - Parameters:
///   - g: a potential on the m points of q.
///   - cost: C, of shape [n, m].
/// - Returns: n numbers.
///
/// Throws `InvalidArgument` unless C is a finite matrix with a column for each entry of g.
public func cTransform(g: [Double], cost: [[Double]]) throws -> [Double] {
  try InvalidArgument.requirePotential(g, "g", of: cost, count: cost.first?.count ?? 0, "columns")
  throw unsolved("2.4")
}

/// What the potentials earn: Σᵢ fᵢpᵢ + Σⱼ gⱼqⱼ.
///
/// If they respect the cost, no plan from p to q costs less (weak duality), and the best plan costs exactly as much as the
/// best potentials earn (strong duality).
///
/// Throws `InvalidArgument` unless p and q are distributions on as many points as f and g have entries.
public func dualValue(f: [Double], g: [Double], p: [Double], q: [Double]) throws -> Double {
  try InvalidArgument.requireDistribution(p, on: f, ("p", "f"))
  try InvalidArgument.requireDistribution(q, on: g, ("q", "g"))
  throw unsolved("2.4")
}

/// By how much the potentials ask for more than the cost, where they do so most: max(0, maxᵢⱼ (fᵢ + gⱼ − Cᵢⱼ)).
///
/// Zero exactly if they are feasible for the dual problem.
///
/// Throws `InvalidArgument` unless C is a finite matrix that f and g fit.
public func dualViolation(f: [Double], g: [Double], cost: [[Double]]) throws -> Double {
  try InvalidArgument.requirePotential(f, "f", of: cost, count: cost.count, "rows")
  try InvalidArgument.requirePotential(g, "g", of: cost, count: cost.first?.count ?? 0, "columns")
  throw unsolved("2.4")
}

/// By how much complementary slackness is violated, where it is so most: the largest |Cᵢⱼ − fᵢ − gⱼ| among the pairs that
/// carry mass, γᵢⱼ > `nothing`; 0 if none does.
///
/// For a feasible plan and feasible potentials ⟨C, γ⟩ − (Σ fᵢpᵢ + Σ gⱼqⱼ) = Σᵢⱼ γᵢⱼ(Cᵢⱼ − fᵢ − gⱼ), a sum of products that
/// are all ≥ 0. So both are optimal exactly if mass travels only where the potentials pay the full price. The converse is
/// no condition: a pair at full price may well carry nothing.
///
/// Throws `InvalidArgument` unless γ and C are finite matrices of one shape that f and g fit.
public func slacknessViolation(
  plan: [[Double]], f: [Double], g: [Double], cost: [[Double]], nothing: Double = 1e-12
) throws -> Double {
  try InvalidArgument.requirePotential(f, "f", of: cost, count: cost.count, "rows")
  try InvalidArgument.requirePotential(g, "g", of: cost, count: cost.first?.count ?? 0, "columns")
  try InvalidArgument.requireMatrix(plan, rows: f.count, columns: g.count, "the plan")
  throw unsolved("2.4")
}

/// The largest function below f that is 1-Lipschitz for the metric d:
///
///     f̂ᵢ = minⱼ (fⱼ + dᵢⱼ)
///
/// It equals f if f is 1-Lipschitz already, that is if |fᵢ − fⱼ| ≤ dᵢⱼ for all i, j.
///
/// Source: McShane 1934. (His extension is the same formula with j over the points where f is known.)
///
/// - Parameters:
///   - f: n numbers.
///   - distances: d, of shape [n, n].
///
/// Throws `InvalidArgument` unless d is a metric: symmetric, zero on the diagonal, no detour shorter than the direct way. A
/// squared distance is none.
public func lipschitzProjection(f: [Double], distances: [[Double]]) throws -> [Double] {
  try InvalidArgument.requireMetric(distances)
  try InvalidArgument.requirePotential(f, "f", of: distances, count: distances.count, "rows")
  throw unsolved("2.4")
}

/// One potential φ in place of two, if p and q live on the same points and the cost is a metric (Kantorovich and
/// Rubinstein): φ is 1-Lipschitz, φ ≥ f and −φ ≥ g, for every pair with fᵢ + gⱼ ≤ dᵢⱼ.
///
///     φᵢ = minⱼ (dᵢⱼ − gⱼ)
///
/// As f ≤ φ and g ≤ −φ, the pair (φ, −φ) earns at least as much as (f, g). This φ is what a critic has to find.
///
/// Source: Villani 2009, Particular Case 5.16.
///
/// - Parameters:
///   - g: the potential on the points of q, n numbers.
///   - distances: d, of shape [n, n], the cost.
/// - Returns: φ, n numbers.
///
/// Throws `InvalidArgument` unless d is a metric that g fits.
public func rubinsteinPotential(g: [Double], distances: [[Double]]) throws -> [Double] {
  try InvalidArgument.requireMetric(distances)
  try InvalidArgument.requirePotential(g, "g", of: distances, count: distances.count, "columns")
  throw unsolved("2.4")
}

/// What one potential φ earns for p and q on the same points: Σᵢ φᵢ(pᵢ − qᵢ), the difference of its means.
///
/// The largest value over all 1-Lipschitz φ is W₁(p, q).
///
/// Throws `InvalidArgument` unless p and q are distributions on as many points as φ has entries.
public func rubinsteinValue(potential: [Double], p: [Double], q: [Double]) throws -> Double {
  try InvalidArgument.requireDistribution(p, on: potential, ("p", "the potential"))
  try InvalidArgument.requireDistribution(q, on: potential, ("q", "the potential"))
  throw unsolved("2.4")
}
