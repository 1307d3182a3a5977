// Exercise 6.9: the continuity equation, and diffusion as one particular velocity
//
// A velocity v moves a density p as water moves ink: ∂p/∂t + ∇·(p·v) = 0. The heat equation is of this form, too.

import Exercises
import Tensors

/// A function of the plane on a grid: `values[row][column]` at y = row·spacing, x = column·spacing.
public typealias GridValues = [[Double]]

/// The residual of the continuity equation, ∂p/∂t + ∂(p·vˣ)/∂x + ∂(p·vʸ)/∂y, at the inner points of a grid, by central
/// differences:
///
///     (p⁺ − p⁻)/2Δt  +  ((p·vˣ)(x + h) − (p·vˣ)(x − h))/2h  +  ((p·vʸ)(y + h) − (p·vʸ)(y − h))/2h
///
/// It is O(Δt² + h²) if v carries p along, and does not shrink with the grid if it does not.
///
/// - Parameters:
///   - before, now, after: p at t − Δt, t and t + Δt: at least 3 rows and 3 columns, and all of one size.
///   - velocityX, velocityY: vˣ and vʸ at time t, on the same grid.
///   - spacing: h > 0. x grows with the column, y with the row.
///   - timeStep: Δt > 0.
/// - Returns: two rows and two columns fewer.
public func continuityResidual(
  before: GridValues, now: GridValues, after: GridValues, velocityX: GridValues, velocityY: GridValues,
  spacing: Double, timeStep: Double
) throws -> GridValues {
  try InvalidArgument.requirePositive(spacing, "spacing")
  try InvalidArgument.requirePositive(timeStep, "timeStep")
  let (rows, columns) = (now.count, now.first?.count ?? 0)
  try InvalidArgument.require(rows >= 3 && columns >= 3, "the grid needs 3 × 3 points, but has \(rows) × \(columns)")
  for grid in [before, now, after, velocityX, velocityY] {
    try InvalidArgument.require(
      grid.count == rows && grid.allSatisfy { $0.count == columns }, "all grids need \(rows) × \(columns) points")
  }
  // BEGIN SOLUTION
  return (1..<rows - 1).map { y in
    (1..<columns - 1).map { x in
      let change = (after[y][x] - before[y][x]) / (2 * timeStep)
      let alongX = now[y][x + 1] * velocityX[y][x + 1] - now[y][x - 1] * velocityX[y][x - 1]
      let alongY = now[y + 1][x] * velocityY[y + 1][x] - now[y - 1][x] * velocityY[y - 1][x]
      return change + (alongX + alongY) / (2 * spacing)
    }
  }
  // END SOLUTION
}

/// The velocity whose continuity equation is the heat equation ∂p/∂t = ½Δp:
///
///     v = −½ ∇ log p
///
/// because p·∇ log p = ∇p. Points flow down the density, and their law spreads just as it would under Brownian motion.
///
/// - Parameter score: ∇ log p_t(x), of any shape; the result has the same.
public func heatVelocity(score: Tensor) throws -> Tensor {
  // BEGIN SOLUTION
  return score * -0.5
  // END SOLUTION
}

/// The velocity that has the marginal laws of the diffusion dx = f(x, t) dt + g(t) dw, without its noise:
///
///     v = f − ½g²·∇ log p
///
/// Song et al. 2021, eq. 13: the probability-flow ODE. f = 0 and g = 1 is the heat equation.
///
/// - Parameters:
///   - drift: f(x, t), of the shape of the score.
///   - diffusion: g(t).
///   - score: ∇ log p_t(x).
public func probabilityFlowVelocity(drift: Tensor, diffusion: Double, score: Tensor) throws -> Tensor {
  try InvalidArgument.requireSameShape(drift, score, "the drift and the score")
  // BEGIN SOLUTION
  return drift - score * Float(0.5 * diffusion * diffusion)
  // END SOLUTION
}
