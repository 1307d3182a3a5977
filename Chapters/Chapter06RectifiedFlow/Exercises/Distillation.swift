// Exercise 6.7: one-step distillation

import Exercises
import Tensors

/// T(z) = z + v(z, 0): the whole way in one Euler step from t = 0.
///
/// With the minimiser of the regression and independent noise it is the mean of the data, for every z: v(z, 0) =
/// E[x₁] − z. With straight paths it is the flow itself.
public func oneStep(_ velocity: Velocity, noise z: Tensor) throws -> Tensor {
  throw unsolved("6.7")
}

/// The loss of distilling a flow into `parts` Euler steps, on pairs (Z₀, Z₁) that the flow has made: that of exercise
/// 6.1, but only at the times where those steps begin,
///
///     t ∈ {0, 1/k, …, (k − 1)/k}     with k = `parts`; for k = 1 only t = 0: ‖z₀ + v(z₀, 0) − z₁‖²
///
/// Liu et al. 2022, §2.2 (after reflow). Row i of the batch gets the time (i mod k)/k. The mean over samples and
/// dimensions, as in 6.1.
///
/// On pairs of random noise and data it could only learn the mean; on a flow's own pairs Z₁ is a function of Z₀, and can
/// be learned. Straight paths make it an easy function.
///
/// - Returns: a number that can be differentiated with respect to whatever `velocity` depends on.
public func distillationLoss(velocity: BatchVelocity, pairs: Pairs, parts: Int = 1) throws -> Tensor {
  try InvalidArgument.require(parts >= 1, "parts must be at least 1, but is \(parts)")
  throw unsolved("6.7")
}
