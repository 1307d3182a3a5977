// Exercise 1.4: a discriminator knows the density ratio

import Exercises
import Foundation
import Tensors

/// The density ratio p(x)/q(x) that the logits of a perfect discriminator give away.
///
/// If a share π of all samples shown to the discriminator was real, its best answer is D = πp/(πp + (1 − π)q), so
///
///     p/q = e^ℓ · (1 − π)/π
///
/// and simply e^ℓ for batches that are half real, half fake. Goodfellow et al. 2014, eq. 2, solved for p/q.
///
/// - Parameters:
///   - logits: of any shape.
///   - realShare: π, strictly between 0 and 1.
/// - Returns: ratios of the logits' shape.
public func densityRatio(logits: Tensor, realShare: Double = 0.5) throws -> Tensor {
  try InvalidArgument.require(
    realShare > 0 && realShare < 1, "realShare must lie strictly between 0 and 1, but is \(realShare)")
  throw unsolved("1.4")
}

/// Gradient and Hessian of the discriminator's loss, for the smallest discriminator there is: the logit is a parabola,
/// ℓ(x) = w₀ + w₁x + w₂x².
///
/// With φ = (1, x, x²) and the weights rᵢ (real) and fᵢ (fake) of the points, the loss of exercise 1.1 is
/// J(w) = Σᵢ rᵢ softplus(−ℓᵢ) + fᵢ softplus(ℓᵢ), and
///
///     ∇J = Σᵢ ((rᵢ + fᵢ) σ(ℓᵢ) − rᵢ) φᵢ
///     ∇²J = Σᵢ (rᵢ + fᵢ) σ(ℓᵢ)(1 − σ(ℓᵢ)) φᵢφᵢᵀ
///
/// - Parameter coefficients: w, three numbers.
/// - Returns: three numbers, and three rows of three.
public func logisticDerivatives(
  coefficients: [Double], points: WeightedPoints
) throws -> (gradient: [Double], hessian: [[Double]]) {
  try InvalidArgument.require(
    coefficients.count == 3, "a parabola has three coefficients, but got \(coefficients.count)")
  throw unsolved("1.4")
}

/// The coefficients w of the best discriminator whose logit is a parabola: the minimum of J, by Newton's method.
///
/// Start at w = 0, where every answer is ½, and repeat
///
///     w ← w − (∇²J)⁻¹ ∇J
///
/// (``solveLinearSystem(_:_:)`` solves for the step) until no coefficient moves by more than 10⁻⁹ times the largest of 1
/// and |w|. J is convex, so that is the minimum, and a handful of steps reaches it. Statisticians call this logistic
/// regression by iteratively reweighted least squares. If real data and fakes can be told apart without error, there is no
/// minimum: w grows for ever.
///
/// - Throws: `InvalidArgument` after 50 steps without an end, or when the Hessian becomes singular: both say that the
///   points are separable.
public func fitDiscriminator(to points: WeightedPoints) throws -> [Double] {
  throw unsolved("1.4")
}
