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
  throw unsolved("2.1")
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
  throw unsolved("2.1")
}
