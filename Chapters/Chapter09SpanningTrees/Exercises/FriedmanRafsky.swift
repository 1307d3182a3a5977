// Exercise 9.6: do two samples come from one law?
//
// Mark the points of two samples in two colours and draw the minimum spanning tree of all of them together. If the laws are
// equal the colours are mixed, and many edges join different ones. If the laws differ each colour keeps to itself, and few do.

import Exercises
import Foundation

/// What the test of Friedman and Rafsky found.
public struct RunsTest: Hashable, Sendable {
  /// R: into how many pieces the tree falls when the edges between the samples are cut; one more than there are such edges.
  public let runs: Int
  /// E[R] if the labels are dealt at random.
  public let expectation: Double
  /// Var[R | tree] if the labels are dealt at random.
  public let variance: Double
  /// (R − E[R])/√Var: below 0 if the samples keep apart. 0 if the variance is 0, where R can have one value only.
  public let z: Double
  /// The probability of so few runs or fewer, by the normal law: Φ(z). 1 if the variance is 0.
  public let pValue: Double

  public init(runs: Int, expectation: Double, variance: Double, z: Double, pValue: Double) {
    self.runs = runs
    self.expectation = expectation
    self.variance = variance
    self.z = z
    self.pValue = pValue
  }
}

/// C: the number of pairs of edges of a tree that share a vertex, Σ_v d_v(d_v − 1)/2 with the degrees d_v.
///
/// - Throws: `InvalidArgument` if the edges are not a spanning tree of the vertices 0 ..< vertexCount.
public func sharedVertexPairs(_ tree: [Edge], vertexCount: Int) throws -> Int {
  try InvalidArgument.requireTree(tree, vertexCount: vertexCount)
  throw unsolved("9.6")
}

/// Mean and variance of the number of runs R on a fixed tree of N = m + n points, of which m are chosen at random, each choice
/// equally likely (Friedman and Rafsky 1979):
///
///     E[R]       = 2mn/N + 1
///     Var[R | C] = 2mn/(N(N − 1)) · { (2mn − N)/N + (C − N + 2)/((N − 2)(N − 3)) · (N(N − 1) − 4mn + 2) }
///
/// - Parameters:
///   - m: the number of points in the first sample.
///   - n: the number of points in the second.
///   - sharedPairs: C, see ``sharedVertexPairs(_:vertexCount:)``.
/// - Throws: `InvalidArgument` if a sample is empty, there are fewer than four points, or C is impossible: less than N − 2 (a
///   path) or more than (N − 1)(N − 2)/2 (a star).
public func runsMoments(_ m: Int, _ n: Int, sharedPairs: Int) throws -> (expectation: Double, variance: Double) {
  try InvalidArgument.require(m > 0 && n > 0, "each sample needs a point, but they have \(m) and \(n)")
  try InvalidArgument.require(m + n >= 4, "the variance needs four points, but there are \(m + n)")
  try InvalidArgument.require(
    sharedPairs >= m + n - 2 && sharedPairs <= (m + n - 1) * (m + n - 2) / 2,
    "in a tree of \(m + n) vertices \(m + n - 2) to \((m + n - 1) * (m + n - 2) / 2) pairs of edges share a vertex, "
      + "not \(sharedPairs)")
  throw unsolved("9.6")
}

/// The multivariate runs test of Friedman and Rafsky (1979) on a tree.
///
/// - Parameters:
///   - tree: a spanning tree of all points, usually the minimum one; see ``spanningTree(of:)``.
///   - isFirst: for each point whether it belongs to the first sample.
/// - Throws: `InvalidArgument` if the edges are not a spanning tree of the points, a sample is empty, or there are fewer than
///   four points.
public func friedmanRafsky(_ tree: [Edge], isFirst: [Bool]) throws -> RunsTest {
  try InvalidArgument.requireTree(tree, vertexCount: isFirst.count)
  throw unsolved("9.6")
}

/// The test on two samples of points: ``friedmanRafsky(_:isFirst:)`` on the Euclidean minimum spanning tree of both together.
///
/// - Throws: `InvalidArgument` if the points have different numbers of coordinates, or one is not finite; and as above.
public func friedmanRafsky(_ x: [[Double]], _ y: [[Double]]) throws -> RunsTest {
  let isFirst = x.map { _ in true } + y.map { _ in false }
  return try friedmanRafsky(try spanningTree(of: x + y), isFirst: isFirst)
}

/// The number of runs for labels dealt anew: the same tree, the same number of points in each sample, at random.
///
/// - Parameters:
///   - count: how many times.
///   - generator: shuffles the labels once for each count.
/// - Returns: `count` numbers of runs.
/// - Throws: `InvalidArgument` if the edges are not a spanning tree of the points, or the count is negative.
public func permutedRuns(
  _ tree: [Edge], isFirst: [Bool], count: Int, using generator: inout some RandomNumberGenerator
) throws -> [Int] {
  try InvalidArgument.requireTree(tree, vertexCount: isFirst.count)
  try InvalidArgument.requireCount(count, "the number of permutations")
  throw unsolved("9.6")
}

/// The p-value that permutations give: (1 + the number of permuted R that are no greater than the observed one)/(1 + count).
///
/// The observed labels count as one of the permutations, so that p is never 0 and the test never rejects too often.
public func permutationPValue(_ observed: Int, among permuted: [Int]) throws -> Double {
  throw unsolved("9.6")
}

/// The divergence that the runs estimate (Henze and Penrose 1999): with α = m/N and β = n/N,
///
///     1 − R·N/(2mn)  →  1 − ∫ p q/(α p + β q)
///
/// as N grows: 0 for equal laws p and q, 1 for laws that have nothing in common. In a finite sample it may fall below 0.
///
/// - Throws: `InvalidArgument` if a sample is empty, or there are not from 2 to m + n runs.
public func henzePenrose(runs: Int, _ m: Int, _ n: Int) throws -> Double {
  try InvalidArgument.require(m > 0 && n > 0, "each sample needs a point, but they have \(m) and \(n)")
  try InvalidArgument.require(
    runs >= 2 && runs <= m + n, "with \(m) and \(n) points there are 2 to \(m + n) runs, not \(runs)")
  throw unsolved("9.6")
}
