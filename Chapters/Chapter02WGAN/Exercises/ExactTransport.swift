// Exercise 2.3: the best plan, exactly
//
// Mass is sent along shortest paths, one path at a time. A path may lead backwards over what was sent before: then that
// is taken back and sent elsewhere. The potentials keep all costs nonnegative on the way, and prove the result at the end.

import Exercises

/// The best plan from p to q, and potentials that prove it: successive shortest paths.
///
/// Throughout, fᵢ + gⱼ ≤ Cᵢⱼ for all i, j, with equality where γᵢⱼ > 0; so the *reduced cost* Cᵢⱼ − fᵢ − gⱼ is ≥ 0, and 0
/// on the way back along a pair that carries mass. Begin with γ = 0, fᵢ = minⱼ Cᵢⱼ, g = 0. Then, for every point i of p, as
/// long as it has mass left:
///
/// 1. Find, by Dijkstra's algorithm with reduced costs, the shortest path from i to a point of q that still wants mass.
///    Forward any pair may be used; backward, from j to k, only where γₖⱼ > 0.
/// 2. With D the length of the path, and d(v) < D the distance of a point that was reached on the way, add D − d to f of the
///    points of p and subtract D − d from g of the points of q. Along the path the reduced costs are now 0.
/// 3. Send as much as possible along the path: what i has left, what the end still wants, or the least γₖⱼ that is taken
///    back, whichever is smallest.
///
/// Amounts below 10⁻¹⁵ count as nothing. So every path carries more than that, and the method ends: it never waits for two
/// rounded numbers to become equal.
///
/// Source: Ahuja, Magnanti and Orlin 1993, §9.7; Peyré and Cuturi 2019, §3.5–3.6. With p and q uniform and n = m this is
/// the Hungarian method as Jonker and Volgenant (1987) arrange it.
///
/// - Parameters:
///   - p: n weights, which add up to 1 up to rounding (they are divided by their sum).
///   - q: m weights, likewise.
///   - cost: C, of shape [n, m]; entries of any sign.
/// - Returns: a plan, its potentials and its cost. If no two plans cost the same, at most n + m − 1 entries are above zero.
/// - Complexity: O(nm) a path on a dense cost; usually about n + m paths.
///
/// Throws `InvalidArgument` unless p and q are distributions and C is a finite matrix of shape [n, m].
public func exactTransport(p: [Double], q: [Double], cost: [[Double]]) throws -> TransportSolution {
  try InvalidArgument.requireTransportProblem(p, q, cost)
  throw unsolved("2.3")
}
