// Exercise 2.1: the Wasserstein distance on the line
//
// In one dimension nobody needs to search for the best plan: what lies leftmost goes leftmost. So the distance has a
// formula, and every other method of this chapter can be checked against it.

import Exercises
import Foundation

/// W₁ of two weighted sets of points on the line, as the area between their distribution functions:
///
///     W₁ = ∫ |F(t) − G(t)| dt,     F(t) = Σ aᵢ over xᵢ ≤ t,     G(t) = Σ bⱼ over yⱼ ≤ t
///
/// Both functions are constant between neighbouring points, so the integral is a sum over the gaps of all n + m points
/// in order. The points may come in any order, may coincide, and n and m may differ.
///
/// Source: Vallender 1974; Santambrogio 2015, Prop. 2.17.
///
/// - Parameters:
///   - x: n points, and `a` their weights, which add up to 1.
///   - y: m points, and `b` their weights, which add up to 1.
/// - Returns: W₁ ≥ 0, in the unit of the points.
/// - Complexity: O((n + m) log (n + m)), by sorting.
///
/// Throws `InvalidArgument` for empty sets, weights that are negative or don't add up to 1, and infinite points.
public func wasserstein1(x: [Double], a: [Double], y: [Double], b: [Double]) throws -> Double {
  try InvalidArgument.requireDistribution(a, on: x, ("a", "x"))
  try InvalidArgument.requireDistribution(b, on: y, ("b", "y"))
  // BEGIN SOLUTION
  var steps = zip(x, normalized(a)).map { (point: $0, height: $1) }
  steps += zip(y, normalized(b)).map { (point: $0, height: -$1) }
  steps.sort { $0.point < $1.point }
  var difference = 0.0
  var area = 0.0
  for (step, next) in zip(steps, steps.dropFirst()) {
    difference += step.height
    area += abs(difference) * (next.point - step.point)
  }
  return area
  // END SOLUTION
}

/// W_p of two weighted sets of points on the line, by merging their quantiles:
///
///     W_p = (∫₀¹ |F⁻¹(u) − G⁻¹(u)|^p du)^(1/p)
///
/// Both quantile functions are stairs. Walk along both at once: as long as neither steps, the mass in between goes from
/// one xᵢ to one yⱼ. That is the monotone plan, the best one for every p ≥ 1 because |x − y|^p is convex. (For p < 1 it
/// isn't, and crossing pays.)
///
/// Source: Santambrogio 2015, Theorem 2.9 and Prop. 2.17.
///
/// - Parameters:
///   - x: n points, and `a` their weights, which add up to 1.
///   - y: m points, and `b` their weights, which add up to 1.
///   - order: p ≥ 1.
/// - Returns: W_p itself, not W_p^p: a distance, in the unit of the points.
/// - Complexity: O(n log n + m log m), by sorting; at most n + m − 1 pieces of mass are moved.
///
/// Throws `InvalidArgument` for empty sets, weights that are negative or don't add up to 1, infinite points, and p < 1.
public func wasserstein(x: [Double], a: [Double], y: [Double], b: [Double], order: Double) throws -> Double {
  try InvalidArgument.requireDistribution(a, on: x, ("a", "x"))
  try InvalidArgument.requireDistribution(b, on: y, ("b", "y"))
  try InvalidArgument.require(
    order >= 1 && order.isFinite,
    "the order is \(order), but must be a finite number of at least 1: below 1 the monotone plan isn't the best")
  // BEGIN SOLUTION
  let from = zip(x, normalized(a)).sorted { $0.0 < $1.0 }
  let to = zip(y, normalized(b)).sorted { $0.0 < $1.0 }
  var (i, j) = (0, 0)
  var (supply, demand) = (from[0].1, to[0].1)
  var total = 0.0
  while true {
    let mass = min(supply, demand)
    total += mass * pow(abs(from[i].0 - to[j].0), order)
    supply -= mass
    demand -= mass
    // One of the two is now exactly zero, so every turn moves on.
    if supply <= 0 {
      i += 1
      if i == from.count { break }
      supply = from[i].1
    }
    if demand <= 0 {
      j += 1
      if j == to.count { break }
      demand = to[j].1
    }
  }
  return pow(total, 1 / order)
  // END SOLUTION
}
