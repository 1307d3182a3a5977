// Exercise 6.10: better pairs to begin with: optimal transport within each batch

import Exercises
import Tensors

/// Cᵢⱼ = ‖x₀ᵢ − x₁ⱼ‖²: the squared Euclidean distance of every row of x₀ to every row of x₁, in Double.
///
/// - Parameters:
///   - x0, x1: of one shape [B, …]. A row may have any number of axes; all its numbers count.
/// - Returns: B rows of B numbers.
public func squaredDistances(_ x0: Tensor, _ x1: Tensor) throws -> [[Double]] {
  try InvalidArgument.requireSameShape(x0, x1, "x0 and x1")
  // BEGIN SOLUTION
  let count = x0.dim(0)
  let (left, right) = (x0.reshaped([count, -1]), x1.reshaped([count, -1]))
  return (0..<count).map { square(right - left[$0]).sum(axis: 1).scalars.map(Double.init) }
  // END SOLUTION
}

/// The same noise and the same data, paired anew so that Σ ‖x₀ᵢ − x₁π(i)‖² is as small as it can be within this batch.
///
/// Tong et al. 2023 (OT-CFM), §3.3; Pooladian et al. 2023. Every row of x₁ is used exactly once, so that both laws stay
/// what they were; x₀ keeps its order. ``assignment(cost:)`` is given.
public func minibatchOTPairs(_ x0: Tensor, _ x1: Tensor) throws -> Pairs {
  try InvalidArgument.requireSameShape(x0, x1, "x0 and x1")
  // BEGIN SOLUTION
  let partners = try assignment(cost: squaredDistances(x0, x1))
  return try Pairs(x0: x0, x1: x1.take(partners))
  // END SOLUTION
}
