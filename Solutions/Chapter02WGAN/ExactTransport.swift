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
  // BEGIN SOLUTION
  let (n, m) = (p.count, q.count)
  let nothing = 1e-15
  let flatCost = cost.flatMap { $0 }
  var plan = Array(repeating: 0.0, count: n * m)
  var f = cost.map { $0.min() ?? 0 }
  var g = Array(repeating: 0.0, count: m)
  var supply = normalized(p)
  var demand = normalized(q)

  for source in 0..<n {
    while supply[source] > nothing {
      // 1. Dijkstra. A point of p is reached along a pair that carries mass, at no cost, from a settled point of q.
      var rowDistance = Array(repeating: Double.infinity, count: n)
      var columnDistance = Array(repeating: Double.infinity, count: m)
      var rowBefore = Array(repeating: source, count: m)
      var columnBefore = Array(repeating: 0, count: n)
      var isSettled = Array(repeating: false, count: m)
      var justReached = [source]
      rowDistance[source] = 0
      var sink: Int?
      while sink == nil {
        var nearest: Int?
        var least = Double.infinity
        for i in justReached {
          let base = rowDistance[i] - f[i]
          for j in 0..<m where !isSettled[j] {
            let distance = max(base + flatCost[i * m + j] - g[j], rowDistance[i])
            if distance < columnDistance[j] {
              columnDistance[j] = distance
              rowBefore[j] = i
            }
          }
        }
        for j in 0..<m where !isSettled[j] && columnDistance[j] < least {
          least = columnDistance[j]
          nearest = j
        }
        guard let nearest else { break }
        isSettled[nearest] = true
        justReached = []
        if demand[nearest] > nothing {
          sink = nearest
        } else {
          for k in 0..<n where plan[k * m + nearest] > 0 && rowDistance[k] == .infinity {
            rowDistance[k] = least
            columnBefore[k] = nearest
            justReached.append(k)
          }
        }
      }
      // Nobody wants any more: what is left over is rounding.
      guard let sink else { break }

      // 2. The potentials.
      let length = columnDistance[sink]
      for i in 0..<n where rowDistance[i] < length { f[i] += length - rowDistance[i] }
      for j in 0..<m where isSettled[j] { g[j] -= length - columnDistance[j] }

      // 3. The path, from its end to its source, and what it can carry.
      var path = [(row: rowBefore[sink], column: sink)]
      var amount = min(supply[source], demand[sink])
      while let first = path.last, first.row != source {
        let column = columnBefore[first.row]
        amount = min(amount, plan[first.row * m + column])
        path.append((rowBefore[column], column))
      }
      supply[source] -= amount
      demand[sink] -= amount
      for (step, pair) in path.enumerated() {
        plan[pair.row * m + pair.column] += amount
        guard pair.row != source else { break }
        let back = pair.row * m + path[step + 1].column
        plan[back] -= amount
        if plan[back] <= nothing { plan[back] = 0 }
      }
    }
  }

  let value = zip(plan, flatCost).reduce(0) { $0 + $1.0 * $1.1 }
  let rows = (0..<n).map { Array(plan[$0 * m..<($0 + 1) * m]) }
  return TransportSolution(plan: rows, f: f, g: g, value: value)
  // END SOLUTION
}
