// Exercise 2.7: the sliced Wasserstein distance
//
// In one dimension transport is sorting. So look at the two clouds of points from many directions, sort the shadows, and
// take the mean: a distance for high dimensions that costs no linear programme.

import Exercises
import Foundation
import Tensors

/// `count` directions drawn uniformly from the unit sphere in `dimension` dimensions.
///
/// A vector of independent standard normal numbers, divided by its length: the normal law is the one with independent
/// coordinates that looks the same from everywhere. (Points of a cube pushed out to the sphere crowd at the corners.)
///
/// - Parameter rng: where the numbers come from; `dimension` of them a direction, coordinate by coordinate.
/// - Returns: `count` rows of `dimension` numbers.
///
/// Throws `InvalidArgument` unless count ≥ 1 and dimension ≥ 1.
public func randomDirections(count: Int, dimension: Int, using rng: inout RandomStream) throws -> [[Double]] {
  try InvalidArgument.require(
    count >= 1 && dimension >= 1,
    "there must be at least one direction in at least one dimension, not \(count) in "
      + "\(dimension)")
  throw unsolved("2.7")
}

/// The sliced Wasserstein distance of two weighted clouds of points in d dimensions, by the given directions θₖ:
///
///     SW_p = (mean over k of W_p(θₖ·x, θₖ·y)^p)^(1/p)
///
/// Each W_p is that of exercise 2.1, of the points' shadows θₖ·xᵢ and θₖ·yⱼ on a line. The mean is over W_p^p, and the root
/// comes last. A shadow is never farther away than the point itself, so SW_p ≤ W_p; if y is x moved by t, SW₂ is about
/// ‖t‖/√d.
///
/// Source: Rabin, Peyré, Delon and Bernot 2011; Bonneel, Rabin, Peyré and Pfister 2015.
///
/// - Parameters:
///   - x: n points of d coordinates, and `a` their weights, which add up to 1.
///   - y: m points of d coordinates, and `b` their weights, which add up to 1.
///   - directions: unit vectors of d coordinates.
///   - order: p ≥ 1.
/// - Returns: SW_p, in the unit of the points.
/// - Complexity: O(n log n + m log m) a direction.
///
/// Throws `InvalidArgument` for weights that are no distribution, points or directions of different dimensions, directions
/// that aren't of length 1, and p < 1.
public func slicedWasserstein(
  x: [[Double]], a: [Double], y: [[Double]], b: [Double], directions: [[Double]], order: Double = 2
) throws -> Double {
  try InvalidArgument.requireClouds(x, a, y, b, directions)
  try InvalidArgument.require(order >= 1 && order.isFinite, "the order is \(order), but must be a finite number ≥ 1")
  throw unsolved("2.7")
}
